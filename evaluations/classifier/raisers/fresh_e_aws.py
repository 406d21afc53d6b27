"""boto3 and botocore against a server on loopback that answers with the bodies of AWS."""

from __future__ import annotations

import contextlib
import io
import os
import tempfile
from collections.abc import Iterator
from typing import Any
from unittest import mock

import boto3
import botocore.config
import botocore.exceptions
import botocore.session

from evaluations.classifier.raisers import _fresh_e as e
from evaluations.classifier.raisers._fresh_e import Reply, answering, fresh
from evaluations.classifier.raisers._peers import HOST, closed_port, hang_up, listening, saying, silence, tls_port

ONCE = botocore.config.Config(
    retries={"max_attempts": 0}, connect_timeout=1, read_timeout=1, s3={"addressing_style": "path"}
)


def client(service: str, url: str, **more: Any) -> Any:
    session = boto3.Session(aws_access_key_id="none", aws_secret_access_key="none", region_name="eu-central-1")
    return session.client(service, **{"endpoint_url": url, "config": ONCE, **more})


def xml(status: int, code: str, text: str) -> Reply:
    """An answer of S3."""
    return Reply(status, f'<?xml version="1.0"?><Error><Code>{code}</Code><Message>{text}</Message></Error>')


def query(status: int, code: str, text: str) -> Reply:
    """An answer of the services with the protocol of queries."""
    return Reply(
        status,
        f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{text}</Message></Error></ErrorResponse>",
    )


def json(status: int, kind: str, text: str, **more: Any) -> Reply:
    return Reply(status, {"__type": kind, "message": text, **more}, {"x-amzn-ErrorType": kind.rpartition("#")[2]})


@contextlib.contextmanager
def speaking(service: str, *replies: Reply) -> Iterator[Any]:
    with answering(*replies) as url:
        yield client(service, url)


def s3(status: int, code: str, text: str) -> None:
    with speaking("s3", xml(status, code, text)) as one:
        one.get_object(Bucket="shop-invoices", Key="2026/7.pdf")


def dynamo(kind: str, text: str, **more: Any) -> None:
    full = f"com.amazonaws.dynamodb.v20120810#{kind}"
    with speaking("dynamodb", json(400, full, text, **more)) as one:
        one.put_item(TableName="carts", Item={"id": {"S": "7"}})


@fresh("botocore", e.FAILED, note="404 of a peer; validation, 404, where the client named the object")
def no_such_key() -> None:
    s3(404, "NoSuchKey", "The specified key does not exist.")


@fresh("botocore", e.SETUP)
def no_such_bucket() -> None:
    s3(404, "NoSuchBucket", "The specified bucket does not exist")


@fresh("botocore", e.REFUSED_US)
def access_denied() -> None:
    s3(403, "AccessDenied", "Access Denied")


