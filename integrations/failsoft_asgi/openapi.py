"""OpenAPI: what a FastAPI application says of its errors."""

from __future__ import annotations

from typing import Any

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

_REFERENCE = {"$ref": "#/components/schemas/Problem"}


def describe_problems(app: Any) -> None:
    """Make a FastAPI application's schema show problems in place of `HTTPValidationError`.

    A schema function of the application's own is kept, and its result completed.
    """
    original = getattr(app, "openapi", None)
    if original is None or not hasattr(app, "openapi_schema"):
        return

    def openapi() -> Any:
        known = app.openapi_schema
        schema = original()
        return schema if known is not None and schema is known else _completed(schema)

    app.openapi = openapi


def _completed(schema: dict[str, Any]) -> dict[str, Any]:
    components = schema.setdefault("components", {}).setdefault("schemas", {})
    components.setdefault("Problem", PROBLEM_SCHEMA)
    for path in schema.get("paths", {}).values():
        for operation in path.values():
            if isinstance(operation, dict) and "responses" in operation:
                _complete_operation(operation["responses"])
    for name in ("HTTPValidationError", "ValidationError"):
        if f"#/components/schemas/{name}" not in str({**schema, "components": None}):
            components.pop(name, None)
    return schema


def _complete_operation(responses: dict[str, Any]) -> None:
    validation = responses.get("422")
    if validation is not None and "HTTPValidationError" in str(validation):
        responses["422"] = {
            "description": "The input is not valid.",
            "content": {"application/problem+json": {"schema": _REFERENCE}},
        }
    responses.setdefault(
        "default", {"description": "An error.", "content": {"application/problem+json": {"schema": _REFERENCE}}}
    )
