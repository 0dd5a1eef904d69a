"""Sentences that a leader would say, made of the figures that they state.

A sentence is a tuple of words, labels and figures; only the figures carry numbers, so none can be in conflict with the
marts. The facts choose the pattern (``texts.yaml``); nothing here formats a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from pipelines import periods
from pipelines.reports.site.figures import TEXT, Figure
from pipelines.reports.site.numbers import PERCENT, Lang

_PLACE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Label:
    """A name, a period or a code: words that may hold digits and state no figure."""

    text: str
    page: str | None = None


Part = str | Label | Figure
Sentence = tuple["Part | Sentence", ...]


@cache
def _texts() -> dict[str, dict[str, str]]:
    return yaml.safe_load(Path(__file__).with_name("texts.yaml").read_text(encoding="utf-8"))


def text(key: str, lang: Lang) -> str:
    """Fixed words of the pages; ``KeyError`` if there are none."""
    return _texts()[key][lang]


def say(key: str, lang: Lang, **parts: Part | Sentence) -> Sentence:
    """A pattern of the texts with its places filled.

    Raises:
        KeyError: there is no such pattern, or a place of it has no part.
    """
    return filled(text(key, lang), **parts)


def filled(pattern: str, **parts: Part | Sentence) -> Sentence:
    """A pattern with its places filled; ``KeyError`` if a place of it has no part."""
    pieces = _PLACE.split(pattern)
    sentence = [piece if index % 2 == 0 else parts[piece] for index, piece in enumerate(pieces)]
    return tuple(piece for piece in sentence if piece != "")


def joined(sentences: Iterable[Sentence], separator: str) -> Sentence:
    """The sentences as one, with a separator between them."""
    parts: list[Part | Sentence] = []
    for sentence in sentences:
        parts += [separator, sentence] if parts else [sentence]
    return tuple(parts)


def period_label(period: str, lang: Lang) -> Label:
    """``Quý II năm 2025``, ``quarter 2 of 2025``."""
    return Label(periods.title_vi(period) if lang == "vi" else f"Quarter {period[6]} of {period[:4]}")


def of_reporting(
    reported: Figure, expected: Figure, completeness: Figure, whole: Sentence, lang: Lang
) -> list[Sentence]:
    """How many units reported, and what that makes of all other figures.

    Args:
        reported: units with an accepted report of members.
        expected: units that owe one.
        completeness: one as a share of the other.
        whole: the name of the unit that all of them make up.
        lang: the language.
    """
    if not reported.is_known or not reported.amount:
        return [say("nothing_reported", lang)]
    said = [say("reported", lang, reported=reported, expected=expected, completeness=completeness)]
    if completeness.is_known and completeness.amount < 100:
        said.append(say("reported_in_part", lang, unit=whole))
    return said


def of_members(members: Figure, unions: Figure, admitted: Figure, lang: Lang) -> list[Sentence]:
    """Members, unions, and who joined since January."""
    pattern = "members" if members.is_known else "members_unknown"
    said = [say(pattern, lang, members=members, unions=unions)]
    return [*said, say("admitted", lang, admitted=admitted)] if admitted.is_known else said


def of_enterprises(
    with_union: Figure, enterprises: Figure, coverage: Figure, threshold: Figure, lang: Lang
) -> list[Sentence]:
    """Enterprises over the threshold that have a union; nothing where none is known."""
    if not (coverage.is_known and with_union.is_known and enterprises.is_known):
        return []
    parts = {"with_union": with_union, "enterprises": enterprises, "coverage": coverage, "threshold": threshold}
    return [say("coverage", lang, **parts)]


def of_agreements(
    in_force: Figure, coverage: Figure, expiring: Figure, earlier: Label | None, lang: Lang
) -> list[Sentence]:
    """Agreements in force and about to expire; nothing where none is known.

    Args:
        in_force: agreements.
        coverage: the share of units that have one.
        expiring: agreements that end within two quarters.
        earlier: the period they are of, if it is not that of the report: agreements are not asked for in every quarter.
        lang: the language.
    """
    said: list[Sentence] = []
    if in_force.is_known and coverage.is_known:
        said.append(say("agreements", lang, in_force=in_force, coverage=coverage))
    if expiring.is_known and expiring.amount:
        said.append(say("agreements_expiring", lang, expiring=expiring))
    if earlier and said:
        return [say("agreements_of_earlier", lang, period=earlier, said=joined(said, " "))]
    return said


def of_targets(given: Figure, counts: Mapping[str, Figure], lang: Lang) -> list[Sentence]:
    """How many of the targets given stand where; states that no target has are left out.

    Args:
        given: how many were given.
        counts: by status: met, on_track, behind, qualitative, no_data.
        lang: the language.
    """
    if not given.is_known:
        return []
    if not given.amount:
        return [say("targets_none", lang)]
    told = [
        say(f"targets_{status}", lang, count=count)
        for status, count in counts.items()
        if count.is_known and count.amount
    ]
    return [say("targets_given", lang, given=given, counts=joined(told, ", "))]


def of_missing(missing: Figure, expected: Figure, lang: Lang) -> list[Sentence]:
    """Reports past due that did not come; nothing where none is past due."""
    if not expected.is_known or not expected.amount:
        return []
    if not missing.amount:
        return [say("reports_complete", lang)]
    return [say("reports_missing", lang, missing=missing, expected=expected)]


@dataclass(frozen=True)
class Progress:
    """What is known of a target: figures of one row of ``mart_target_progress``.

    Attributes:
        status: met, on_track, behind, qualitative, no_target, no_data.
        operator: of the target, as ``>=``.
        target: the value to be reached.
        actual: what was reached so far.
        pct: ``actual`` as a share of ``target``.
        word: what a target in words says.
        sentence_vi: the sentence of the mart.
        inherited_from: name of the unit above that it comes from, None for the unit's own.
    """

    status: str
    operator: str | None
    target: Figure
    actual: Figure
    pct: Figure
    word: Figure
    sentence_vi: Figure
    inherited_from: str | None


def of_progress(progress: Progress, lang: Lang) -> Sentence:
    """Where a target stands, as a clause without a full stop.

    In Vietnamese it is the sentence of the mart; in English it is made of the same row and follows its status.
    """
    if lang == "vi" and (progress.sentence_vi.is_known or progress.sentence_vi.is_withheld):
        said: Sentence = (progress.sentence_vi,)
    elif progress.status == "qualitative":
        said = say("progress_qualitative", lang, word=progress.word)
    elif progress.status == "no_target":
        said = say("progress_no_target", lang)
    elif progress.actual.is_withheld:
        said = (progress.actual,)
    elif progress.status == "no_data" or not progress.actual.is_known:
        said = say("progress_no_data", lang)
    else:
        target = (sign_of(progress.operator), progress.target)
        if progress.status == "met":
            said = say("progress_met", lang, actual=progress.actual, target=target)
        elif progress.target.unit != PERCENT and progress.pct.is_known and progress.pct.amount < 100:
            said = say("progress_short", lang, actual=progress.actual, pct=progress.pct, target=target)
        else:
            said = say("progress_beyond", lang, actual=progress.actual, target=target)
    if progress.inherited_from and lang == "en":
        return (said, " (", say("inherited", lang, unit=Label(progress.inherited_from)), ")")
    return said


def sign_of(operator: str | None) -> str:
    """How an operator stands before a value; at least is what a target means, and needs no sign."""
    return {">": "> ", "<": "< ", "<=": "≤ ", "=": "= "}.get(operator or "", "")


def is_word(figure: Figure) -> bool:
    """Whether a figure holds words and not a number."""
    return figure.unit == TEXT
