"""Form contracts: their model and how they are loaded. Knows nothing of files sent in, GX or dbt."""

from pipelines.contracts.comparisons import Comparison
from pipelines.contracts.loader import ContractError, load_contracts
from pipelines.contracts.model import (
    CatalogueRule,
    Choice,
    Contracts,
    CrossFormRule,
    FieldType,
    Form,
    FormField,
    Layout,
)
from pipelines.contracts.rules import (
    AtMost,
    Condition,
    DaysBetween,
    DirectlyBelow,
    FormRule,
    Matches,
    Range,
    RequiredWhen,
    Rule,
    Severity,
)

__all__ = [
    "AtMost",
    "CatalogueRule",
    "Choice",
    "Comparison",
    "Condition",
    "ContractError",
    "Contracts",
    "CrossFormRule",
    "DaysBetween",
    "DirectlyBelow",
    "FieldType",
    "Form",
    "FormField",
    "FormRule",
    "Layout",
    "Matches",
    "Range",
    "RequiredWhen",
    "Rule",
    "Severity",
    "load_contracts",
]
