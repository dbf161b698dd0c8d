"""The workflow's config, checked: one line for each thing that is wrong, in the words of config.yaml."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import jsonschema
import yaml


def check_config(config: Mapping[str, Any], schema: Path) -> None:
    """ValueError that lists every problem of a config; `schema`: the JSON schema as YAML."""
    problems = config_problems(config, yaml.safe_load(schema.read_text(encoding="utf-8")))
    if problems:
        raise ValueError("the config is wrong:\n" + "\n".join(f"  {line}" for line in problems))


def config_problems(config: Mapping[str, Any], schema: Mapping[str, Any]) -> list[str]:
    """One line for each problem: which key, what was found, what is expected. Empty for a good config."""
    errors = jsonschema.Draft202012Validator(schema).iter_errors(config)
    return [
        line for error in sorted(errors, key=lambda e: [str(part) for part in e.absolute_path]) for line in _say(error)
    ]


def _say(error: jsonschema.ValidationError) -> Iterable[str]:
    where = ".".join(str(part) for part in error.absolute_path)
    schema: Any = error.schema
    found: Any = error.instance
    required: Any = error.validator_value
    if error.validator == "additionalProperties" and error.validator_value is False:
        known = sorted(schema["properties"])
        for key in sorted(set(found) - set(known)):
            near = difflib.get_close_matches(key, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"expected some of {', '.join(known)}"
            yield f"{where + '.' if where else ''}{key}: unknown key; {hint}"
    elif error.validator == "required":
        for key in sorted(set(required) - set(found)):
            yield f"{where + '.' if where else ''}{key}: missing; config.yaml says what it is for"
    else:
        yield f"{where or 'config'}: {_expectation(error)}, found {found!r}"


def _expectation(error: jsonschema.ValidationError) -> str:
    value: Any = error.validator_value
    phrases = {
        "minimum": f"expected at least {value}",
        "maximum": f"expected at most {value}",
        "exclusiveMinimum": f"expected more than {value}",
        "exclusiveMaximum": f"expected less than {value}",
        "minItems": f"expected at least {value} of them",
        "maxItems": f"expected at most {value} of them",
        "minLength": "expected some text",
        "uniqueItems": "expected each only once",
    }
    if error.validator == "enum":
        return f"expected one of {', '.join(map(str, value))}"
    if error.validator == "type":
        return f"expected {' or '.join([value] if isinstance(value, str) else value)}"
    return phrases.get(str(error.validator), error.message)
