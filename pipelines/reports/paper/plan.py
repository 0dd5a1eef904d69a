"""What the paper says, in its order: made of the sections and sentences of the report site."""

from __future__ import annotations

from pipelines.reports.paper import body
from pipelines.reports.paper.blocks import Annex, Paper, Paragraph, as_string, phrase, words
from pipelines.reports.paper.draft import ROMAN, Draft
from pipelines.reports.site import standing
from pipelines.reports.site.model import COUNTRY, Site
from pipelines.reports.site.sentences import Label, period_label

_SHORT_NAMES = {"LĐLĐ ": "Liên đoàn Lao động "}


def plan(site: Site, code: str = COUNTRY) -> Paper:
    """The paper of a unit.

    Args:
        site: the site that the paper is not to be in conflict with.
        code: the unit; it has a page there.

    Raises:
        ValueError: the site is not in Vietnamese.
        KeyError: the unit has no page in the site.
    """
    if site.lang != "vi":
        raise ValueError("the paper of an administration is in Vietnamese")
    if code not in site.with_pages:
        raise KeyError(code)
    name, period = full_name(site, code), Label(body.lower(period_label(site.period, site.lang).text))
    has_units = bool(site.children[code])
    numbers = [f"{words('annex')} {roman}" for roman in ROMAN[:2]] if has_units else [words("annex")]

    draft = Draft(site)
    draft.blocks.append(Paragraph((standing.opening(site)["as_of"], " ", phrase("how_to_read", annex=numbers[-1]))))
    body.in_short(draft, code)
    body.targets(draft, code, numbers[0] if has_units else None)
    body.members(draft, code)
    body.enterprises(draft, code)
    body.ranking(draft, code)
    body.reports(draft, code)
    body.unsure(draft, code)
    draft.blocks.append(Paragraph(phrase("closing", period=period, unit=Label(name))))

    written = tuple(draft.blocks)
    annexes = []
    if has_units:
        draft.blocks = []
        body.by_unit(draft, code)
        annexes.append(Annex(numbers[0], words("annex_by_unit"), tuple(draft.blocks), is_landscape=True))
    explained = Paragraph(phrase("sources_text", version=Label(site.read.version)))
    annexes.append(Annex(numbers[-1], words("annex_sources"), (explained, *draft.notes)))
    parent = site.units[code]["parent_code"]
    above = full_name(site, parent) if parent in site.units else None
    return Paper(
        upper_body=above,
        body=name,
        subject=phrase("subject", period=period),
        blocks=written,
        annexes=tuple(annexes),
        recipients=(above,) if above else (),
        authority=words("authority_national" if above is None else "authority"),
        title=as_string(phrase("title", period=period, unit=Label(name))),
        received_on=site.read.tables["fct_submission"]["received_on"].item(),
    )


def full_name(site: Site, code: str) -> str:
    """The name of a unit without abbreviations."""
    name = site.units[code]["name_vi"]
    for short, long in _SHORT_NAMES.items():
        name = long + name.removeprefix(short) if name.startswith(short) else name
    return name