@fresh("botocore", e.REFUSED_US)
def signature_does_not_match() -> None:
    s3(403, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided.")


@fresh("botocore", e.REFUSED_US)
def token_expired() -> None:
    s3(400, "ExpiredToken", "The provided token has expired.")


@fresh("botocore", e.THROTTLED)
def slow_down() -> None:
    s3(503, "SlowDown", "Please reduce your request rate.")


@fresh("botocore", e.Label("external_service", True, (502, 503), "medium"), note="it says that one may try again")
def internal_error() -> None:
    s3(500, "InternalError", "We encountered an internal error. Please try again.")


@fresh("botocore", e.LINK)
def endpoint_refuses() -> None:
    client("ses", f"http://{HOST}:{closed_port()}").get_send_quota()


@fresh("botocore", e.SILENT)
def read_timeout() -> None:
    with listening(silence) as port:
        client("lambda", f"http://{HOST}:{port}").invoke(FunctionName="resize", Payload=b"{}")


@fresh("botocore", e.LINK)
def connection_closed() -> None:
    with listening(hang_up) as port:
        client("lambda", f"http://{HOST}:{port}").invoke(FunctionName="resize", Payload=b"{}")


@fresh("botocore", e.UNTRUSTED)
def certificate_not_trusted() -> None:
    client("ses", f"https://{HOST}:{tls_port()}").get_send_quota()


@fresh("botocore", e.RULE)
def domain_error_from_condition() -> None:
    class VoucherAlreadyUsed(Exception):
        pass

    try:
        dynamo("ConditionalCheckFailedException", "The conditional request failed")
    except botocore.exceptions.ClientError as fault:
        raise VoucherAlreadyUsed("voucher 7 was redeemed") from fault


@fresh("botocore", e.THROTTLED)
def throughput_exceeded() -> None:
    dynamo("ProvisionedThroughputExceededException", "The level of configured provisioned throughput was exceeded.")


@fresh("botocore", e.SETUP)
def table_missing() -> None:
    dynamo("ResourceNotFoundException", "Requested resource not found: Table: carts not found")


@fresh("botocore", e.CONTENTION)
def transaction_conflict() -> None:
    with speaking(
        "dynamodb",
        json(
            400,
            "com.amazonaws.dynamodb.v20120810#TransactionConflictException",
            "Transaction is ongoing for the item",
        ),
    ) as one:
        one.update_item(TableName="carts", Key={"id": {"S": "7"}})


@fresh("botocore", e.FAILED, note="the 400 of a peer: a bug of ours")
def item_not_valid() -> None:
    dynamo("ValidationException", "One or more parameter values were invalid: Missing the key id in the item")


@fresh("botocore", e.SETUP)
def queue_missing() -> None:
    kind = "com.amazonaws.sqs#QueueDoesNotExist"
    with speaking("sqs", json(400, kind, "The specified queue does not exist.")) as one:
        one.send_message(QueueUrl=f"http://{HOST}/000000000000/mails", MessageBody="{}")


@fresh("botocore", e.SETUP)
def secret_missing() -> None:
    text = "Secrets Manager can't find the specified secret."
    with speaking("secretsmanager", json(400, "ResourceNotFoundException", text)) as one:
        one.get_secret_value(SecretId="shop/database")


@fresh("botocore", e.THROTTLED)
def too_many_invocations() -> None:
    with speaking("lambda", json(429, "TooManyRequestsException", "Rate Exceeded.")) as one:
        one.invoke(FunctionName="resize", Payload=b"{}")


@fresh("botocore", e.FAILED, note="a recipient who refuses")
def mail_rejected() -> None:
    with speaking("ses", query(400, "MessageRejected", "Address blacklisted.")) as one:
        one.send_email(
            Source="shop@example.test",
            Destination={"ToAddresses": ["ann@example.test"]},
            Message={"Subject": {"Data": "Hello"}, "Body": {"Text": {"Data": "Hello"}}},
        )


@fresh("botocore", e.BUSY)
def service_unavailable() -> None:
    with speaking("sns", query(503, "ServiceUnavailable", "Service is unable to handle request.")) as one:
        one.publish(TopicArn="arn:aws:sns:eu-central-1:000000000000:orders", Message="{}")


@contextlib.contextmanager
def nothing_configured() -> Iterator[None]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    kept |= {"AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": "/nowhere", "HOME": "/nowhere"}
    kept |= {"AWS_SHARED_CREDENTIALS_FILE": "/nowhere"}
    with mock.patch.dict(os.environ, kept, clear=True):
        yield


@fresh("botocore", e.SETUP)
def no_credentials() -> None:
    with nothing_configured(), answering() as url:
        boto3.Session(region_name="eu-central-1").client("ses", endpoint_url=url).get_send_quota()


@fresh("botocore", e.SETUP)
def half_of_the_credentials() -> None:
    with nothing_configured(), mock.patch.dict(os.environ, {"AWS_ACCESS_KEY_ID": "none"}):
        boto3.Session(region_name="eu-central-1").client("ses").get_send_quota()


@fresh("botocore", e.SETUP)
def no_region() -> None:
    with nothing_configured():
        boto3.client("sqs")


@fresh("botocore", e.SETUP)
def profile_missing() -> None:
    with nothing_configured():
        boto3.Session(profile_name="production")


@fresh("botocore", e.BUG)
def parameter_of_a_wrong_type() -> None:
    with answering() as url:
        client("s3", url).put_object(Bucket="shop-invoices", Key=7, Body=b"x")


@fresh("botocore", e.BUG)
def unknown_service() -> None:
    boto3.client("simple-storage", region_name="eu-central-1")


@fresh("botocore", e.LINK)
def body_cut_off() -> None:
    said = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nConnection: close\r\n\r\nhalf"
    with listening(saying(said)) as port:
        client("s3", f"http://{HOST}:{port}").get_object(Bucket="shop-invoices", Key="7.pdf")["Body"].read()


@fresh("boto3", e.REFUSED_US)
def upload_failed() -> None:
    with answering(xml(403, "AccessDenied", "Access Denied")) as url, nothing_configured():
        with tempfile.NamedTemporaryFile() as file:
            file.write(b"x")
            file.flush()
            client("s3", url).upload_file(file.name, "shop-invoices", "7.pdf")


@fresh("boto3", e.SETUP)
def upload_to_no_bucket() -> None:
    with speaking("s3", xml(404, "NoSuchBucket", "The specified bucket does not exist")) as one:
        one.upload_fileobj(io.BytesIO(b"x"), "shop-invoices", "7.pdf")


@fresh("boto3", e.BUG)
def unknown_resource() -> None:
    boto3.resource("ses", region_name="eu-central-1")


@fresh("botocore", e.REFUSED_US)
def storage_error_from_access_denied() -> None:
    class StorageError(Exception):
        pass

    try:
        access_denied()
    except botocore.exceptions.ClientError as fault:
        raise StorageError("invoice could not be read") from fault


@fresh("botocore", e.THROTTLED)
def retries_exhausted() -> None:
    from tenacity import retry, stop_after_attempt, wait_none

    retry(stop=stop_after_attempt(2), wait=wait_none())(throughput_exceeded)()
