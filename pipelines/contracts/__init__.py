"""Form contracts: their model and how they are loaded. Knows nothing of files sent in, GX or dbt."""

from pipelines.contracts.loader import ContractError, load_contracts
from pipelines.contracts.model import (
    AtMost,
    CatalogueRule,
    Choice,
    Condition,
    Contracts,
    CrossFormRule,
    DaysBetween,
    FieldType,
    Form,
    FormField,
    FormRule,
    Layout,
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
    "Condition",
    "ContractError",
    "Contracts",
    "CrossFormRule",
    "DaysBetween",
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
