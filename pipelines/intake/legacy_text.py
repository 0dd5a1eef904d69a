"""Vietnamese text from before Unicode, and Unicode that was decoded wrongly.

Text in the fonts .VnTime (TCVN3) or VNI-Times (VNI) is stored as the Latin letters that share its bytes:
"Báo cáo" as "B¸o c¸o" or "Baùo caùo". The font tells; where it is lost, a whole sheet is judged by how many of
its words become Vietnamese syllables. Tables: TCVN 5712:1993 as the ABC fonts have it, VNI Windows.

Text that is Vietnamese already, and plain ASCII, is never touched.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from itertools import product
from unicodedata import normalize

TCVN3, VNI, CP1258, MISREAD_UTF8 = "TCVN3", "VNI", "cp1258", "UTF-8 đọc nhầm"

# --- TCVN3: one character for one letter. Capitals with a tone exist only as small letters in an "H" font.
_TCVN3 = str.maketrans(
    "¡¢£¤¥¦§¨©ª«¬\u00ad®"
    "µ¸¶·¹»¾¼½ÆÇÊÈÉËÌÐÎÏÑÒÕÓÔÖ×ÝØÜÞßãáâäåèæçéêíëìîïóñòôõøö÷ùúýûüþ",
    "ĂÂÊÔƠƯĐăâêôơưđ"
    "àáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ",
)  # fmt: skip

# --- VNI: a letter, then its marks as one character. Combining: grave, acute, hook, tilde, dot below.
_VNI_LETTERS = {"ñ": "đ", "ô": "ơ", "ö": "ư", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ"}
_VNI_TONES = dict(zip("øùûõï", "\u0300\u0301\u0309\u0303\u0323", strict=True))
_VNI_CIRCUMFLEX = dict(zip("âàáåãä", ("", *_VNI_TONES.values()), strict=True))
_VNI_BREVE = dict(zip("êèéúüë", ("", *_VNI_TONES.values()), strict=True))


def _vni_table() -> dict[str, str]:
    pairs = dict(_VNI_LETTERS)
    marks = [
        *product("aeiouyôö", [(mark, "", tone) for mark, tone in _VNI_TONES.items()]),
        *product("aeo", [(mark, "\u0302", tone) for mark, tone in _VNI_CIRCUMFLEX.items()]),
        *product("a", [(mark, "\u0306", tone) for mark, tone in _VNI_BREVE.items()]),
    ]
    for base, (mark, shape, tone) in marks:
        pairs[base + mark] = normalize("NFC", _VNI_LETTERS.get(base, base) + shape + tone)
    # "AÙ", and "Aù" where only the first key was pressed with Shift
    capitals = {key.upper(): letter.upper() for key, letter in pairs.items()}
    mixed = {key[0].upper() + key[1:]: letter.upper() for key, letter in pairs.items()}
    return pairs | mixed | capitals


_VNI = _vni_table()
_vni_sequence = re.compile("|".join(sorted(_VNI, key=len, reverse=True)))

# Words that the sender typed in capitals: TCVN3 has no toned capitals to type.
_capital_word = re.compile(r"\b(?=(?:[^\W\d_]*[A-ZĂÂÊÔƠƯĐ]){2})[^\W\d_a-z]+\b")


def decode_tcvn3(text: str, *, capitals: bool = False) -> str:
    """TCVN3 to Unicode; ``capitals`` for the fonts that show small letters as capitals (.VnTimeH)."""
    decoded = normalize("NFC", text.translate(_TCVN3))
    return decoded.upper() if capitals else _capital_word.sub(lambda word: word[0].upper(), decoded)


def decode_vni(text: str) -> str:
    """VNI to Unicode."""
    return normalize("NFC", _vni_sequence.sub(lambda match: _VNI[match[0]], text))


# --- bytes of one code page, decoded as another
_BYTES = {bytes([byte]).decode("cp1252", "replace"): byte for byte in range(128, 256)} | {
    chr(byte): byte
    for byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D)  # cp1252 has nothing there; browsers pass them on
}
_C1 = str.maketrans({chr(byte): bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(128, 160)})
_misread = re.compile(f"[Â-ô][{''.join(re.escape(letter) for letter, byte in _BYTES.items() if byte < 0xC0)}]|Ã(?: |$)")
_lost_nbsp = re.compile("Ã(?: |$)")
_after_a = re.compile(r"([^\W\d_]*)\0([^\W\d_]*)")


def decode_single_bytes(content: bytes) -> str:
    """Every byte as the character that Windows in western Europe shows for it; never fails."""
    return content.decode("latin-1").translate(_C1)


def _as_bytes(text: str) -> bytes | None:
    """The bytes that were decoded as cp1252; None where the text holds other characters."""
    try:
        return bytes(ord(letter) if letter < "\x80" else _BYTES[letter] for letter in text)
    except KeyError:
        return None


def repair_utf8(text: str) -> str:
    """Undo UTF-8 that was decoded as cp1252, once or twice ("CÃ´ng Ä‘oÃ n"); other text comes back as it is."""
    if not _misread.search(text):
        return text
    for _ in range(2):
        repaired = _utf8(text) or _utf8_without_nbsp(text)
        if repaired is None:
            break
        text = repaired
    return text


def _utf8_without_nbsp(text: str) -> str | None:
    """Of "à", which is Ã and a no-break space, many programs turn the space into a plain one or drop it."""
    repaired = _utf8(_lost_nbsp.sub("Ã\u00a0\0", text))
    return None if repaired is None else _after_a.sub(_join_syllable, repaired)


def _join_syllable(parts: re.Match[str]) -> str:
    before, after = parts.groups()
    return before + after if not after or is_syllable(before + after) else f"{before} {after}"


def _utf8(text: str) -> str | None:
    content = _as_bytes(text)
    if content is None or content.isascii():
        return None
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return None


def decode_cp1258(text: str) -> str:
    """Vietnamese Windows text that was decoded as cp1252; the tone marks are combined with their letters."""
    content = _as_bytes(text)
    if content is None:
        return text
    return normalize("NFC", content.decode("cp1258", "replace"))


_DECODERS: dict[str, Callable[[str], str]] = {TCVN3: decode_tcvn3, VNI: decode_vni, CP1258: decode_cp1258}


def font_encoding(font: str) -> tuple[str, bool] | None:
    """The encoding of a font's text, and whether it shows small letters as capitals; None for a Unicode font."""
    name = font.strip().lower()
    if name.startswith(".vn"):
        return TCVN3, font.strip().endswith("H")
    return (VNI, False) if name.startswith("vni") else None


