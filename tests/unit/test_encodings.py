"""Text in the encodings from before Unicode, and Unicode that was decoded wrongly."""

from pathlib import Path
from unicodedata import normalize

import pytest
import xlsxwriter
import xlwt

from pipelines.intake.legacy_text import (
    CP1258,
    MISREAD_UTF8,
    TCVN3,
    VNI,
    decode_by_font,
    decode_cp1258,
    decode_single_bytes,
    decode_tcvn3,
    decode_vni,
    detect,
    is_syllable,
    repair_utf8,
    unicode_texts,
)
from pipelines.intake.read import UnreadableFileError, read_workbook

TEXTS = [
    "Công đoàn cơ sở",
    "Tên đơn vị",
    "Số đoàn viên",
    "Thỏa ước lao động tập thể",
    "Huyện Gia Lâm",
    "Trường Tiểu học",
    "Đã ký",
    "Chưa có số liệu",
    "Quỹ bảo trợ trẻ em",
    "Khu công nghiệp",
]
WORDS = "công đoàn khuỷu nghiêng giặt quốc uỷ thuý hoà yêu lắk ngoéo CĐCS Xã hươu".split()  # noqa: SIM905
NO_WORDS = "coâng ñoaøn b¸o café société hàc straße người1 xyz".split()  # noqa: SIM905
LETTERS = "".join(
    normalize("NFC", vowel + tone)
    for vowel in "aăâeêioôơuưy"
    for tone in ("", "\u0300", "\u0301", "\u0309", "\u0303", "\u0323")
)


def to_cp1258(text: str) -> bytes:
    """As Windows writes it: letters with their shape, the tone behind."""
    out = ""
    for letter in normalize("NFC", text):
        parts = normalize("NFD", letter)
        tones = [part for part in parts[1:] if part in "\u0300\u0301\u0303\u0309\u0323"]
        out += normalize("NFC", "".join(part for part in parts if part not in tones)) + "".join(tones)
    return out.encode("cp1258")


def to_legacy(text: str, decode, alphabet: list[str]) -> str:
    table = {decode(source): source for source in reversed(alphabet)}
    return "".join(table.get(letter, letter) for letter in text)


def to_tcvn3(text: str) -> str:
    return to_legacy(text, decode_tcvn3, [chr(code) for code in range(0xA1, 0x100)])


def to_vni(text: str) -> str:
    marks = "øùûõïâàáåãäêèéúüë"
    pairs = [base + mark for base in "aeiouyôö" for mark in marks]
    pairs += [pair.upper() for pair in pairs]
    return to_legacy(text, decode_vni, [*"ñôöæóòîÑÔÖÆÓÒÎìíÌÍ", *pairs])


def test_every_letter_of_the_language_survives_every_encoding() -> None:
    letters = LETTERS + "đ"
    assert decode_tcvn3(to_tcvn3(letters)) == letters
    assert decode_vni(to_vni(letters)) == letters
    assert decode_vni(to_vni(letters.upper())) == letters.upper()
    assert decode_cp1258(decode_single_bytes(to_cp1258(letters))) == letters
    assert decode_cp1258(decode_single_bytes(to_cp1258(letters.upper()))) == letters.upper()


@pytest.mark.parametrize(
    ("source", "text"),
    [
        # as they stand in documents of Vietnamese offices
        ("Céng hoµ x· héi chñ nghÜa ViÖt Nam", "Cộng hoà xã hội chủ nghĩa Việt Nam"),
        ("§éc lËp - Tù do - H¹nh phóc", "Độc lập - Tự do - Hạnh phúc"),
        ("B¸o c¸o t×nh h×nh ho¹t ®éng c«ng ®oµn", "Báo cáo tình hình hoạt động công đoàn"),
        ("UBND tØnh, thµnh phè trùc thuéc T¦", "UBND tỉnh, thành phố trực thuộc TƯ"),
        ("Tæng sè CNVCL§ n÷", "Tổng số CNVCLĐ nữ"),
        ("CéNG HOµ", "CỘNG HOÀ"),
    ],
)
def test_tcvn3(source: str, text: str) -> None:
    assert decode_tcvn3(source) == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam", "Cộng hòa xã hội chủ nghĩa Việt Nam"),
        ("Ñoäc laäp - Töï do - Haïnh phuùc", "Độc lập - Tự do - Hạnh phúc"),
        ("LIEÂN ÑOAØN LAO ÑOÄNG TÆNH", "LIÊN ĐOÀN LAO ĐỘNG TỈNH"),
        ("thaúng, saün, kyõ thuaät, tyû leä, thò, vì, chí", "thẳng, sẵn, kỹ thuật, tỷ lệ, thị, vì, chí"),
        ("Aùnh Döông", "Ánh Dương"),
    ],
)
def test_vni(source: str, text: str) -> None:
    assert decode_vni(source) == text


