"""botocore's settings and calls, and what is built on it."""

from __future__ import annotations

from typing import Any

import boto3
import botocore.session
import s3fs
import smart_open
from aiobotocore.session import get_session
from botocore.config import Config

from evaluations.classifier.cases import case
from evaluations.classifier.raisers.scaffold_http import (
    DOWN,
    FAILED,
    REFUSED_US,
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


def _json(
    status: int, code: str, message: str = "said so", service: str = "com.amazonaws.dynamodb.v20120810"
) -> Answer:
    """The error document of the JSON protocol."""
    return Answer(status, {"__type": f"{service}#{code}", "message": message}, type="application/x-amz-json-1.0")


# --- settings and calls ----------------------------------------------------------------------------------------------
def _blank() -> Any:
    session = botocore.session.Session()
    session.set_config_variable("credentials_file", "/dev/null")
    session.set_config_variable("config_file", "/dev/null")
    session.set_config_variable("metadata_service_num_attempts", 0)
    session.set_config_variable("metadata_service_timeout", 0.01)
    return session


@case("botocore", "configuration", transient=False, status=500, severity="high")
def no_region() -> None:
    _blank().create_client("dynamodb", aws_access_key_id="a", aws_secret_access_key="b")


@case("botocore", "configuration", transient=False, status=500, severity="high")
def no_credentials() -> None:
    session = _blank()
    session.get_component("credential_provider").providers = []
    session.create_client("sts", region_name="eu-central-1", endpoint_url="http://127.0.0.1:1").get_caller_identity()


@case("botocore", "configuration", transient=False, status=500, severity="high")
def half_credentials() -> None:
    _blank().create_client("s3", region_name="eu-central-1", aws_access_key_id="a").list_buckets()


@case("botocore", "configuration", transient=False, status=500, severity="high")
def no_profile() -> None:
    boto3.Session(profile_name="no-such-profile")


@case("botocore", "system", transient=False, status=500, severity="high", note="our own call is malformed")
def parameters() -> None:
    _client("s3", "http://127.0.0.1:1").get_object(Bucket="bucket", Kye="typo")


@case("botocore", "system", transient=False, status=500, severity="high")
def no_such_service() -> None:
    _client("s4", "http://127.0.0.1:1")


@case("botocore", "system", transient=False, status=500, severity="high")
def no_such_waiter() -> None:
    _client("s3", "http://127.0.0.1:1").get_waiter("object_melts")


@case("botocore", "external_service", transient=True, status=(502, 503, 504), severity="medium", note="not there yet")
def waited_in_vain() -> None:
    with serving(Answer(404)) as url:
        waiter = _client("s3", url).get_waiter("object_exists")
        waiter.wait(Bucket="bucket", Key="key", WaiterConfig={"Delay": 0, "MaxAttempts": 2})


@case("boto3", "system", transient=False, status=500, severity="high")
def no_such_resource() -> None:
    boto3.resource("kinesis", **_KEYS)


# --- aiobotocore, s3fs, smart_open -----------------------------------------------------------------------------------
def _aio(url: str) -> Any:
    async def ask() -> None:
        from aiobotocore.config import AioConfig

        config = AioConfig(retries={"max_attempts": 0}, connect_timeout=0.8, read_timeout=0.8)
        async with get_session().create_client("dynamodb", endpoint_url=url, config=config, **_KEYS) as client:
            await client.get_item(TableName="orders", Key={"id": {"S": "1"}})

    return ask()


def _awaited(url: str) -> Any:
    import asyncio

    return asyncio.run(_aio(url))


add_answers(
    "aiobotocore",
    _awaited,
    {
        "throttled": (THROTTLED, _json(400, "ThrottlingException")),
        "denied": (REFUSED_US, _json(400, "AccessDeniedException")),
        "internal": (DOWN, _json(500, "InternalServerError")),
        "validation": (FAILED, _json(400, "ValidationException")),
    },
)
add_links("aiobotocore", _awaited, leave_out=("cut_off",))


def _s3fs(url: str) -> Any:
    fs = s3fs.S3FileSystem(
        key="NOTAKEY",
        secret="not-a-secret",
        endpoint_url=url,
        config_kwargs={"retries": {"max_attempts": 0}, "connect_timeout": 0.8, "read_timeout": 0.8},
        skip_instance_cache=True,
    )
    fs.retries = 1
    return fs.cat_file("bucket/key")


add_answers(
    "s3fs",
    _s3fs,
    {
        "key_missing": (FAILED, _xml(404, "NoSuchKey")),
        "denied": (REFUSED_US, _xml(403, "AccessDenied")),
    },
)


def _smart(url: str) -> Any:
    with smart_open.open("s3://bucket/key", transport_params={"client": _client("s3", url)}) as file:
        return file.read()


add_answers(
    "smart_open",
    _smart,
    {"key_missing": (FAILED, _xml(404, "NoSuchKey")), "slow_down": (THROTTLED, _xml(503, "SlowDown"))},
)


@case("smart_open", "system", transient=False, status=500, severity="high")
def no_such_scheme() -> None:
    smart_open.open("gopher://host/path")