def decode_by_font(text: str, font: str) -> str:
    """Text as it is shown in its font; text that is Unicode in spite of the font comes back as it is."""
    legacy = font_encoding(font)
    if legacy is None or _is_unicode(text):
        return text
    encoding, capitals = legacy
    return decode_tcvn3(text, capitals=capitals) if encoding == TCVN3 else _DECODERS[encoding](text)


_beyond_latin1 = re.compile(
    "[\u0100-\u0151\u0154-\u015f\u0162-\u0177\u0179-\u017c\u017f-\u0191\u0193-\u02af\u0300-\u036f\u1e00-\u1eff]"
)


def _is_unicode(text: str) -> bool:
    """Whether the text has letters that no byte of cp1252 stands for, so that it cannot be in an old encoding."""
    return _beyond_latin1.search(text) is not None


# --- is it Vietnamese? A syllable is onset, vowels with at most one tone, coda.
_ONSET = "(?:ngh|ng|nh|gh|gi|kh|ph|qu|th|tr|ch|[bcdđghklmnprstvx])?"
_OPEN = (
    "[aeêioôơuưyâă]|a[iouy]|â[uy]|[eê][uo]|i[aêu]|iêu|o[aăeio]|oa[iy]|oeo|[ôơ]i"
    "|u[aâeêiôơyư]|u[ôâ][iy]|uy[aêu]|ư[aiơu]|ươ[iu]|yêu?"
)
_CLOSED = "[aăâeêioôơuưy]|iê|yê|o[aăeo]|u[âêôơy]|uyê|ươ"
_syllable = re.compile(f"{_ONSET}(?:(?:{_OPEN})|(?:{_CLOSED})(?:ng|nh|ch|[ckmnpt]))")
_tones = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
_STOPPED = ("c", "ch", "k", "p", "t")
_STOP_TONES = {"\u0301", "\u0323"}
# What could be a word in an old encoding: a Latin letter and something beyond ASCII.
_token = re.compile(
    "[A-Za-z\u00a1-\u00bf\u00c0-\u024f\u0300-\u036f\u1e00-\u1eff\u20ab\u2019\u2018\u201c\u201d\u2013\u2014]+"
)
_has_latin = re.compile("[A-Za-z]")
_QUOTES = "«»‘’“”–—"


