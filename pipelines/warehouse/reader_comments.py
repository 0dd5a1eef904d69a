"""Comments of columns for readers of ``bao_cao``: Vietnamese alone, with the words and names that the views show."""

from __future__ import annotations

import re
from collections.abc import Mapping

_IN_ENGLISH = re.compile(r"\s*\([A-Z][ -'*-~]*\.\)$")
"""What ends the comments of the public tables; no brackets in it, nor letters that English has not."""
_IDENTIFIER = re.compile(r"\b[a-z][a-z0-9]*(?:_[a-z0-9]+)+\b")


def reader_comment(comment: str, words: Mapping[str, str], names: Mapping[str, str]) -> str:
    """The comment of a column as a view shows the column.

    Codes that the view shows as words are those words: "commune (xã, phường)" and "commune = Công đoàn xã, phường"
    become “Công đoàn xã, phường”; what stands in brackets stays where it says more.

    Args:
        comment: of the column of the public table.
        words: code → word of the column; empty where it shows no codes.
        names: table, column or code of another column → what the views call it.
    """
    said = _IN_ENGLISH.sub("", comment)
    if words:
        codes = "|".join(sorted(map(re.escape, words), key=len, reverse=True))
        said = re.sub(
            rf"(?<![\w.])({codes})(?: = [^,.;]+| \(([^()]*)\))?(?!\w)", lambda found: _worded(found, words), said
        )
        said = said.replace("Mã: ", "Gồm: ")
    return _IDENTIFIER.sub(lambda found: names.get(found[0], found[0]), said)


def _worded(found: re.Match[str], words: Mapping[str, str]) -> str:
    code, bracket = found.groups()
    says_more = bracket is not None and bracket.casefold() not in words[code].casefold()
    return f"“{words[code]}” ({bracket})" if says_more else f"“{words[code]}”"
