"""Object stores, clouds, search and time series: what their servers answer, and what their clients find wrong."""

from __future__ import annotations

import contextlib
import io
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import aiobotocore.session
import azure.core.exceptions
import azure.identity
import azure.servicebus
import azure.storage.blob
import azure.storage.queue
import boto3
import botocore.config
import botocore.session
import cashews
import coredis
import dulwich.repo
import elasticsearch
import fsspec
import google.api_core.exceptions
import google.cloud.storage
import influxdb_client
import minio
import opensearchpy
import smart_open
from google.auth.credentials import AnonymousCredentials

from evaluations.classifier.raisers._fresh_a import fresh
from evaluations.classifier.raisers._peers import HOST, closed_port, untrusted_url
from evaluations.classifier.raisers.scaffold_http import (
    FAILED,
    LINK,
    NO_TRUST,
    OUR_BUG,
    OUR_SETTINGS,
    REFUSED_US,
    THROTTLED,
    Answer,
    Means,
    serving,
)

_WHO_WE_ARE = Means("authentication", False, (500, 502, 503), "high")
_UNSET = "what has to be set up beforehand"
_WELCOME = Answer(200, "Welcome to nginx!", type="text/plain")
_PEERS_404 = "404 of a peer; what a client asks for is defensible"


# --- Amazon -----------------------------------------------------------------------------------------------------------
def _aws(service: str, url: str, **more: Any) -> Any:
    settings = botocore.config.Config(
        retries={"max_attempts": 0}, connect_timeout=1, read_timeout=1, s3={"addressing_style": "path"}, **more
    )
    keys = {"aws_access_key_id": "NOTAKEY", "aws_secret_access_key": "not-a-secret", "region_name": "eu-central-1"}
    return boto3.client(service, endpoint_url=url, config=settings, **keys)


