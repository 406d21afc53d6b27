"""Attributes of spans and log records, by the HTTP and exception semantic conventions. Every text is sanitized."""

from __future__ import annotations

import os
from collections.abc import Mapping

from opentelemetry.util.types import AttributeValue

from failsoft.call import Call, RequestFacts
from failsoft.errors.failure import Failure
from failsoft.observers.base import Cleaner, clean, cut, path_of, route_of, safe_stack

__all__ = [
    "Attributes",
    "exception_attributes",
    "failure_attributes",
    "known_methods",
    "request_attributes",
    "span_name",
]

Attributes = dict[str, AttributeValue]

_METHODS = frozenset({"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY", "TRACE"})
_MAX_STACK = 16_384
_MAX_TEXT = 4_096
_MAX_NAME = 256


def known_methods(environ: Mapping[str, str] = os.environ) -> frozenset[str]:
    """Methods that may stand in `http.request.method`: RFC 9110, PATCH and QUERY, or the list in
    `OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS`."""
    listed = environ.get("OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS", "")
    return frozenset(name.strip() for name in listed.split(",") if name.strip()) or _METHODS


def failure_attributes(call: Call, failure: Failure, status: int) -> Attributes:
    """What Failsoft adds to a server span."""
    attributes: Attributes = {
        "failsoft.error.id": failure.error_id,
        "failsoft.error.code": failure.code,
        "failsoft.error.category": str(failure.category),
        "failsoft.error.severity": str(failure.severity),
        "failsoft.error.transient": failure.transient,
        "failsoft.error.fingerprint": failure.fingerprint,
        "failsoft.endpoint": call.endpoint,
    }
    if call.policy:
        attributes["failsoft.policy"] = call.policy
    if call.attempt:
        attributes["failsoft.attempt"] = call.attempt
    if status >= 500:
        attributes["error.type"] = str(status)
    return attributes


def exception_attributes(failure: Failure, sanitizer: Cleaner) -> Attributes:
    """An exception as attributes of an event or log record."""
    return {
        "exception.type": failure.links[0].type if failure.links else failure.type,
        "exception.message": cut(clean(sanitizer, failure.raw_message), _MAX_TEXT),
        "exception.stacktrace": safe_stack(failure, sanitizer, _MAX_STACK),
    }


def span_name(call: Call, methods: frozenset[str]) -> str:
    """`{method} {http.route}`, or the method alone where no route matched; never the path."""
    method = call.method if call.method in methods else "HTTP"
    route = route_of(call.endpoint)
    return f"{method} {route}" if route else method


def request_attributes(
    call: Call, facts: RequestFacts, status: int, methods: frozenset[str], sanitizer: Cleaner
) -> Attributes:
    """What a server span says of its request and response."""
    attributes: Attributes = {
        "url.path": cut(path_of(sanitizer, facts.path, call.endpoint), _MAX_TEXT),
        "url.scheme": facts.scheme,
        "http.response.status_code": status,
    }
    if call.method in methods:
        attributes["http.request.method"] = call.method
    else:
        attributes["http.request.method"] = "_OTHER"
        attributes["http.request.method_original"] = cut(clean(sanitizer, call.method), _MAX_NAME)
    if route := route_of(call.endpoint):
        attributes["http.route"] = route
    if facts.host:
        attributes.update(_server(clean(sanitizer, facts.host)))
    if facts.user_agent:
        attributes["user_agent.original"] = cut(clean(sanitizer, facts.user_agent), _MAX_NAME)
    return attributes


def _server(host: str) -> Attributes:
    """Name and port of a `Host` header, which may be an IPv6 address in brackets."""
    name, colon, port = host.rpartition(":")
    if colon and port.isascii() and port.isdigit() and len(port) <= 5 and not name.endswith(":"):
        return {"server.address": cut(name.strip("[]"), _MAX_NAME), "server.port": int(port)}
    return {"server.address": cut(host.strip("[]"), _MAX_NAME)}
