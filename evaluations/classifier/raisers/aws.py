"""boto3 against a server that answers as AWS does."""

from __future__ import annotations

from typing import Any

import boto3
from boto3.dynamodb.types import TypeSerializer
from botocore.config import Config

from evaluations.classifier.cases import case
from evaluations.classifier.raisers.scaffold_http import (
    CONTENTION,
    DOWN,
    EDITED,
    FAILED,
    GATEWAY,
    OUR_SETTINGS,
    QUOTA,
    REFUSED_US,
    SLOW,
    THROTTLED,
    Answer,
    add_answers,
    add_links,
    serving,
)

_CONFIG = Config(
    retries={"max_attempts": 0, "mode": "standard"},
    connect_timeout=0.8,
    read_timeout=0.8,
    s3={"addressing_style": "path"},
    parameter_validation=True,
)
_KEYS = {"aws_access_key_id": "NOTAKEY", "aws_secret_access_key": "not-a-secret", "region_name": "eu-central-1"}


def _client(service: str, url: str) -> Any:
    return boto3.client(service, endpoint_url=url, config=_CONFIG, **_KEYS)


def _xml(status: int, code: str, message: str = "said so") -> Answer:
    """The error document of S3."""
    body = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{message}</Message>'
        "<Resource>/bucket/key</Resource><RequestId>4442587FB7D0A2F9</RequestId></Error>"
    )
    return Answer(status, body, {"x-amz-request-id": "4442587FB7D0A2F9"}, type="application/xml")


def _query(status: int, code: str, message: str = "said so") -> Answer:
    """The error document of the query protocol: STS, IAM, SNS, EC2 classic."""
    body = (
        '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>'
        f"<Code>{code}</Code><Message>{message}</Message></Error><RequestId>1</RequestId></ErrorResponse>"
    )
    return Answer(status, body, type="text/xml")


def _json(
    status: int, code: str, message: str = "said so", service: str = "com.amazonaws.dynamodb.v20120810"
) -> Answer:
    """The error document of the JSON protocol."""
    return Answer(status, {"__type": f"{service}#{code}", "message": message}, type="application/x-amz-json-1.0")


def _get(url: str) -> Any:
    return _client("s3", url).get_object(Bucket="bucket", Key="key")["Body"].read()


def _put(url: str) -> Any:
    return _client("s3", url).put_object(Bucket="bucket", Key="key", Body=b"x", IfMatch='"1"')


def _write(url: str) -> Any:
    return _client("dynamodb", url).put_item(TableName="orders", Item={"id": {"S": "1"}})


def _transact(url: str) -> Any:
    return _client("dynamodb", url).transact_write_items(
        TransactItems=[{"Put": {"TableName": "orders", "Item": {"id": {"S": "1"}}}}]
    )


def _send(url: str) -> Any:
    return _client("sqs", url).send_message(QueueUrl=f"{url}/1/queue", MessageBody="x")


def _who(url: str) -> Any:
    return _client("sts", url).get_caller_identity()


def _invoke(url: str) -> Any:
    return _client("lambda", url).invoke(FunctionName="f", Payload=b"{}")


def _decrypt(url: str) -> Any:
    return _client("kms", url).decrypt(CiphertextBlob=b"x")


def _secret(url: str) -> Any:
    return _client("secretsmanager", url).get_secret_value(SecretId="shop/db")


def _mail(url: str) -> Any:
    return _client("sesv2", url).send_email(Content={"Simple": {"Subject": {"Data": "x"}, "Body": {}}})


def _put_record(url: str) -> Any:
    return _client("kinesis", url).put_record(StreamName="s", Data=b"x", PartitionKey="1")


def _bedrock(url: str) -> Any:
    return _client("bedrock-runtime", url).invoke_model(modelId="anthropic.claude", body=b"{}")


