"""What the classes and texts of clouds, brokers and vendors say, where the customs of names would say otherwise."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from failsoft.errors.failure import Failure

Classify = Callable[[BaseException], Failure]


def foreign(path: str, *args: object, **attributes: object) -> BaseException:
    """An exception that looks like one of a library that is not installed."""
    module, _, name = path.rpartition(".")
    error: BaseException = type(name, (Exception,), {"__module__": module})(*args)
    error.__dict__.update(attributes)
    return error


@pytest.mark.parametrize(
    ("error", "category", "status"),
    [
        (foreign("kafka.errors.InvalidSessionTimeoutError"), "configuration", 500),
        (foreign("aiokafka.errors.ProducerFenced"), "concurrency", 503),
        (foreign("botocore.exceptions.OperationNotPageableError"), "system", 500),
        (foreign("botocore.exceptions.InvalidDefaultsMode"), "configuration", 500),
        (foreign("pika.exceptions.ProtocolVersionMismatch"), "external_service", 502),
        (foreign("pika.exceptions.ChannelClosedByBroker", "(406, 'unknown delivery tag 9')"), "system", 500),
        (foreign("nats.js.errors.KeyNotFoundError"), "validation", 404),
        (foreign("temporalio.exceptions.WorkflowAlreadyStartedError"), "data_integrity", 409),
        (foreign("ldap3.core.exceptions.LDAPUnknownStrategyError"), "system", 500),
        (foreign("zeep.exceptions.DTDForbidden"), "external_service", 502),
        (foreign("openai.NotFoundError", "No such File object: file-x", status_code=404), "external_service", 502),
        (foreign("replicate.webhook.MissingWebhookHeaderError"), "authentication", 401),
        (
            foreign("azure.core.exceptions.HttpResponseError", 'Content: {"code": "TableNotFound"}'),
            "configuration",
            500,
        ),
        (foreign("google.api_core.exceptions.Forbidden", "rateLimitExceeded", code=403), "resource", 503),
        (foreign("hvac.exceptions.InvalidRequest", "check-and-set parameter did not match"), "concurrency", 409),
        (foreign("kubernetes.client.exceptions.ForbiddenException", "exceeded quota", status=403), "resource", 503),
        (foreign("requests.exceptions.InvalidSchema", "Missing dependencies for SOCKS support."), "configuration", 500),
        (foreign("aiosmtplib.errors.SMTPServerDisconnected", "Server not connected"), "system", 500),
        (
            foreign("websocket._exceptions.WebSocketConnectionClosedException", "socket is already closed."),
            "system",
            500,
        ),
    ],
    ids=lambda value: f"{type(value).__module__}.{type(value).__name__}" if isinstance(value, BaseException) else None,
)
def test_what_a_service_says(classify: Classify, error: BaseException, category: str, status: int) -> None:
    failure = classify(error)
    assert (failure.category, failure.status) == (category, status)