def test_the_h_fonts_show_small_letters_as_capitals() -> None:
    assert decode_by_font("b¸o c¸o", ".VnTimeH") == "BÁO CÁO"
    assert decode_by_font("B¸o c¸o", ".VnTime") == "Báo cáo"
    assert decode_by_font("B¸o c¸o", "Times New Roman") == "B¸o c¸o"
    assert decode_by_font("Baùo caùo", "VNI-Helve-Condense") == "Báo cáo"


def test_unicode_in_an_old_font_stays() -> None:
    assert decode_by_font("Công đoàn cơ sở", ".VnTime") == "Công đoàn cơ sở"
    assert decode_by_font("CDCS 13.734", "VNI-Times") == "CDCS 13.734"


@pytest.mark.parametrize("text", TEXTS)
def test_utf8_that_was_read_as_cp1252_is_repaired(text: str) -> None:
    assert repair_utf8(decode_single_bytes(text.encode())) == text
    twice = decode_single_bytes(decode_single_bytes(text.encode()).encode())
    assert repair_utf8(twice) == text


@pytest.mark.parametrize(
    ("broken", "text"),
    [
        ("CÃ´ng Ä‘oÃ n", "Công đoàn"),  # the no-break space of "à" became a plain one
        ("Ä‘oÃ\u00a0n", "đoàn"),
        ("lÃ  cÃ¡i", "là cái"),
        ("TÃ\u00aan Ä‘Æ¡n vá»‹", "Tên đơn vị"),
        ("nhÃ", "nhà"),
    ],
)
def test_a_no_break_space_on_the_way(broken: str, text: str) -> None:
    assert repair_utf8(broken) == text


@pytest.mark.parametrize("text", [*TEXTS, "Ãn Độ", "«Má»", "30°C ± 2", "São Paulo", "À", "Â", "CĐCS “Á Châu”"])
def test_good_text_is_never_repaired(text: str) -> None:
    assert repair_utf8(text) == text


@pytest.mark.parametrize(
    "texts",
    [
        TEXTS,
        ["Cá", "Hà Nam", "Bá Thước", "Bé", "Tên", "Má", "Hoà"],  # no letter beyond Latin-1
        ["société générale", "à Paris", "hôtel", "élève", "très", "français"],
        ["Straße", "über", "Köln", "Öl", "schön", "Mädchen"],
        ["niño", "español", "mañana", "años", "señor"],
        ["m²", "±5%", "30°C", "© 2021", "Nike®", "·", "« a »"],
        ["plain ASCII", "Cong doan co so"],
        [],
    ],
)
def test_text_in_no_old_encoding_is_left_alone(texts: list[str]) -> None:
    assert detect(texts) is None
    assert unicode_texts(texts, known={}) == ({}, None)


@pytest.mark.parametrize(("encode", "encoding"), [(to_tcvn3, TCVN3), (to_vni, VNI)])
def test_a_sheet_without_fonts_is_told_by_its_words(encode, encoding: str) -> None:
    changed, found = unicode_texts([encode(text) for text in TEXTS], known={})
    assert found == encoding
    assert [changed[encode(text)] for text in TEXTS] == TEXTS


def test_two_words_are_enough() -> None:
    assert detect(["B¸o c¸o"]) == TCVN3
    assert detect(["Baùo caùo"]) == VNI
    assert detect(["B¸o"]) is None


def test_beside_unicode_only_what_makes_no_sense_is_decoded() -> None:
    changed, found = unicode_texts(["Huyện Ba Bể", "Bá", "B¸o c¸o", "Tªn ®¬n vÞ", "c«ng ®oµn"], known={})
    assert found == TCVN3
    assert changed == {"B¸o c¸o": "Báo cáo", "Tªn ®¬n vÞ": "Tên đơn vị", "c«ng ®oµn": "công đoàn"}


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        *[
            (word, True)
            for word in [
                "công",
                "đoàn",
                "khuỷu",
                "nghiêng",
                "giặt",
                "quốc",
                "uỷ",
                "thuý",
                "hoà",
                "yêu",
                "lắk",
                "ngoéo",
                "CĐCS",
                "Xã",
                "hươu",
            ]
        ],
        *[
            (word, False)
            for word in ["coâng", "ñoaøn", "b¸o", "café", "société", "cát̀", "hàc", "straße", "người1", "xyz"]
        ],
    ],
)
def test_syllables(word: str, expected: bool) -> None:
    assert is_syllable(word) is expected