# --- S3 --------------------------------------------------------------------------------------------------------------
add_answers(
    "boto3",
    _get,
    {
        "s3_key_missing": (FAILED, _xml(404, "NoSuchKey", "The specified key does not exist.")),
        "s3_bucket_missing": (OUR_SETTINGS, _xml(404, "NoSuchBucket", "The specified bucket does not exist")),
        "s3_access_denied": (REFUSED_US, _xml(403, "AccessDenied", "Access Denied")),
        "s3_signature": (REFUSED_US, _xml(403, "SignatureDoesNotMatch")),
        "s3_key_id_unknown": (REFUSED_US, _xml(403, "InvalidAccessKeyId")),
        "s3_token_expired": (REFUSED_US, _xml(400, "ExpiredToken", "The provided token has expired.")),
        "s3_clock_skewed": (REFUSED_US, _xml(403, "RequestTimeTooSkewed")),
        "s3_slow_down": (THROTTLED, _xml(503, "SlowDown", "Please reduce your request rate.")),
        "s3_internal_error": (DOWN, _xml(500, "InternalError", "We encountered an internal error. Please try again.")),
        "s3_unavailable": (DOWN, _xml(503, "ServiceUnavailable", "Reduce your request rate.")),
        "s3_archived": (FAILED, _xml(403, "InvalidObjectState", "The operation is not valid for the storage class")),
        "s3_range": (FAILED, _xml(416, "InvalidRange", "The requested range is not satisfiable")),
        "s3_bad_gateway": (DOWN, GATEWAY),
    },
)
add_answers(
    "boto3",
    _put,
    {
        "s3_precondition": (EDITED, _xml(412, "PreconditionFailed", "At least one of the pre-conditions did not hold")),
        "s3_conflicting_write": (
            CONTENTION,
            _xml(409, "OperationAborted", "A conflicting conditional operation is in progress"),
        ),
        "s3_entity_too_large": (FAILED, _xml(400, "EntityTooLarge")),
        "s3_request_timeout": (SLOW, _xml(400, "RequestTimeout", "Your socket connection was not read from in time")),
        "s3_method_not_allowed": (FAILED, _xml(405, "MethodNotAllowed")),
    },
)


@case("boto3", "external_service", transient=False, status=(502, 503), severity="medium")
def s3_head_missing() -> None:
    with serving(Answer(404)) as url:
        _client("s3", url).head_object(Bucket="bucket", Key="key")


@case("boto3", "authentication", transient=False, status=502, severity="high")
def s3_head_forbidden() -> None:
    with serving(Answer(403)) as url:
        _client("s3", url).head_bucket(Bucket="bucket")


@case("boto3", "network", transient=True, status=(502, 503), severity="medium")
def s3_body_cut_off() -> None:
    with serving(Answer(200, b"x" * 100, {"ETag": '"1"'}, how="cut")) as url:
        _client("s3", url).get_object(Bucket="bucket", Key="key")["Body"].read()


@case(
    "boto3",
    "authentication",
    transient=False,
    status=502,
    severity="high",
    note="wraps the ClientError in its text only",
)
def s3_upload_denied(tmp: str = "/dev/null") -> None:
    with serving(_xml(403, "AccessDenied", "Access Denied")) as url:
        _client("s3", url).upload_file(tmp, "bucket", "key")


# --- DynamoDB --------------------------------------------------------------------------------------------------------
add_answers(
    "boto3",
    _write,
    {
        "dynamodb_condition": (
            EDITED,
            _json(400, "ConditionalCheckFailedException", "The conditional request failed"),
        ),
        "dynamodb_throughput": (THROTTLED, _json(400, "ProvisionedThroughputExceededException")),
        "dynamodb_throttled": (THROTTLED, _json(400, "ThrottlingException", service="com.amazon.coral.availability")),
        "dynamodb_request_limit": (THROTTLED, _json(400, "RequestLimitExceeded")),
        "dynamodb_validation": (
            FAILED,
            _json(400, "ValidationException", "One or more parameter values were invalid", "com.amazon.coral.validate"),
        ),
        "dynamodb_table_missing": (
            OUR_SETTINGS,
            _json(400, "ResourceNotFoundException", "Requested resource not found"),
        ),
        "dynamodb_denied": (REFUSED_US, _json(400, "AccessDeniedException")),
        "dynamodb_token_unknown": (
            REFUSED_US,
            _json(400, "UnrecognizedClientException", "The security token included in the request is invalid."),
        ),
        "dynamodb_internal": (DOWN, _json(500, "InternalServerError")),
        "dynamodb_item_collection": (FAILED, _json(400, "ItemCollectionSizeLimitExceededException")),
        "dynamodb_conflict": (CONTENTION, _json(400, "TransactionConflictException")),
    },
)


