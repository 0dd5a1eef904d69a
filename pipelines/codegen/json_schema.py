"""Model of a contract → JSON Schema, so that an editor completes and checks ``expectations/forms/*.yaml``.

The first line of each contract names the file written here; the loader uses the model itself.
"""

from __future__ import annotations

import json

from pipelines.contracts import Form

FORM_SCHEMA = "expectations/forms/form.schema.json"


def render_json_schema() -> dict[str, str]:
    """The schema of a form contract, as text by path relative to the project root."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": "Generated from pipelines/contracts/model.py by `congdoan codegen`. Do not edit.",
        **Form.model_json_schema(),
    }
    return {FORM_SCHEMA: json.dumps(schema, ensure_ascii=False, indent=2) + "\n"}
