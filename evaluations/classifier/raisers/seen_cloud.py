"""Clouds: the real SDKs of AWS, Google, Azure and MinIO against local answers in the vendors' forms."""

from __future__ import annotations

import datetime
import io
from typing import Any

import azure.cosmos
import azure.data.tables
import azure.identity
import azure.servicebus
import azure.storage.blob
import azure.storage.queue
import boto3
import botocore.config
import minio
from aiobotocore.session import get_session
from google.auth.credentials import AnonymousCredentials
from google.cloud import storage

from evaluations.classifier.raisers._seen import put
from evaluations.classifier.raisers._sql import bug, contention, settings
from evaluations.classifier.raisers.scaffold_http import (
    DOWN,
    FAILED,
    OUR_SETTINGS,
    QUOTA,
    REFUSED_US,
    SLOW,
    THROTTLED,
    Answer,
    Means,
    add_answers,
    free_port,
)

_EDITED = Means("concurrency", True, 409, "low")
_BUSY = Means("concurrency", True, (409, 503), "medium")
_RULE = Means("business_logic", False, (409, 422), "low")

# --- AWS --------------------------------------------------------------------------------------------------------------
_CONFIG = botocore.config.Config(
    retries={"total_max_attempts": 1}, connect_timeout=1, read_timeout=1, s3={"addressing_style": "path"}
)
_KEYS = {"aws_access_key_id": "NOTAKEY", "aws_secret_access_key": "not-a-secret", "region_name": "eu-central-1"}


def _client(service: str, url: str | None = None) -> Any:
    return boto3.client(service, endpoint_url=url, config=_CONFIG, **_KEYS)


def _json(status: int, code: str, message: str = "said so", **more: Any) -> Answer:
    return Answer(
        status,
        {"__type": code, "message": message, **more},
        {"x-amzn-ErrorType": code},
        type="application/x-amz-json-1.1",
    )


def _xml(status: int, code: str, message: str = "said so") -> Answer:
    body = f"<?xml version='1.0' encoding='UTF-8'?><Error><Code>{code}</Code><Message>{message}</Message><RequestId>4442587FB7D0A2F9</RequestId></Error>"
    return Answer(status, body, type="application/xml")


def _query(status: int, code: str, message: str = "said so") -> Answer:
    body = f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error><RequestId>1</RequestId></ErrorResponse>"
    return Answer(status, body, type="text/xml")


for _call, _answers in (
    (
        lambda url: _client("sns", url).publish(TopicArn="arn:aws:sns:eu-central-1:000000000000:a", Message="x"),
        {
            "seen_sns_topic_missing": (OUR_SETTINGS, _query(404, "NotFound", "Topic does not exist")),
            "seen_sns_endpoint_disabled": (FAILED, _query(400, "EndpointDisabled", "Endpoint is disabled")),
            "seen_sns_throttled": (THROTTLED, _query(400, "Throttling", "Rate exceeded")),
        },
    ),
    (
        lambda url: _client("cognito-idp", url).initiate_auth(
            AuthFlow="USER_PASSWORD_AUTH", ClientId="a", AuthParameters={}
        ),
        {
            "seen_cognito_password": (
                Means("authentication", False, (401, 502), "low"),
                _json(400, "NotAuthorizedException", "Incorrect username or password."),
            ),
            "seen_cognito_code_expired": (
                Means("authentication", False, (400, 401, 502), "low"),
                _json(400, "ExpiredCodeException", "Invalid code provided, please request a code again."),
            ),
        },
    ),
    (
        lambda url: _client("stepfunctions", url).start_execution(
            stateMachineArn="arn:aws:states:eu-central-1:0:stateMachine:a"
        ),
        {
            "seen_states_machine_missing": (OUR_SETTINGS, _json(400, "StateMachineDoesNotExist")),
        },
    ),
    (
        lambda url: _client("ssm", url).get_parameter(Name="/shop/key"),
        {
            "seen_ssm_parameter_missing": (OUR_SETTINGS, _json(400, "ParameterNotFound")),
            "seen_ssm_internal": (
                Means("external_service", True, (502, 503), "medium"),
                _json(500, "InternalServerError"),
            ),
        },
    ),
    (
        lambda url: _client("events", url).put_rule(Name="a", ScheduleExpression="rate(1 day)"),
        {
            "seen_events_modified_meanwhile": (
                _BUSY,
                _json(400, "ConcurrentModificationException", "Rule a is being modified"),
            ),
            "seen_events_limit": (
                QUOTA,
                _json(400, "LimitExceededException", "The requested resource exceeds the maximum number allowed."),
            ),
        },
    ),
    (
        lambda url: _client("s3", url).put_object(Bucket="shop", Key="a", Body=b"x"),
        {
            "seen_s3_digest": (
                FAILED,
                _xml(400, "BadDigest", "The Content-MD5 you specified did not match what we received."),
            ),
            "seen_s3_moved": (
                OUR_SETTINGS,
                _xml(
                    400,
                    "IllegalLocationConstraintException",
                    "The eu-west-1 location constraint is incompatible for the region specific endpoint this request was sent to.",
                ),
            ),
            "seen_s3_quota": (QUOTA, _xml(403, "QuotaExceeded", "Bucket quota exceeded")),
        },
    ),
):
    add_answers("boto3", _call, _answers)