@case("boto3", "concurrency", transient=True, status=(409, 503), severity=("medium"))
def dynamodb_transaction_cancelled() -> None:
    reasons = [{"Code": "TransactionConflict", "Message": "Transaction is ongoing for the item"}]
    body = {
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "Message": "Transaction cancelled, please refer cancellation reasons [TransactionConflict]",
        "CancellationReasons": reasons,
    }
    with serving(Answer(400, body, type="application/x-amz-json-1.0")) as url:
        _transact(url)


@case("boto3", "system", transient=False, status=500, severity="high")
def dynamodb_float() -> None:
    TypeSerializer().serialize(1.5)


# --- other services --------------------------------------------------------------------------------------------------
add_answers(
    "boto3",
    _who,
    {
        "sts_token_invalid": (REFUSED_US, _query(403, "InvalidClientTokenId")),
        "sts_expired": (REFUSED_US, _query(403, "ExpiredToken")),
        "sts_throttled": (THROTTLED, _query(400, "Throttling", "Rate exceeded")),
    },
)
add_answers(
    "boto3",
    _send,
    {
        "sqs_queue_missing": (
            OUR_SETTINGS,
            _json(400, "QueueDoesNotExist", "The specified queue does not exist.", "com.amazonaws.sqs"),
        ),
        "sqs_throttled": (THROTTLED, _json(403, "RequestThrottled", service="com.amazonaws.sqs")),
        "sqs_over_limit": (THROTTLED, _json(403, "OverLimit", service="com.amazonaws.sqs")),
    },
)
add_answers(
    "boto3",
    _invoke,
    {
        "lambda_throttled": (
            THROTTLED,
            Answer(
                429, {"message": "Rate Exceeded."}, {"x-amzn-ErrorType": "TooManyRequestsException", "Retry-After": "1"}
            ),
        ),
        "lambda_service_error": (DOWN, Answer(500, {"message": "x"}, {"x-amzn-ErrorType": "ServiceException"})),
        "lambda_missing": (
            OUR_SETTINGS,
            Answer(404, {"message": "Function not found"}, {"x-amzn-ErrorType": "ResourceNotFoundException"}),
        ),
    },
)
add_answers(
    "boto3",
    _decrypt,
    {
        "kms_disabled": (OUR_SETTINGS, _json(400, "DisabledException", service="TrentService")),
        "kms_key_missing": (FAILED, _json(400, "NotFoundException", "Key does not exist", "TrentService")),
        "kms_timeout": (SLOW, _json(500, "DependencyTimeoutException", service="TrentService")),
        "kms_internal": (DOWN, _json(500, "KMSInternalException", service="TrentService")),
    },
)
add_answers(
    "boto3",
    _secret,
    {
        "secret_missing": (
            OUR_SETTINGS,
            _json(
                400, "ResourceNotFoundException", "Secrets Manager can't find the specified secret.", "secretsmanager"
            ),
        ),
        "secret_internal": (DOWN, _json(500, "InternalServiceError", service="secretsmanager")),
    },
)
add_answers(
    "boto3",
    _mail,
    {
        "ses_rejected": (FAILED, Answer(400, {"message": "x"}, {"x-amzn-ErrorType": "MessageRejected"})),
        "ses_too_many": (
            THROTTLED,
            Answer(429, {"message": "Maximum sending rate exceeded"}, {"x-amzn-ErrorType": "TooManyRequestsException"}),
        ),
        "ses_sending_paused": (
            REFUSED_US,
            Answer(400, {"message": "Sending paused"}, {"x-amzn-ErrorType": "AccountSuspendedException"}),
        ),
    },
)
add_answers(
    "boto3",
    _put_record,
    {"kinesis_throughput": (THROTTLED, _json(400, "ProvisionedThroughputExceededException", service="kinesis"))},
)
add_answers(
    "boto3",
    _bedrock,
    {
        "bedrock_model_timeout": (SLOW, Answer(408, {"message": "x"}, {"x-amzn-ErrorType": "ModelTimeoutException"})),
        "bedrock_not_ready": (
            DOWN,
            Answer(429, {"message": "Model is not ready"}, {"x-amzn-ErrorType": "ModelNotReadyException"}),
        ),
        "bedrock_quota": (
            QUOTA,
            Answer(400, {"message": "x"}, {"x-amzn-ErrorType": "ServiceQuotaExceededException"}),
        ),
    },
)
add_links("boto3", _write, leave_out=("cut_off",))