# --- whole files


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("\n".join(f"{text};1" for text in TEXTS).encode("utf-8"), "utf-8"),
        ("\n".join(f"{text};1" for text in TEXTS).encode("utf-8-sig"), "utf-8"),
        ("\n".join(f"{text};1" for text in TEXTS).encode("utf-16"), "utf-16-le"),
        ("\n".join(f"{text};1" for text in TEXTS).encode("utf-16-le"), "utf-16-le"),
        ("\n".join(f"{text};1" for text in TEXTS).encode("utf-16-be"), "utf-16-be"),
        (b"\xfe\xff" + "\n".join(f"{text};1" for text in TEXTS).encode("utf-16-be"), "utf-16-be"),
        (to_cp1258("\n".join(f"{text};1" for text in TEXTS)), CP1258),
        ("\r\n".join(f"{to_tcvn3(text)};1" for text in TEXTS).encode("latin-1"), TCVN3),
        ("\r".join(f"{to_vni(text)};1" for text in TEXTS).encode("latin-1"), VNI),
        (decode_single_bytes("\n".join(f"{text};1" for text in TEXTS).encode()).encode("utf-8"), "utf-8"),
        ("\n".join(f"{text};1" for text in TEXTS).encode("utf-8").replace("Đã".encode(), "Đã".encode()), "utf-8"),
        ("\n".join(f"{normalize('NFD', text)};1" for text in TEXTS).encode("utf-8"), "utf-8"),
    ],
)
def test_csv_in_every_encoding(tmp_path: Path, content: bytes, encoding: str) -> None:
    path = tmp_path / "0123abcd.csv"
    path.write_bytes(content)
    workbook = read_workbook(path, "thư mục/Báo cáo quý II.csv")
    (sheet,) = workbook.sheets
    assert [row[0] for row in sheet.rows] == TEXTS
    assert [row[1] for row in sheet.rows] == ["1"] * len(TEXTS)
    assert sheet.name == "Báo cáo quý II"
    assert workbook.encoding == encoding or sheet.decoded_from == MISREAD_UTF8


def test_bytes_in_an_unknown_encoding_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("Отчёт;профсоюз;работа".encode("cp1251"))
    with pytest.raises(UnreadableFileError, match="không phải UTF-8"):
        read_workbook(path)


def test_symbols_alone_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("dien tich m²;5\nnhiet do 30°C;6".encode("cp1252"))
    assert read_workbook(path).sheets[0].rows[0] == ["dien tich m²", "5"]


def legacy_xls(path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Sheet1")
    for row, (font, text) in enumerate(
        [
            (".VnTime", to_tcvn3("Tên đơn vị")),
            (".VnTimeH", to_tcvn3("liên đoàn lao động")),
            ("VNI-Times", to_vni("Quận Bình Thạnh")),
            ("Times New Roman", "Công đoàn cơ sở"),
            (".VnTime", "CDCS"),
            (".VnTime", to_tcvn3("một")),  # "mét": a word as it is, so only the font can tell
        ]
    ):
        sheet.write(row, 0, text, xlwt.easyxf(f"font: name {font}"))
    runs = [xlwt.easyfont("name .VnTime"), xlwt.easyfont("name Arial")]
    sheet.write_rich_text(6, 0, [(to_tcvn3("Số "), runs[0]), ("đoàn viên", runs[1])])
    book.save(str(path))


SHOWN = ["Tên đơn vị", "LIÊN ĐOÀN LAO ĐỘNG", "Quận Bình Thạnh", "Công đoàn cơ sở", "CDCS", "một", "Số đoàn viên"]


def test_xls_is_decoded_by_the_font_of_each_cell(tmp_path: Path) -> None:
    legacy_xls(tmp_path / "a.xls")
    (sheet,) = read_workbook(tmp_path / "a.xls").sheets
    assert [row[0] for row in sheet.rows] == SHOWN
    assert sheet.decoded_from == TCVN3


def test_xlsx_is_decoded_by_the_font_of_each_cell(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        fonts = {name: book.add_format({"font_name": name}) for name in (".VnTime", ".VnTimeH", "VNI-Times", "Arial")}
        sheet.write(0, 0, to_tcvn3("Tên đơn vị"), fonts[".VnTime"])
        sheet.write(1, 0, to_tcvn3("liên đoàn lao động"), fonts[".VnTimeH"])
        sheet.write(2, 0, to_vni("Quận Bình Thạnh"), fonts["VNI-Times"])
        sheet.write(3, 0, "Công đoàn cơ sở", fonts["Arial"])
        sheet.write(4, 0, "CDCS", fonts[".VnTime"])
        sheet.write(5, 0, to_tcvn3("một"), fonts[".VnTime"])
        sheet.write_rich_string(6, 0, fonts[".VnTime"], to_tcvn3("Số "), fonts["Arial"], "đoàn viên")
    (read,) = read_workbook(path).sheets
    assert [row[0] for row in read.rows] == SHOWN


def test_a_workbook_that_lost_its_fonts_is_told_by_its_words(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("cũ").write_column(0, 0, [to_tcvn3(text) for text in TEXTS])
        book.add_worksheet("mới").write_column(0, 0, TEXTS)
        book.add_worksheet("vni").write_column(0, 0, [to_vni(text) for text in TEXTS])
        book.add_worksheet("đọc nhầm").write_column(0, 0, [decode_single_bytes(text.encode()) for text in TEXTS])
    sheets = read_workbook(path).sheets
    assert [sheet.decoded_from for sheet in sheets] == [TCVN3, None, VNI, MISREAD_UTF8]
    for sheet in sheets:
        assert [row[0] for row in sheet.rows] == TEXTS
