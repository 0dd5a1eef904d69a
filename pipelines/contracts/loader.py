"""Reads ``expectations/`` into one :class:`Contracts` object, with errors that name file and field."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError

from pipelines.contracts.comparisons import AnyComparison
from pipelines.contracts.model import CatalogueRule, Contracts, CrossFormRule, Form
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


def _read_yaml(path: Path) -> Any:
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise ContractError(f"{path.name}: not valid YAML: {error}") from error


def _parse(model: type[Model], path: Path) -> Model:
    try:
        return model.model_validate(_read_yaml(path))
    except ValidationError as error:
        places = [
            f"{path.name}: {'.'.join(str(part) for part in item['loc']) or '(whole file)'}: {item['msg']}"
            for item in error.errors()
        ]
        raise ContractError("\n".join(places)) from error


@cache
def load_contracts(directory: Path = EXPECTATIONS_DIR) -> Contracts:
    """Load and cross-check every contract below a directory (default: the project's ``expectations/``).

    Raises:
        ContractError: a file is missing, unreadable or inconsistent; every problem is listed.
    """
    form_files = sorted((directory / "forms").glob("*.yaml"))
    if not form_files:
        raise ContractError(f"no form contracts in {directory / 'forms'}")
    forms = tuple(_parse(Form, path) for path in form_files)
    for path, form in zip(form_files, forms, strict=True):
        if path.stem != form.form:
            raise ContractError(f"{path.name}: form: says '{form.form}', the file name says '{path.stem}'")
    rule_files = [_parse(Catalogue, path) for path in sorted((directory / "rules").glob("*.yaml"))]
    try:
        return Contracts(
            forms=forms,
            catalogue=tuple(rule for file in rule_files for rule in file.catalogue),
            cross_form=tuple(rule for file in rule_files for rule in file.cross_form),
            comparisons=tuple(rule for file in rule_files for rule in file.comparisons),
        )
    except ValidationError as error:
        raise ContractError("; ".join(item["msg"] for item in error.errors())) from error
