"""OpenAPI: what a FastAPI application says of its errors."""

from __future__ import annotations

import copy
import json
from typing import Any

from failsoft import Settings

__all__ = ["PROBLEM_SCHEMA", "describe_problems"]

PROBLEM_SCHEMA: dict[str, Any] = {
    "title": "Problem",
    "description": "A problem document (RFC 9457).",
    "type": "object",
    "required": ["type", "title", "status", "code", "error_id"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string", "format": "uri-reference"},
        "code": {"type": "string"},
        "error_id": {"type": "string", "format": "uuid"},
        "request_id": {"type": "string"},
        "trace_id": {"type": "string"},
        "timestamp": {"type": "string", "format": "date-time"},
        "recoverable": {"type": "boolean"},
        "guidance": {"type": "string"},
        "retry": {
            "type": "object",
            "properties": {"allowed": {"type": "boolean"}, "after": {"type": "integer"}},
        },
        "notification": {"type": "string"},
        "support_reference": {"type": "string"},
        "documentation_url": {"type": "string", "format": "uri"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}


def describe_problems(app: Any, settings: Settings) -> None:
    """Make a FastAPI application's schema show problems in place of `HTTPValidationError`.

    A schema function of the application's own is kept, and its result completed. Nothing is changed where errors are
    not answered by problems: outside mode `enforce`, with `responses.format = "keep"`, or with a renderer.
    """
    responses = settings.responses
    if settings.rollout.mode != "enforce" or responses.format == "keep" or responses.renderer is not None:
        return
    original = getattr(app, "openapi", None)
    if original is None or not hasattr(app, "openapi_schema") or hasattr(original, _OURS):
        return
    validation = responses.replace == "all"

    def openapi() -> Any:
        known = app.openapi_schema
        schema = original()
        done = (known is not None and schema is known) or not isinstance(schema, dict)
        return schema if done else _completed(schema, validation)

    setattr(openapi, _OURS, True)
    app.openapi = openapi


_OURS = "_failsoft"


def _completed(schema: dict[str, Any], validation: bool) -> dict[str, Any]:
    components = schema.setdefault("components", {}).setdefault("schemas", {})
    name = "Problem"
    while components.get(name, PROBLEM_SCHEMA) != PROBLEM_SCHEMA:
        # the application has a model of this name
        name = f"Failsoft{name}"
    components[name] = copy.deepcopy(PROBLEM_SCHEMA)
    content = {"application/problem+json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}
    for path in schema.get("paths", {}).values():
        for operation in path.values():
            if isinstance(operation, dict) and isinstance(operation.get("responses"), dict):
                _complete_operation(operation["responses"], content, validation)
    for unused in ("HTTPValidationError", "ValidationError"):
        if f'#/components/schemas/{unused}"' not in json.dumps(schema, default=str):
            components.pop(unused, None)
    return schema


def _complete_operation(responses: dict[str, Any], content: dict[str, Any], validation: bool) -> None:
    if validation and "#/components/schemas/HTTPValidationError" in str(responses.get("422")):
        responses["422"] = {"description": "The input is not valid.", "content": content}
    responses.setdefault("default", {"description": "An error.", "content": content})
