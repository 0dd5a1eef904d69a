"""Files that arrive: what is in each, from whom and when; and how each kind of file is written."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import polars as pl
import xlsxwriter

from pipelines import periods
from pipelines.codegen.sheet_plan import RUNNING_NUMBER, TOTAL_LABEL, UnitLabel, period_line, unit_line
from pipelines.codegen.template import entered, write_template
from pipelines.contracts import Contracts, Form, FormField, load_contracts
from pipelines.contracts.vietnamese import format_field, format_integer
from pipelines.settings import PROJECT_DIR
from pipelines.synthetic.activities import FORM as ACTIVITIES
from pipelines.synthetic.activities import activity_rows
from pipelines.synthetic.compose import compose
from pipelines.synthetic.numbers import noise
from pipelines.synthetic.scenario import Scenario

BANNER = "DỮ LIỆU MÔ PHỎNG – không phải số liệu thật"
ORG_UNITS_CSV = PROJECT_DIR / "dbt_project" / "seeds" / "org_units.csv"

Kind = Literal["template", "plain_workbook", "csv", "garbage", "copy"]


@dataclass(frozen=True, eq=False)
class Parcel:
    """One file on its way to the inbox.

    Attributes:
        path: below the inbox: date of receipt, unit code, file name.
        unit: who sends it, as the title block says.
        period: period key of all its forms.
        rows: form → its rows, columns as the contract names them.
        kind: ``template`` is a stamped workbook; ``plain_workbook`` one that an office made itself, with one
            form and no stamp; ``csv`` the same as text; ``garbage`` is no workbook; ``copy`` repeats a file.
        edits: form → cell address → value typed over, for templates.
        copy_of: path of the file that a ``copy`` repeats.
    """

    path: str
    unit: UnitLabel
    period: str
    rows: Mapping[str, pl.DataFrame]
    kind: Kind = "template"
    edits: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    copy_of: str | None = None

    @property
    def received_on(self) -> dt.date:
        """The day that names the outermost folder."""
        return dt.date.fromisoformat(self.path.split("/")[0])


def unit_labels(period: str, path: Path = ORG_UNITS_CSV) -> dict[str, UnitLabel]:
    """Code → label of the units that exist at the end of a period, from the seed that the data team edits."""
    end = periods.ends_on(period).isoformat()
    units = pl.read_csv(path, infer_schema=False).filter(
        (pl.col("valid_from") <= end) & (pl.col("valid_to").is_null() | (pl.col("valid_to") > end))
    )
    names = dict(units.select("org_unit_code", "name_vi").iter_rows())
    return {
        code: UnitLabel(code, name, names.get(parent))
        for code, name, parent in units.select("org_unit_code", "name_vi", "parent_code").iter_rows()
    }


def file_name(period: str, suffix: str = ".xlsx", more: str = "") -> str:
    """How offices name their files: ``bao-cao-quy-II-2021.xlsx``."""
    _, quarter, _, year = periods.title_vi(period).split()
    return f"bao-cao-quy-{quarter}-{year}{more}{suffix}"


def parcel_path(received_on: dt.date, unit_code: str, name: str) -> str:
    """Where a file arrives, below the inbox."""
    return f"{received_on.isoformat()}/{unit_code}/{name}"


def reported(scenario: Scenario) -> dict[str, pl.DataFrame]:
    """Form → rows of a scenario, each under the unit that reports it in its period."""
    rows = compose(scenario)
    if scenario.reform is None:
        return rows
    units = {period: unit_labels(period).keys() for period in scenario.calendar()["period"]}
    return scenario.reform.apply(rows, units, scenario.seed, scenario.name)


def regular_parcels(*scenarios: Scenario) -> dict[tuple[str, str], Parcel]:
    """(unit, period) → the workbook with all forms that the unit has rows for, as it should be."""
    parcels: dict[tuple[str, str], Parcel] = {}
    for scenario in scenarios:
        for place, parcel in _parcels_of(scenario).items():
            parcels[place] = _joined(parcels[place], parcel) if place in parcels else parcel
    return _with_activities(parcels)


def _with_activities(parcels: dict[tuple[str, str], Parcel]) -> dict[tuple[str, str], Parcel]:
    """The same workbooks with the activities of each unit, which follow from the unions it reports."""
    unions = pl.concat(
        parcel.rows["grassroots_unions"].with_columns(org_unit_code=pl.lit(unit), period=pl.lit(period))
        for (unit, period), parcel in parcels.items()
        if "grassroots_unions" in parcel.rows
    )
    rows = activity_rows(unions, load_contracts(), "activities")
    parts = rows.partition_by("org_unit_code", "period", as_dict=True, include_key=False)
    return {
        place: dataclasses.replace(parcel, rows={**parcel.rows, ACTIVITIES: parts[place]}) if place in parts else parcel
        for place, parcel in parcels.items()
    }


def _joined(first: Parcel, second: Parcel) -> Parcel:
    """One workbook with the rows of two scenarios."""
    rows = dict(first.rows)
    for form, frame in second.rows.items():
        rows[form] = pl.concat([rows[form], frame]) if form in rows else frame
    return dataclasses.replace(first, rows=rows)


def _parcels_of(scenario: Scenario) -> dict[tuple[str, str], Parcel]:
    by_place: dict[tuple[str, str], dict[str, pl.DataFrame]] = {}
    for form, frame in reported(scenario).items():
        parts = frame.partition_by("org_unit_code", "period", as_dict=True, include_key=False)
        for (unit, period), rows in parts.items():
            by_place.setdefault((str(unit), str(period)), {})[form] = rows
    places = sorted(place for place in by_place if place not in scenario.not_sent)
    lowest, highest = scenario.received_after_days
    delays = noise(len(places), scenario.seed, scenario.name, "received")
    labels = {period: unit_labels(period) for period in scenario.calendar()["period"]}
    parcels = {}
    for number, ((unit, period), delay) in enumerate(zip(places, delays, strict=True), start=1):
        is_late = scenario.late_every is not None and number % scenario.late_every == 0
        days = lowest + int(delay * (highest - lowest + 1)) + (18 if is_late else 0)
        received_on = periods.ends_on(period) + dt.timedelta(days=days)
        parcels[unit, period] = Parcel(
            path=parcel_path(received_on, unit, file_name(period)),
            unit=labels[period][unit],
            period=period,
            rows=by_place[unit, period],
        )
    return parcels


def write_parcel(parcel: Parcel, inbox: Path, contracts: Contracts) -> Path:
    """Write the file; the same parcel gives the same bytes."""
    path = inbox / parcel.path
    path.parent.mkdir(parents=True, exist_ok=True)
    forms = [form for form in contracts.forms if form.form in parcel.rows]
    created = dt.datetime.combine(parcel.received_on, dt.time(8))
    match parcel.kind:
        case "template":
            write_template(
                path,
                forms,
                parcel.unit,
                parcel.period,
                parcel.rows,
                banner=BANNER,
                edits=parcel.edits,
                created=created,
            )
        case "plain_workbook":
            _write_plain_workbook(path, forms[0], parcel, created)
        case "csv":
            _write_csv(path, forms[0], parcel)
        case "garbage":
            path.write_bytes(f"{BANNER}\n".encode() + bytes(range(256)) * 8)
        case "copy":
            shutil.copyfile(inbox / str(parcel.copy_of), path)
    return path


def _heading(form_field: FormField) -> str:
    """A heading for a single row: where the label needs its group to be understood, the first alias."""
    return form_field.aliases[0] if form_field.group_vi and form_field.aliases else form_field.label_vi


def _top(form: Form, parcel: Parcel) -> list[list[str]]:
    lines = [
        parcel.unit.name_vi.upper(),
        BANNER,
        form.title_vi,
        period_line(parcel.period),
        unit_line(parcel.unit),
    ]
    return [[line] for line in lines]


def _write_csv(path: Path, form: Form, parcel: Parcel) -> None:
    """Semicolons and a byte order mark, as Excel with Vietnamese settings saves it."""
    frame = parcel.rows[form.form]
    words = frame.select(format_field(f).alias(f.name) for f in form.fields).fill_null("")
    sums = frame.select(
        format_integer(pl.col(f.name).sum()).alias(f.name) if f.total else pl.lit("").alias(f.name) for f in form.fields
    )
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
        writer.writerows([*_top(form, parcel), []])
        writer.writerow([RUNNING_NUMBER, *map(_heading, form.fields)])
        writer.writerows([number, *row] for number, row in enumerate(words.iter_rows(), start=1))
        writer.writerow([TOTAL_LABEL, *sums.row(0)])


def _write_plain_workbook(path: Path, form: Form, parcel: Parcel, created: dt.datetime) -> None:
    """A sheet as an office types it: one heading row, no stamp, and the unit named without its code."""
    frame = parcel.rows[form.form]
    top = [*_top(form, parcel)[:-1], [f"Đơn vị: {parcel.unit.name_vi}"], []]
    with xlsxwriter.Workbook(str(path), {"default_date_format": "dd/mm/yyyy", "in_memory": True}) as workbook:
        workbook.set_properties({"title": BANNER, "comments": BANNER, "created": created})
        sheet = workbook.add_worksheet("Sheet1")
        for row, cells in enumerate([*top, [RUNNING_NUMBER, *map(_heading, form.fields)]]):
            sheet.write_row(row, 0, cells)
        first = len(top) + 1
        sheet.write_column(first, 0, range(1, frame.height + 1))
        sheet.write_string(first + frame.height, 0, TOTAL_LABEL)
        values = entered(frame, form.fields)
        for column, form_field in enumerate(form.fields, start=1):
            sheet.write_column(first, column, values[form_field.name])
            if form_field.total:
                sheet.write_number(first + frame.height, column, frame.select(pl.col(form_field.name).sum()).item())
