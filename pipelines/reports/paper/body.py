"""The sections of the paper: those of a page of the site, as paragraphs and tables."""

from __future__ import annotations

from itertools import groupby

from pipelines.reports.paper import by_unit as progress
from pipelines.reports.paper.blocks import Column, Paragraph, Signed, Text, phrase, words
from pipelines.reports.paper.draft import Draft
from pipelines.reports.site import sections, standing
from pipelines.reports.site.figures import Figure
from pipelines.reports.site.model import COUNTRY
from pipelines.reports.site.numbers import PERCENT
from pipelines.reports.site.sentences import Label, Sentence, joined, period_label


def lower(words_: str) -> str:
    """As within a sentence."""
    return words_[0].lower() + words_[1:]


def in_short(draft: Draft, code: str) -> None:
    """What to say first, and the headline figures."""
    site = draft.site
    draft.section(words("summary"))
    for sentence in sections.summary(site, code):
        draft.say(sentence)
    rows = []
    for card in sections.headlines(site, code):
        remarks: list[Sentence] = [(words("since_january"),)] if card["since_january"] else []
        if card["of_period"]:
            remarks.append(phrase("of_period", period=card["of_period"]))
        unit = site.indicators[card["indicator"]]["unit_vi"]
        rows.append(((card["name"],), (unit,), (card["value"],), (card["completeness"],), joined(remarks, "; ")))
    draft.grid(
        phrase("headlines", period=Label(lower(period_label(site.period, site.lang).text))),
        [
            Column(words("indicator"), 62, "left"),
            Column(words("measure"), 23, "center"),
            Column(words("actual"), 25),
            Column(words("completeness"), 20),
            Column(words("note"), 25, "left"),
        ],
        rows,
    )


def targets(draft: Draft, code: str, annex: str | None) -> None:
    """Where every target stands."""
    site = draft.site
    draft.section(words("targets"))
    found = sections.targets(site, code)
    if not found:
        draft.say(words("no_targets"))
    for each in found:
        draft.subsection((each["name"],))
        if each["source"].text and each["source"].text != each["name"].text:
            draft.blocks.append(Paragraph(phrase("decided_by", source=each["source"])))
        for name, lines in groupby(each["lines"], key=lambda line: line["name"]):
            years = [phrase("target_year", year=line["year"], progress=line["sentence"]) for line in lines]
            draft.say(phrase("target_years", indicator=name, years=joined(years, "; ")))
        draft.grid(
            phrase("targets_of", name=each["name"]),
            [
                Column(words("indicator"), 43, "left"),
                Column(words("year"), 13, "center"),
                Column(words("plan"), 23),
                Column(words("actual"), 22),
                Column(words("pct_of_plan"), 19),
                Column(words("completeness"), 19),
                Column(words("status"), 16, "left"),
            ],
            [
                (
                    (line["name"],),
                    (line["year"],),
                    (line["operator"], line["target"]),
                    (line["actual"],),
                    (_known(line["pct"]),),
                    (line["completeness"],),
                    (words(f"status_{line['status']}"),),
                )
                for line in each["lines"]
            ],
        )
    if annex:
        draft.say(phrase("by_unit_in_annex", annex=annex))


def members(draft: Draft, code: str) -> None:
    """Members over time."""
    found = sections.trend(draft.site, code, draw=False)
    if not found:
        return
    draft.section(words("trend"))
    draft.say(words("trend_text" if found["is_of_today"] else "trend_ended"))
    if found["reform"]:
        draft.say(words("reform"))
    shown = ("reported", "completeness", "comparable")
    draft.grid(
        (words("members_by_period"),),
        [
            Column(words("period"), 50, "left"),
            Column(words("as_reported"), 35),
            Column(words("completeness"), 35),
            Column(words("comparable"), 35),
        ],
        [((line["period"],), *((line[name] or words("no_value"),) for name in shown)) for line in found["newest"]],
        draft.site.indicators["members_total"]["unit_vi"],
    )


def enterprises(draft: Draft, code: str) -> None:
    """Enterprises and agreements of the units below, and the agreements about to expire."""
    site = draft.site
    found, expiring = sections.below(site, code), standing.expiring(site, code)
    if not (found or expiring):
        return
    draft.section(words("enterprises"))
    if found and found["threshold"]:
        draft.say(found["threshold"])
    if found and found["agreements_of"]:
        draft.say(found["agreements_of"])
    if found:
        names = (
            "enterprises_over_threshold",
            "enterprises_with_union",
            "enterprise_coverage",
            "agreements_in_force",
            "agreement_coverage_pct",
            "workers_covered",
        )
        heads = (
            "enterprises_head",
            "with_union_head",
            "coverage_head",
            "in_force_head",
            "agreement_coverage_head",
            "workers_head",
        )
        draft.grid(
            (words("enterprises_by_unit"),),
            [
                Column(words("unit"), 29, "left"),
                *(Column(words(head), 18) for head in heads),
                Column(words("completeness"), 18),
            ],
            [((line["unit"],), *((line[name],) for name in names), (line["completeness"],)) for line in found["lines"]],
            joined(
                [
                    (site.indicators[name]["unit_vi"],)
                    for name in (names[0], names[3], names[5])
                    if name in site.indicators
                ],
                "; ",
            ),
        )
    if expiring:
        _expiring(draft, expiring)