@contextlib.contextmanager
def _files(**contents: str) -> Iterator[None]:
    """AWS's own files of settings."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in contents.items():
            Path(folder, name).write_text(content)
        places = {"AWS_CONFIG_FILE": f"{folder}/config", "AWS_SHARED_CREDENTIALS_FILE": f"{folder}/credentials"}
        with mock.patch.dict(os.environ, {**places, "AWS_EC2_METADATA_DISABLED": "true"}):
            yield


@fresh("boto3", "proxy_refused", LINK)
def _() -> None:
    proxies = {"http": f"http://{HOST}:{closed_port()}"}
    _aws("sqs", "http://sqs.example.test", proxies=proxies).list_queues()


@fresh("boto3", "untrusted", NO_TRUST)
def _() -> None:
    _aws("s3", untrusted_url()).list_buckets()


@fresh("boto3", "nonsense", FAILED)
def _() -> None:
    with serving(_WELCOME) as url:
        _aws("s3", url).list_buckets()


def _json(status: int, kind: str, message: str) -> Answer:
    return Answer(status, {"__type": kind, "message": message}, type="application/x-amz-json-1.1")


@fresh("boto3", "no_capacity_for_an_instance", Means("resource", True, (502, 503), "medium"), "theirs, for now")
def _() -> None:
    body = (
        "<Response><Errors><Error><Code>InsufficientInstanceCapacity</Code><Message>We currently do not have "
        "sufficient capacity</Message></Error></Errors><RequestID>1</RequestID></Response>"
    )
    with serving(Answer(500, body, type="text/xml")) as url:
        _aws("ec2", url).run_instances(ImageId="ami-1", MinCount=1, MaxCount=1)


@fresh("boto3", "log_group_missing", OUR_SETTINGS, _UNSET)
def _() -> None:
    said = _json(400, "ResourceNotFoundException", "The specified log group does not exist.")
    with serving(said) as url:
        _aws("logs", url).describe_log_streams(logGroupName="shop")


@fresh("boto3", "message_too_long_for_the_peer", FAILED, "400 of a peer")
def _() -> None:
    with serving(_json(400, "InvalidParameterValueException", "One or more parameters are too long")) as url:
        _aws("translate", url).translate_text(Text="a", SourceLanguageCode="de", TargetLanguageCode="en")


@fresh("boto3", "pool_asked_too_often", THROTTLED)
def _() -> None:
    with serving(_json(400, "TooManyRequestsException", "Rate exceeded")) as url:
        _aws("cognito-idp", url).describe_user_pool(UserPoolId="eu-central-1_aaaaaaaaa")


@fresh("boto3", "waited_for_a_bucket_in_vain", OUR_SETTINGS, "external_service is defensible")
def _() -> None:
    with serving(Answer(404)) as url:
        waiter = _aws("s3", url).get_waiter("bucket_exists")
        waiter.wait(Bucket="shop", WaiterConfig={"Delay": 0, "MaxAttempts": 2})


@fresh("botocore", "settings_file_malformed", OUR_SETTINGS)
def _() -> None:
    with _files(config="[default\nregion = eu-central-1\n"):
        botocore.session.Session().create_client("s3")


@fresh("botocore", "credentials_by_a_program_that_fails", OUR_SETTINGS, "authentication is defensible")
def _() -> None:
    with _files(config="[profile shop]\nregion = eu-central-1\ncredential_process = /bin/false\n"):
        botocore.session.Session(profile="shop").create_client("s3")


@fresh("botocore", "role_without_a_source", OUR_SETTINGS)
def _() -> None:
    with _files(config="[profile shop]\nregion = eu-central-1\nrole_arn = arn:aws:iam::123456789012:role/a\n"):
        botocore.session.Session(profile="shop").create_client("s3")


@fresh("botocore", "single_sign_on_expired", _WHO_WE_ARE, "our own login to the cloud; configuration is defensible")
def _() -> None:
    text = (
        "[profile shop]\nsso_start_url = https://sso.example.test/start\nsso_region = eu-central-1\n"
        "sso_account_id = 123456789012\nsso_role_name = a\nregion = eu-central-1\n"
    )
    with _files(config=text):
        botocore.session.Session(profile="shop").create_client("s3").list_buckets()


@fresh("aiobotocore", "nonsense", FAILED)
async def _() -> None:
    keys = {"aws_access_key_id": "NOTAKEY", "aws_secret_access_key": "not-a-secret", "region_name": "eu-central-1"}
    session = aiobotocore.session.get_session()
    with serving(_WELCOME) as url:
        async with session.create_client("s3", endpoint_url=url, **keys) as client:
            await client.list_buckets()


@fresh("minio", "part_too_small", OUR_BUG)
def _() -> None:
    client = minio.Minio(f"{HOST}:{closed_port()}", "not-a-key", "not-a-secret", secure=False, region="eu")
    client.put_object("shop", "a.csv", io.BytesIO(), -1, part_size=3)


@fresh("smart_open", "mode_unknown", OUR_BUG)
def _() -> None:
    smart_open.open("s3://shop/a.csv", "r+")


@fresh("fsspec", "file_missing", OUR_BUG, "as any file that is not there")
def _() -> None:
    fsspec.filesystem("memory").cat("/exports/2026-11.csv")


# --- Google and Microsoft ---------------------------------------------------------------------------------------------
def _blob(answer: Answer, act: Callable[[Any], Any]) -> None:
    with serving(answer) as url:
        client = google.cloud.storage.Client("shop", AnonymousCredentials(), client_options={"api_endpoint": url})
        act(client.bucket("shop").blob("a.csv"))


@fresh("google-cloud-storage", "checksum_differs", LINK, "damaged on its way; external_service is defensible")
def _() -> None:
    said = Answer(200, b"hello", {"X-Goog-Hash": "md5=AAAAAAAAAAAAAAAAAAAAAA=="}, type="text/plain")
    _blob(said, lambda blob: blob.download_as_bytes(checksum="md5", timeout=1, retry=None))


@fresh("google-cloud-storage", "generation_missing", FAILED, _PEERS_404)
def _() -> None:
    said = {"error": {"code": 404, "message": "No such object: shop/a.csv", "errors": [{"reason": "notFound"}]}}
    _blob(Answer(404, said), lambda blob: blob.reload(timeout=1, retry=None))


@fresh("google-api-core", "page_token_of_another_query", FAILED, "400 of a peer")
def _() -> None:
    said = {"error": {"code": 400, "message": "Invalid page token", "status": "INVALID_ARGUMENT"}}
    import requests

    with serving(Answer(400, said)) as url:
        answer = requests.get(f"{url}/v1/items", timeout=1)
        raise google.api_core.exceptions.from_http_response(answer)


def _azure(status: int, code: str, message: str, act: Callable[[Any], Any]) -> None:
    body = f'<?xml version="1.0" encoding="utf-8"?><Error><Code>{code}</Code><Message>{message}</Message></Error>'
    with serving(Answer(status, body, {"x-ms-error-code": code}, type="application/xml")) as url:
        credential: Any = {"account_name": "shop", "account_key": "bm90LWEtc2VjcmV0"}
        client = azure.storage.blob.BlobServiceClient(f"{url}/shop", credential=credential, retry_total=0)
        act(client.get_blob_client("invoices", "17.pdf"))


@fresh("azure-storage-blob", "range_not_satisfiable", FAILED, "416 of a peer: our request was wrong")
def _() -> None:
    _azure(416, "InvalidRange", "The range specified is invalid", lambda blob: blob.download_blob(offset=9, length=9))


@fresh("azure-storage-blob", "clock_skewed", REFUSED_US, "a clock of ours; the date is a part of the signature")
def _() -> None:
    _azure(403, "AuthenticationFailed", "The date header is too old", lambda blob: blob.get_blob_properties())


@fresh("azure-storage-blob", "name_missing", OUR_BUG)
def _() -> None:
    azure.storage.blob.BlobClient("https://shop.example.test", container_name="", blob_name="")


@fresh("azure-storage-queue", "credential_missing", OUR_SETTINGS, "told by a ValueError; a bug is defensible")
def _() -> None:
    azure.storage.queue.QueueClient(f"http://{HOST}:{closed_port()}/shop", "mail")


@fresh("azure-servicebus", "message_of_an_object", OUR_BUG)
def _() -> None:
    body: Any = object()
    azure.servicebus.ServiceBusMessage(body)


@fresh("azure-identity", "credentials_of_none", _WHO_WE_ARE, "none can be had; configuration is defensible")
def _() -> None:
    chain = azure.identity.ChainedTokenCredential(azure.identity.EnvironmentCredential())
    chain.get_token("https://a.example.test/.default")


# --- search and time series -------------------------------------------------------------------------------------------
def _error(kind: str, reason: str, status: int) -> Answer:
    cause = {"type": kind, "reason": reason}
    body = {"error": {"root_cause": [cause], **cause}, "status": status}
    return Answer(status, body, {"X-Elastic-Product": "Elasticsearch"})


def _search(answer: Answer) -> None:
    with serving(answer) as url:
        elasticsearch.Elasticsearch(url, max_retries=0, request_timeout=1).search(index="products", from_=20_000)


@fresh("elasticsearch", "window_too_large", FAILED, "400 of a peer; the client turned too many pages")
def _() -> None:
    _search(_error("illegal_argument_exception", "Result window is too large, from + size must be <= [10000]", 400))


@fresh("elasticsearch", "key_revoked", REFUSED_US)
def _() -> None:
    _search(_error("security_exception", "unable to authenticate with provided credentials and anonymous access", 401))


@fresh("elasticsearch", "too_many_clauses", FAILED, "400 of a peer; a bug of our query is defensible")
def _() -> None:
    _search(_error("too_many_clauses", "maxClauseCount is set to 1024", 400))


@fresh("opensearch-py", "scroll_expired", FAILED, _PEERS_404)
def _() -> None:
    with serving(_error("search_context_missing_exception", "No search context found for id [17]", 404)) as url:
        opensearchpy.OpenSearch([url], max_retries=0, timeout=1).scroll(scroll_id="a")


@fresh("opensearch-py", "too_many_scrolls", THROTTLED, "a limit of theirs")
def _() -> None:
    reason = "Trying to create too many scroll contexts. Must be less than or equal to: [500]."
    with serving(_error("rejected_execution_exception", reason, 429)) as url:
        opensearchpy.OpenSearch([url], max_retries=0, timeout=1).search(index="a", scroll="1m")


@fresh("influxdb-client", "field_of_another_type", FAILED, "422 of a peer; data_integrity is defensible")
def _() -> None:
    said = {"code": "unprocessable entity", "message": "partial write: field type conflict: input field total"}
    with serving(Answer(422, said)) as url, influxdb_client.InfluxDBClient(url, "not-a-token", org="shop") as client:
        write = client.write_api(write_options=influxdb_client.client.write_api.SYNCHRONOUS)
        write.write("sales", record="sales total=1i")


@fresh("influxdb-client", "point_of_an_object", OUR_BUG)
def _() -> None:
    point = influxdb_client.Point("sales").time(object())
    point.field("total", 1).to_line_protocol()


# --- caches and repositories ------------------------------------------------------------------------------------------
@fresh("cashews", "url_of_no_backend", OUR_SETTINGS)
def _() -> None:
    cashews.Cache().setup("memcached://cache.example.test")


@fresh("coredis", "argument_missing", OUR_BUG)
async def _() -> None:
    client: Any = coredis.Redis(HOST)
    await client.set("failsoft-fresh")


@fresh("dulwich", "reference_missing", OUR_BUG, "a KeyError for a name that is not there; validation is defensible")
def _() -> None:
    with tempfile.TemporaryDirectory() as folder:
        dulwich.repo.Repo.init(folder)[b"refs/heads/release"]


@fresh("application", "avatar_store_error_from_denied", REFUSED_US, "the wrapper says little; the peer refused us")
def _() -> None:
    class AvatarStoreError(Exception):
        """What our own service says."""

    body = "<?xml version='1.0'?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
    with serving(Answer(403, body, type="application/xml")) as url:
        try:
            _aws("s3", url).put_object(Bucket="avatars", Key="17.png", Body=b"")
        except botocore.exceptions.ClientError as exc:
            raise AvatarStoreError("17.png") from exc
