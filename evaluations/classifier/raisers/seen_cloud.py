"""Clouds: the real SDKs of AWS, Google and MinIO against local answers in the vendors' forms."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import boto3
import botocore.config
import minio
from aiobotocore.session import get_session
from google.auth.credentials import AnonymousCredentials
from google.cloud import storage

from evaluations.classifier.raisers._seen import put
from evaluations.classifier.raisers._sql import bug, settings
from evaluations.classifier.raisers.scaffold_http import (
    FAILED,
    OUR_SETTINGS,
    QUOTA,
    REFUSED_US,
    THROTTLED,
    Answer,
    Means,
    add_answers,
)

_EDITED = Means("concurrency", False, 409, "low")
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
    body = f"<?xml version='1.0' encoding='UTF-8'?><Error><Code>{code}</Code><Message>{message}</Message><RequestId>4442587FB7D0A2F9</RequestId></Error>"  # noqa: E501
    return Answer(status, body, type="application/xml")


def _query(status: int, code: str, message: str = "said so") -> Answer:
    body = f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error><RequestId>1</RequestId></ErrorResponse>"  # noqa: E501
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
                    "The eu-west-1 location constraint is incompatible for the region specific endpoint this request was sent to.",  # noqa: E501
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
                "Object 'shop/a' is subject to bucket's retention policy and cannot be deleted or overwritten until 2027-01-01",  # noqa: E501
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
    _bucket("http://127.0.0.1:1").blob("a").generate_signed_url(dt.timedelta(hours=1))


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