def _expiring(draft: Draft, found: sections.Section) -> None:
    if not found["lines"]:
        draft.say(words("expiring_none"))
        return
    draft.grid(
        (words("expiring_list"),),
        [
            Column(words("agreement_code"), 30, "left"),
            Column(words("employer"), 57, "left"),
            Column(words("unit"), 42, "left"),
            Column(words("expires_on"), 26, "center"),
        ],
        [tuple((line[name],) for name in ("code", "employer", "unit", "expires_on")) for line in found["lines"]],
    )
    if found["csv"]:
        draft.say(phrase("expiring_first", file=Label(found["csv"])))


def ranking(draft: Draft, code: str) -> None:
    """Ranks of the units below; of a unit without any, its own."""
    found = standing.ranking(draft.site, code)
    if not found:
        return
    draft.section(words("ranking"))
    draft.say(words("rank_text"))
    if found["own"] and code != COUNTRY:
        draft.say((found["own"],))
    draft.grid(
        (words("ranking_of_units"),),
        [
            Column(words("unit"), 38, "left"),
            Column(words("rank"), 16, "center"),
            Column(words("peer_group"), 37, "left"),
            Column(words("card"), 64, "left"),
        ],
        [
            ((line["unit"],), _rank(line["rank"], line["peers"]), (_known(line["group"]),), (line["card"],))
            for line in found["units"]
        ],
    )
    if not found["units"]:
        draft.grid(
            (words("ranking_of_indicators"),),
            [
                Column(words("indicator"), 95, "left"),
                Column(words("value"), 35),
                Column(words("rank"), 25, "center"),
            ],
            [((line["name"],), (line["value"],), _rank(line["rank"], line["peers"])) for line in found["indicators"]],
        )


def reports(draft: Draft, code: str) -> None:
    """Reports past due, and who sent nothing."""
    found = standing.missing(draft.site, code)
    draft.section(words("missing"))
    heads = dict(zip(standing.RATE_COLUMNS, ("expected", "on_time", "late", "missing_head"), strict=True))
    numbers = [Column(words(head), 21) for head in heads.values()]
    if not found["forms"]:
        draft.say(words("nothing_due"))
    for title, first, lines in (("reports_by_form", "form", "forms"), ("reports_by_unit", "unit", "units")):
        draft.grid(
            (words(title),),
            [Column(words(first), 71, "left"), *numbers],
            [((line[first],), *((line[name],) for name in heads)) for line in found[lines]],
            words("report"),
        )
    if found["silent"]:
        draft.say(phrase("silent", units=joined([(unit,) for unit in found["silent"]], ", ")))


def unsure(draft: Draft, code: str) -> None:
    """What a reader must know before relying on the figures."""
    draft.section(words("unsure"))
    for sentence in standing.unsure(draft.site, code):
        draft.say(sentence)


def by_unit(draft: Draft, code: str) -> None:
    """The annex: progress of every unit below."""
    site = draft.site
    for indicator in progress.indicators(site, code):
        unit = site.indicators[indicator]["unit_vi"]
        is_pct = site.indicators[indicator]["unit"] == PERCENT
        of_members = indicator == progress.OF_MEMBERS
        draft.grid(
            (site.indicator_name(indicator),),
            [
                Column(words("unit"), 46, "left"),
                Column(words("plan"), 26),
                Column(words("actual"), 24),
                Column(words("pct_of_plan"), 18),
                *([Column(words("now"), 24)] if of_members else []),
                Column(words("on_year_ago"), 22),
                Column(words("on_year"), 20),
                Column(words("rank"), 15, "center"),
                Column(words("note"), 47 if of_members else 71, "left"),
            ],
            [_progress(line, of_members=of_members) for line in progress.lines(site, code, indicator)],
            phrase("points", unit=unit) if is_pct else unit,
            has_total=True,
        )
        draft.say(words("members_on_year" if of_members else "ranked_by_indicator"))
    found = sections.below(site, code)
    if found and found["without"]:
        draft.say(phrase("without_data", units=joined([(unit,) for unit in found["without"]], ", ")))


def _progress(line: progress.UnitLine, *, of_members: bool) -> tuple[Text, ...]:
    plan = (line.operator, line.target) if line.target else (words("no_value"),)
    said = [line.progress]
    if line.completeness.is_known:
        said.insert(0, phrase("complete_to", pct=line.completeness))
    if line.year:
        said.insert(0, phrase("plan_of", year=line.year))
    return (
        (line.unit,),
        plan,
        (line.actual,),
        (_known(line.pct),),
        *([(line.comparable or words("no_value"),)] if of_members else []),
        (_known(line.year_ago),),
        (Signed(line.change) if line.change and line.change.is_known else words("no_value"),),
        _rank(*line.rank) if line.rank else (words("no_value"),),
        joined(said, "; "),
    )


def _known(figure: Figure | None) -> Figure | str:
    """The figure; a dash where it does not exist or cannot be told, but not where it is withheld."""
    return figure if figure and (figure.is_known or figure.is_withheld) else words("no_value")


def _rank(rank: Figure, peers: Figure) -> Text:
    return (rank, "/", peers) if rank.is_known else (words("no_value"),)