@lru_cache(maxsize=20_000)
def is_syllable(word: str) -> bool:
    """Whether a word with marks reads as one Vietnamese syllable (or is an abbreviation such as CĐCS)."""
    if word.isupper() and len(word) <= 6 and not _tones.search(normalize("NFD", word)):
        return set(word) <= set("ABCDEGHIKLMNOPQRSTUVXYĂÂÊÔƠƯĐ")
    decomposed = normalize("NFD", word.lower())
    tones = _tones.findall(decomposed)
    if len(tones) > 1:
        return False
    bare = normalize("NFC", _tones.sub("", decomposed))
    if not _syllable.fullmatch(bare):
        return False
    return not (bare.endswith(_STOPPED) and tones and tones[0] not in _STOP_TONES)


def detect(texts: Iterable[str]) -> str | None:
    """The old encoding that the texts of a sheet are in, None if they are Unicode or too few to tell.

    At least two words, and seven in ten, must become Vietnamese; and at least three in ten only by decoding.
    """
    found = {token for text in texts if not _is_unicode(text) for token in _token.findall(text)[:50]}
    tokens = {token for token in found if not token.isascii() and _has_latin.search(token)}
    if len(tokens) < _LEAST_TOKENS:
        return None
    sample = sorted(tokens)[:_MOST_TOKENS]
    before = sum(is_syllable(token.strip(_QUOTES)) for token in sample)
    if before > _ALREADY_GOOD * len(sample):
        return None
    scores = {encoding: sum(_reads(decode(token)) for token in sample) for encoding, decode in _DECODERS.items()}
    best = max(scores, key=lambda encoding: scores[encoding])
    is_clear = scores[best] >= 0.7 * len(sample) and scores[best] - before >= max(2, 0.3 * len(sample))
    return best if is_clear else None


_LEAST_TOKENS = 2
_MOST_TOKENS = 1_000
_ALREADY_GOOD = 0.9


def _reads(decoded: str) -> bool:
    return all(is_syllable(word) for word in re.findall(r"[^\W\d_]+", decoded)) and any(map(str.isalpha, decoded))


def unicode_texts(texts: Iterable[str], known: Mapping[str, str]) -> tuple[dict[str, str], str | None]:
    """Decode what needs it among the distinct texts of one sheet.

    Args:
        texts: beyond ASCII.
        known: text → its decoded form, where that is known already.

    Returns:
        text → decoded text, for those that change; and the encoding found (None where nothing changes).
    """
    changed = {}
    rest = []
    texts = list(texts)
    may_be_misread = _misread.search(" ".join([*texts, ""])) is not None  # one search is faster than one for each
    for text in texts:
        decoded = known.get(text) or (repair_utf8(text) if may_be_misread else text)
        if decoded != text:
            changed[text] = decoded
        else:
            rest.append(text)
    encoding = detect(rest)
    if encoding is None:
        return changed, MISREAD_UTF8 if changed.keys() - known.keys() else None
    # Beside Unicode text, a cell such as "Bá" may be either: it is decoded only if it makes no sense as it is.
    is_mixed = any(map(_is_unicode, rest))
    for text in rest:
        if not _is_unicode(text) and not (is_mixed and _all_syllables(text)):
            changed[text] = _DECODERS[encoding](text)
    return changed, encoding


def _all_syllables(text: str) -> bool:
    return all(is_syllable(token) for token in _token.findall(text) if not token.isascii())
