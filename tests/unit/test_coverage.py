"""docs/coverage.md names nothing that is not there, and leaves out no indicator of activities."""

from __future__ import annotations

import re

from pipelines.contracts import load_contracts
from pipelines.contracts.registry import read_seed
from pipelines.settings import PROJECT_DIR

PAGE = PROJECT_DIR / "docs" / "coverage.md"
DOCUMENTS = ("TN", "QT", "BK", "HCM", "LB")
BEYOND_THE_DOCUMENTS = ("Luật Công đoàn", "Quy định của Tổng Liên đoàn về đoàn phí")
"""Sources of what is asked for besides: suspensions of the fee, and dues."""
TABLES = {path.stem for path in (PROJECT_DIR / "dbt_project" / "models" / "marts").rglob("*.sql")}
INDICATORS = {row["indicator_code"]: row for row in read_seed("indicators")}
FORMS = {form.form: {field.name for field in form.fields} for form in load_contracts().forms}


def rows_of(section: str) -> list[list[str]]:
    """The rows of the tables in a section, without heading and rule."""
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def names_in(text: str) -> set[str]:
    """The names in backticks, without those of commands, files and placeholders."""
    text = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    return {name for name in re.findall(r"`([^`]+)`", text) if " " not in name}


def is_known(name: str) -> bool:
    table, _, column = name.partition(".")
    if not column:
        return name in INDICATORS or name in TABLES
    if table in FORMS:
        return column in FORMS[table]
    sql = PROJECT_DIR.glob(f"dbt_project/models/marts/*/{table}.sql")
    return any(re.search(rf"\b{column}\b", path.read_text(encoding="utf-8")) for path in sql)


def sections() -> dict[str, str]:
    """Heading → what stands below it."""
    parts = re.split(r"^## (.+)$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_everything_that_the_page_names_exists() -> None:
    named = {name for body in sections().values() for name in names_in(body)}
    assert len(named) > 100
    assert sorted(name for name in named if not is_known(name)) == []
    assert not is_known("dialogues_helt") and not is_known("mart_activities") and not is_known("agreements.qualities")


def test_every_indicator_of_activities_comes_from_a_programme_and_from_a_passage() -> None:
    own = {code for code, row in INDICATORS.items() if row["subject"] == "activities"}
    programmes, *documents = sections().values()
    assert sorted(own - names_in(programmes)) == []
    reported = {code for code in own if INDICATORS[code]["origin"] == "activity"}
    in_passages = {name for body in documents for name in names_in(body)}
    of_law = {code for code in reported if INDICATORS[code]["source"] in BEYOND_THE_DOCUMENTS}
    assert sorted(reported - in_passages - of_law) == []


def test_every_programme_has_its_documents_and_every_passage_an_answer() -> None:
    headings = list(sections())
    assert [heading.partition(":")[0] for heading in headings[1:]] == list(DOCUMENTS)
    for programme, documents, followed_by in rows_of(sections()["The programmes"]):
        assert set(documents.split(", ")) <= set(DOCUMENTS), programme
        assert names_in(followed_by), programme
    for heading, body in sections().items():
        for passage, answer, *more in rows_of(body) if heading[:3] != "The" else []:
            assert not more and (names_in(answer) or "no data" in answer or "above" in answer), (heading, passage)


def test_the_programmes_that_the_documents_name_are_there() -> None:
    programmes = " ".join(row[0].lower() for row in rows_of(sections()["The programmes"]))
    for word in (
        *("tết sum vầy", "mái ấm công đoàn", "tháng công nhân", "shift meals", "fee", "dues", "strikes", "dialogue"),
        *("workers' conferences", "core workers", "legal advice", "housing", "institutions", "cadres", "emulation"),
        *("inspection", "propaganda", "women", "children", "culture and sport", "co-operation", "petitions"),
        *("worker organisations", "rating", "training", "agreements", "surveying", "founding", "congresses"),
    ):
        assert word in programmes, word
