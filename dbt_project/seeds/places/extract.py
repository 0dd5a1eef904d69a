"""Makes the seeds of places out of the package vietnamadminunits 1.0.4.

Run once, and again when the package corrects its data: see README.md beside this file. The product does not import
it. It needs nothing but the package's two data files and the standard library.
"""

from __future__ import annotations

import csv
import json
import sqlite3
import sys
from collections.abc import Iterable
from pathlib import Path

HERE = Path(__file__).parent
SINCE, REFORM = "2018-01-01", "2025-07-01"
"""Where the record begins (no founding date), and the day of the reform."""

RENAMED = {("province", "46"): ("2025-01-01", "Tỉnh Thừa Thiên Huế")}
"""Day of a new name before the reform, and the name until then. The package knows only the last one.

46: Nghị quyết 175/2024/QH15.
"""

KINDS = ("Tỉnh", "Thành phố", "Huyện", "Quận", "Thị xã", "Xã", "Phường", "Thị trấn", "Đặc khu")
LEVELS = ("province", "district", "commune")
UNIT_COLUMNS = (
    "code", "valid_from", "valid_to", "name_vi", "level", "kind", "parent_code", "latitude", "longitude"
)  # fmt: skip
CHANGE_COLUMNS = ("from_level", "from_code", "changed_on", "to_level", "to_code", "kind")

Row = tuple[str, ...]


def unit(level: str, code: str, name: str, parent: str | None, centre: tuple[float, float], *dates: str) -> list[Row]:
    """The rows of a unit: one, or two if it bore another name before.

    The kind is read off the name: the package's own column says "Xã" of "Phường 5" and "Thị trấn Ngọc Lặc".
    """
    kind = next(kind for kind in KINDS if name.casefold().startswith(f"{kind.casefold()} "))
    name = kind + name[len(kind) :]
    latitude, longitude = (f"{degrees:.5f}" for degrees in centre)
    since, until = dates
    rest = (parent or "", latitude, longitude)
    renamed_on, old_name = RENAMED.get((level, code), (since, ""))
    if since < renamed_on < (until or "9999"):
        old_kind = next(kind for kind in KINDS if old_name.startswith(f"{kind} "))
        return [
            (code, since, renamed_on, old_name, level, old_kind.lower(), *rest),
            (code, renamed_on, until, name, level, kind.lower(), *rest),
        ]
    return [(code, since, until, name, level, kind.lower(), *rest)]


def units(dataset: sqlite3.Connection) -> set[Row]:
    """Every unit on both sides of the reform."""
    found: set[Row] = set()
    for row in dataset.execute("SELECT * FROM admin_units_legacy"):
        dates = (SINCE, REFORM)
        province, district, ward = row["provinceCode"], row["districtCode"], row["wardCode"]
        found.update(unit("province", province, row["province"], None, centre(row, "province"), *dates))
        found.update(unit("district", district, row["district"], province, centre(row, "district"), *dates))
        if ward:
            found.update(unit("commune", ward, row["ward"], district, centre(row, "ward"), *dates))
    for row in dataset.execute("SELECT * FROM admin_units"):
        province = row["provinceCode"]
        found.update(unit("province", province, row["province"], None, centre(row, "province"), REFORM, ""))
        found.update(unit("commune", row["wardCode"], row["ward"], province, centre(row, "ward"), REFORM, ""))
    return found


def centre(row: sqlite3.Row, level: str) -> tuple[float, float]:
    """Latitude and longitude of the middle of a unit."""
    return row[f"{level}Lat"], row[f"{level}Lon"]


def changes(dataset: sqlite3.Connection, moves: dict[str, dict]) -> set[Row]:
    """Where every province and commune went, and the five districts that had no communes.

    The package names units by keys without marks ("tinhquangtri_huyengiolinh_xagiomai"); its tables turn them into
    codes. A district ends in its communes, so it has no row of its own unless it had none.
    """
    old_provinces, old_places, new_provinces, new_communes = {}, {}, {}, {}
    for row in dataset.execute("SELECT * FROM admin_units_legacy"):
        old_provinces[row["provinceKey"]] = ("province", row["provinceCode"])
        place = ("commune", row["wardCode"]) if row["wardCode"] else ("district", row["districtCode"])
        old_places[f"{row['provinceKey']}_{row['districtKey']}_{row['wardKey'] or ''}"] = place
    for row in dataset.execute("SELECT * FROM admin_units"):
        new_provinces[row["provinceKey"]] = ("province", row["provinceCode"])
        new_communes[row["provinceKey"], row["wardKey"]] = ("commune", row["wardCode"])

    found: set[Row] = set()
    for level, code in RENAMED:
        found.add((level, code, RENAMED[level, code][0], level, code, "whole"))
    for province, olds in moves["DICT_PROVINCE"].items():
        found.update((*old_provinces[old], REFORM, *new_provinces[province], "whole") for old in olds)
    for province, communes in moves["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for commune, olds in communes.items():
            found.update((*old_places[old], REFORM, *new_communes[province, commune], "whole") for old in olds)
    for province, divided in moves["DICT_PROVINCE_WARD_DIVIDED"].items():
        for old, parts in divided.items():
            into = (new_communes[province, part["newWardKey"]] for part in parts)
            found.update((*old_places[old], REFORM, *commune, "part") for commune in into)
    return found


def write(name: str, columns: Iterable[str], rows: Iterable[Row]) -> None:
    """Write a seed."""
    with (HERE / name).open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def main(package: Path) -> None:
    """Write both seeds from the folder of the installed package."""
    dataset = sqlite3.connect(f"file:{package / 'data' / 'dataset.db'}?mode=ro", uri=True)
    dataset.row_factory = sqlite3.Row
    moves = json.loads((package / "data" / "converter_2025.json").read_text(encoding="utf-8"))
    by_level = {level: number for number, level in enumerate(LEVELS)}
    write("admin_units.csv", UNIT_COLUMNS, sorted(units(dataset), key=lambda row: (row[1], by_level[row[4]], row[0])))
    write("admin_unit_changes.csv", CHANGE_COLUMNS, sorted(changes(dataset, moves)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
