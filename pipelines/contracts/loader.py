"""Reads ``expectations/`` into one :class:`Contracts` object, with errors that name file and field.

Code lists that a contract says are listed in a seed, and the dated parameters, come from there: see ``registry``.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError

from pipelines.contracts.comparisons import AnyComparison
from pipelines.contracts.model import CatalogueRule, Contracts, CrossFormRule, Form, Parameter
from pipelines.contracts.registry import SEEDS_DIR, Row, SeedError, dated_parameters, listed_choices, read_seed
from pipelines.contracts.rules import Strict

Model = TypeVar("Model", bound=Strict)
EXPECTATIONS_DIR = Path(__file__).resolve().parents[2] / "expectations"


class ContractError(ValueError):
    """A contract cannot be used; the message names the file, the key and what is wrong."""


class Catalogue(Strict):
    """One file of ``expectations/rules``."""

    catalogue: tuple[CatalogueRule, ...] = ()
    cross_form: tuple[CrossFormRule, ...] = ()
    comparisons: tuple[AnyComparison, ...] = ()


def read_yaml(path: Path) -> Any:
    """The document of a YAML file.

    Raises:
        ContractError: it cannot be read, or is not YAML.
    """
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ContractError(str(error)) from error
    except yaml.YAMLError as error:
        raise ContractError(f"{path.name}: not valid YAML: {error}") from error


def parse(model: type[Model], path: Path, document: Any) -> Model:
    """A document as a model of a contract.

    Raises:
        ContractError: it does not fit; the message names file, key and problem.
    """
    try:
        return model.model_validate(document)
    except ValidationError as error:
        places = [
            f"{path.name}: {'.'.join(str(part) for part in item['loc']) or '(whole file)'}: {item['msg']}"
            for item in error.errors()
        ]
        raise ContractError("\n".join(places)) from error


def _with_listed_choices(document: Any, indicators: Sequence[Row]) -> Any:
    """A form as written, with the code lists that it takes from the seed of indicators filled in."""
    for field in document.get("fields", []) if isinstance(document, dict) else []:
        if isinstance(field, dict) and isinstance(listed := field.get("listed_in"), dict):
            field["choices"] = listed_choices(indicators, listed.get("origin"))
    return document


@cache
def load_contracts(directory: Path = EXPECTATIONS_DIR, seeds: Path = SEEDS_DIR) -> Contracts:
    """Load and cross-check every contract below a directory (default: the project's ``expectations/``).

    Args:
        directory: where ``forms/`` and ``rules/`` are.
        seeds: where the seeds of indicators and parameters are.

    Raises:
        ContractError: a file is missing, unreadable or inconsistent; every problem is listed.
    """
    form_files = sorted((directory / "forms").glob("*.yaml"))
    if not form_files:
        raise ContractError(f"no form contracts in {directory / 'forms'}")
    try:
        indicators, parameters = read_seed("indicators", seeds), dated_parameters(read_seed("parameters", seeds))
        documents = [_with_listed_choices(read_yaml(path), indicators) for path in form_files]
    except (OSError, SeedError) as error:
        raise ContractError(str(error)) from error
    forms = tuple(parse(Form, path, document) for path, document in zip(form_files, documents, strict=True))
    for path, form in zip(form_files, forms, strict=True):
        if path.stem != form.form:
            raise ContractError(f"{path.name}: form: says '{form.form}', the file name says '{path.stem}'")
    rule_files = [parse(Catalogue, path, read_yaml(path)) for path in sorted((directory / "rules").glob("*.yaml"))]
    try:
        return Contracts(
            forms=forms,
            catalogue=tuple(rule for file in rule_files for rule in file.catalogue),
            cross_form=tuple(rule for file in rule_files for rule in file.cross_form),
            comparisons=tuple(rule for file in rule_files for rule in file.comparisons),
            parameters=tuple(Parameter.model_validate(parameter) for parameter in parameters),
        )
    except ValidationError as error:
        raise ContractError("; ".join(item["msg"] for item in error.errors())) from error
