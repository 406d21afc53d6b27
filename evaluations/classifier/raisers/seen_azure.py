"""Azure: the real SDKs against local answers in the vendors' forms."""

from __future__ import annotations

from typing import Any

import azure.cosmos
import azure.data.tables
import azure.identity
import azure.servicebus
import azure.storage.blob
import azure.storage.queue

from evaluations.classifier.raisers._seen import put
from evaluations.classifier.raisers._sql import contention, settings
from evaluations.classifier.raisers.scaffold_http import (
    DOWN,
    FAILED,
    OUR_SETTINGS,
    REFUSED_US,
    SLOW,
    Answer,
    Means,
    add_answers,
    free_port,
)

_EDITED = Means("concurrency", False, 409, "low")
_BUSY = Means("concurrency", True, (409, 503), "medium")

# --- Azure ------------------------------------------------------------------------------------------------------------
_KEY = "bm90LWEta2V5"
_ONCE = {"retry_total": 0, "connection_timeout": 1, "read_timeout": 1}


def _azure(status: int, code: str, message: str = "said so") -> Answer:
    body = f'<?xml version="1.0" encoding="utf-8"?><Error><Code>{code}</Code><Message>{message}</Message></Error>'
    return Answer(status, body, {"x-ms-error-code": code}, type="application/xml")


add_answers(
    "azure-storage-blob",
    lambda url: azure.storage.blob.BlobClient(
        f"{url}/shop", "a", "b", credential={"account_name": "shop", "account_key": _KEY}, **_ONCE
    ).upload_blob(b"x"),
    {
        "seen_account_disabled": (REFUSED_US, _azure(403, "AccountIsDisabled", "The specified account is disabled.")),
        "seen_digest": (FAILED, _azure(400, "Md5Mismatch", "The MD5 value specified did not match")),
        "seen_being_deleted": (
            _BUSY._replace(category="external_service", status=(409, 502, 503)),
            _azure(409, "ContainerBeingDeleted", "The specified container is being deleted. Try operation later."),
        ),
        "seen_immutable": (
            FAILED,
            _azure(
                409,
                "BlobImmutableDueToPolicy",
                "This operation is not permitted as the blob is immutable due to a policy.",
            ),
        ),
        "seen_insufficient_permissions": (
            REFUSED_US,
            _azure(
                403,
                "AuthorizationPermissionMismatch",
                "This request is not authorized to perform this operation using this permission.",
            ),
        ),
    },
)
add_answers(
    "azure-storage-queue",
    lambda url: azure.storage.queue.QueueClient(
        f"{url}/shop", "a", credential={"account_name": "shop", "account_key": _KEY}, **_ONCE
    ).send_message("x"),
    {
        "seen_busy": (DOWN, _azure(503, "ServerBusy", "Operations per second is over the account limit.")),
        "seen_too_large": (FAILED, _azure(413, "RequestBodyTooLarge")),
        "seen_receipt": (FAILED, _azure(400, "PopReceiptMismatch")),
    },
)


def _table(url: str) -> Any:
    from azure.core.credentials import AzureNamedKeyCredential

    client = azure.data.tables.TableClient(
        f"{url}/shop", "orders", credential=AzureNamedKeyCredential("shop", _KEY), **_ONCE
    )
    return client.create_entity({"PartitionKey": "a", "RowKey": "b"})


def _odata(status: int, code: str) -> Answer:
    return Answer(
        status,
        {"odata.error": {"code": code, "message": {"lang": "en-US", "value": "said so"}}},
        {"x-ms-error-code": code},
    )


add_answers(
    "azure-data-tables",
    _table,
    {
        "seen_entity_exists": (Means("data_integrity", False, 409, "medium"), _odata(409, "EntityAlreadyExists")),
        "seen_table_missing": (OUR_SETTINGS, _odata(404, "TableNotFound")),
        "seen_condition": (_EDITED, _odata(412, "UpdateConditionNotSatisfied")),
        "seen_property_without_value": (FAILED, _odata(400, "PropertiesNeedValue")),
        "seen_timed_out": (SLOW, _odata(500, "OperationTimedOut")),
    },
)


@put("azure-identity", "seen_tenant_malformed", settings)
def _() -> None:
    azure.identity.ClientSecretCredential("no tenant!", "client", "no-secret")


@put("azure-identity", "seen_certificate_missing", settings)
def _() -> None:
    azure.identity.CertificateCredential("tenant", "client", "/tmp/failsoft-no-such.pem")


@put(
    "azure-servicebus",
    "seen_message_too_large",
    {"category": "resource", "transient": False, "status": (400, 413, 422, 500, 502), "severity": "medium"},
    "too large for one batch; a bug is defensible",
    made="no AMQP broker of Azure is to be had",
)
def _() -> None:
    raise azure.servicebus.exceptions.MessageSizeExceededError(
        message="The message is larger than 262144 bytes", error=None
    )


@put(
    "azure-servicebus",
    "seen_lock_lost",
    {**contention, "status": (409, 503)},
    made="no AMQP broker of Azure is to be had",
)
def _() -> None:
    raise azure.servicebus.exceptions.MessageLockLostError(
        message="The lock on the message lock has expired.", error=None
    )


@put("azure-cosmos", "seen_key_not_base64", settings)
def _() -> None:
    azure.cosmos.CosmosClient(f"http://127.0.0.1:{free_port()}", "no key", retry_total=0, connection_timeout=1)