@put("boto3", "seen_arn_malformed", bug)
def _() -> None:
    _client("s3", "http://127.0.0.1:1").get_object(Bucket="no such bucket!", Key="a")


@put("boto3", "seen_file_to_upload_missing", bug)
def _() -> None:
    _client("s3", "http://127.0.0.1:1").upload_file("/tmp/failsoft-no-such-file", "shop", "a")


@put("botocore", "seen_endpoint_malformed", settings)
def _() -> None:
    _client("s3", "shop-storage:9000")


@put("botocore", "seen_operation_not_pageable", bug)
def _() -> None:
    _client("s3").get_paginator("get_object")


@put("botocore", "seen_retry_mode_unknown", settings)
def _() -> None:
    botocore.config.Config(retries={"mode": "stubborn"})


async def _aio_queue(url: str) -> None:
    async with get_session().create_client("sqs", endpoint_url=url, config=None, **_KEYS) as client:
        await client.receive_message(QueueUrl=f"{url}/0/a")


add_answers(
    "aiobotocore",
    lambda url: __import__("asyncio").run(_aio_queue(url)),
    {
        "seen_queue_missing": (OUR_SETTINGS, _json(400, "com.amazonaws.sqs#QueueDoesNotExist")),
        "seen_credentials_expired": (
            REFUSED_US,
            _json(400, "ExpiredTokenException", "The security token included in the request is expired"),
        ),
    },
)


# --- Google -----------------------------------------------------------------------------------------------------------
def _bucket(url: str) -> Any:
    return storage.Client("shop", AnonymousCredentials(), client_options={"api_endpoint": url}).bucket("shop")


def _google(status: int, reason: str, message: str) -> Answer:
    return Answer(
        status,
        {
            "error": {
                "code": status,
                "message": message,
                "errors": [{"reason": reason, "message": message, "domain": "global"}],
            }
        },
    )


add_answers(
    "google-cloud-storage",
    lambda url: _bucket(url).blob("a").upload_from_string(b"x", timeout=1, retry=None),
    {
        "seen_retention": (
            _RULE._replace(category="external_service", status=(409, 502, 503), severity="medium"),
            _google(
                403,
                "retentionPolicyNotMet",
                "Object 'shop/a' is subject to bucket's retention policy and cannot be deleted or overwritten until 2027-01-01",
            ),
        ),
        "seen_billing_off": (
            QUOTA,
            _google(403, "accountDisabled", "The billing account for the owning project is disabled in state absent"),
        ),
        "seen_too_large": (FAILED, _google(413, "uploadTooLarge", "The upload is too large")),
    },
)


@put("google-cloud-storage", "seen_name_of_a_bucket", bug)
def _() -> None:
    storage.Client("shop", AnonymousCredentials()).bucket("-shop-")


@put("google-cloud-storage", "seen_upload_without_size", bug)
def _() -> None:
    _bucket("http://127.0.0.1:1").blob("a").upload_from_file(io.BytesIO(b"x"), size=10, timeout=1, retry=None)


@put("google-cloud-storage", "seen_signing_without_key", settings, "the credentials hold no private key")
def _() -> None:
    _bucket("http://127.0.0.1:1").blob("a").generate_signed_url(datetime.timedelta(hours=1))


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
    {"category": "validation", "transient": False, "status": (400, 413, 422, 500, 502), "severity": "low"},
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


# --- MinIO ------------------------------------------------------------------------------------------------------------
def _minio(url: str) -> Any:
    client = minio.Minio(
        endpoint=url.removeprefix("http://"), access_key="a", secret_key="no-secret", secure=False, region="x"
    )
    return client.put_object(bucket_name="shop", object_name="a", data=io.BytesIO(b"x"), length=1)


add_answers(
    "minio",
    _minio,
    {
        "seen_quota": (QUOTA, _xml(409, "XMinioAdminBucketQuotaExceeded", "Bucket quota exceeded")),
        "seen_precondition": (
            _EDITED,
            _xml(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold"),
        ),
        "seen_locked": (FAILED, _xml(400, "InvalidRequest", "Object is WORM protected and cannot be overwritten")),
        "seen_skewed": (
            REFUSED_US,
            _xml(
                403,
                "RequestTimeTooSkewed",
                "The difference between the request time and the server's time is too large.",
            ),
        ),
    },
)


@put("minio", "seen_bucket_name", bug)
def _() -> None:
    minio.Minio(endpoint="127.0.0.1:1", secure=False).bucket_exists(bucket_name="A")


@put("minio", "seen_endpoint_with_path", settings)
def _() -> None:
    minio.Minio(endpoint="http://127.0.0.1/path", secure=False)
