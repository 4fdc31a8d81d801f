"""The JSON schema of a scheme's file, by which editors complete and check it while it is written."""

import json

from monitor.triage.scheme.rules import Scheme

SCHEMA_NAME = "scheme.schema.json"


def schema_text() -> str:
    """The schema as the text of a file."""
    schema = Scheme.model_json_schema(by_alias=True)
    titled = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Reaction scheme"}
    return json.dumps(titled, indent=2, ensure_ascii=False) + "\n"
