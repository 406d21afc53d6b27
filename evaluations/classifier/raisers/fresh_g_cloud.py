"""Set g: the clouds (AWS, Google, Azure), Kubernetes, Docker, Vault, Consul, object stores."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from typing import Any

import azure.core.exceptions
import azure.cosmos
import azure.cosmos.exceptions
import azure.storage.blob
import azure.storage.queue
import boto3
import boto3.exceptions
import botocore.config
import botocore.exceptions
import docker
import google.api_core.exceptions
import google.auth
import google.auth.credentials
import google.cloud.storage
import google.oauth2.service_account
import hvac
import kubernetes
import kubernetes.client
import kubernetes.config
import minio

from evaluations.classifier.cases import case
from evaluations.classifier.raisers._fresh_g import answering, closed_port, folder, peer

BUG: dict[str, Any] = {"transient": False, "status": 500, "severity": "high"}
LINK: dict[str, Any] = {"transient": True, "status": (502, 503), "severity": "medium"}
BUSY: dict[str, Any] = {"transient": True, "status": 503, "severity": "medium"}
LATER: dict[str, Any] = {"transient": True, "status": (502, 503, 504), "severity": "medium"}
OURS: dict[str, Any] = {"transient": False, "status": (500, 502, 503), "severity": "high"}
EDIT: dict[str, Any] = {"status": 409, "severity": "low"}


def _client(service: str, url: str) -> Any:
    plain = botocore.config.Config(
        retries={"total_max_attempts": 1}, connect_timeout=2, read_timeout=0.4, s3={"addressing_style": "path"}
    )
    return boto3.client(
        service,
        endpoint_url=url,
        region_name="eu-central-1",
        aws_access_key_id="x",
        aws_secret_access_key="x",
        config=plain,
    )


@contextlib.contextmanager
def _s3(status: int, code: str, text: str) -> Iterator[Any]:
    body = f"<Error><Code>{code}</Code><Message>{text}</Message><RequestId>1</RequestId></Error>"
    with answering(status, body, kind="application/xml") as url:
        yield _client("s3", url)


@contextlib.contextmanager
def _json(service: str, status: int, code: str, text: str) -> Iterator[Any]:
    body = json.dumps({"__type": code, "message": text})
    with answering(status, body, {"x-amzn-ErrorType": code}, "application/x-amz-json-1.0") as url:
        yield _client(service, url)


def _get(status: int, code: str, text: str) -> None:
    with _s3(status, code, text) as store:
        store.get_object(Bucket="shop-invoices", Key="2026/7.pdf")


@case("botocore", "configuration", **BUG)
def fresh_g_s3_no_bucket() -> None:
    _get(404, "NoSuchBucket", "The specified bucket does not exist")


@case("botocore", "authentication", **OURS)
def fresh_g_s3_access_denied() -> None:
    _get(403, "AccessDenied", "Access Denied")


@case("botocore", "authentication", **OURS)
def fresh_g_s3_signature() -> None:
    _get(403, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided.")


@case("botocore", "resource", **BUSY)
def fresh_g_s3_slow_down() -> None:
    _get(503, "SlowDown", "Please reduce your request rate.")


@case("botocore", "external_service", transient=True, status=(502, 503), severity="medium", note="it says try again")
def fresh_g_s3_internal() -> None:
    _get(500, "InternalError", "We encountered an internal error. Please try again.")


@case("botocore", "network", **LINK)
def fresh_g_s3_refused() -> None:
    _client("s3", f"http://127.0.0.1:{closed_port()}").list_buckets()


@case("botocore", "network", transient=True, status=504, severity="medium")
def fresh_g_s3_silent() -> None:
    with peer(silent=True) as port:
        _client("s3", f"http://127.0.0.1:{port}").list_buckets()


@case("botocore", "concurrency", transient=False, note="a conditional write: an edit conflict", **EDIT)
def fresh_g_dynamo_condition() -> None:
    with _json("dynamodb", 400, "ConditionalCheckFailedException", "The conditional request failed") as store:
        store.put_item(TableName="cart", Item={"id": {"S": "7"}}, ConditionExpression="version = :v")


@case("botocore", "resource", **BUSY)
def fresh_g_dynamo_throughput() -> None:
    text = "The level of configured provisioned throughput for the table was exceeded."
    with _json("dynamodb", 400, "ProvisionedThroughputExceededException", text) as store:
        store.get_item(TableName="cart", Key={"id": {"S": "7"}})


@case("botocore", "configuration", **BUG)
def fresh_g_dynamo_no_table() -> None:
    with _json("dynamodb", 400, "ResourceNotFoundException", "Requested resource not found: Table: cart") as store:
        store.get_item(TableName="cart", Key={"id": {"S": "7"}})


@case("botocore", "concurrency", transient=True, status=(409, 503), severity="medium")
def fresh_g_dynamo_transaction_conflict() -> None:
    text = "Transaction is ongoing for the item"
    with _json("dynamodb", 400, "TransactionConflictException", text) as store:
        store.get_item(TableName="cart", Key={"id": {"S": "7"}})


@case("botocore", "configuration", **BUG)
def fresh_g_sqs_no_queue() -> None:
    code = "AWS.SimpleQueueService.NonExistentQueue"
    with _json("sqs", 400, code, "The specified queue does not exist.") as queue:
        queue.send_message(QueueUrl="http://127.0.0.1/1/orders", MessageBody="x")


@case("botocore", "configuration", **BUG)
def fresh_g_secret_missing() -> None:
    text = "Secrets Manager can't find the specified secret."
    with _json("secretsmanager", 400, "ResourceNotFoundException", text) as vault:
        vault.get_secret_value(SecretId="shop/db")


@case("botocore", "resource", **BUSY)
def fresh_g_lambda_too_many() -> None:
    with _json("lambda", 429, "TooManyRequestsException", "Rate Exceeded.") as service:
        service.invoke(FunctionName="resize")


@case("botocore", "authentication", **OURS)
def fresh_g_sts_expired() -> None:
    with _json("dynamodb", 400, "ExpiredTokenException", "The security token included in the request is expired") as db:
        db.list_tables()


@case("botocore", "configuration", **BUG)
def fresh_g_no_region() -> None:
    boto3.session.Session(aws_access_key_id="x", aws_secret_access_key="x").client("sqs", region_name=None)


@case("botocore", "system", **BUG)
def fresh_g_parameter_missing() -> None:
    _client("s3", "http://127.0.0.1").get_object(Bucket="shop")


@case("boto3", "authentication", note="the cause is AccessDenied", **OURS)
def fresh_g_upload_denied() -> None:
    with folder() as here, _s3(403, "AccessDenied", "Access Denied") as store:
        (here / "a.pdf").write_bytes(b"x")
        store.upload_file(str(here / "a.pdf"), "shop", "a.pdf")


def _bucket(url: str) -> Any:
    who = google.auth.credentials.AnonymousCredentials()
    client = google.cloud.storage.Client(project="shop", credentials=who, client_options={"api_endpoint": url})
    return client.bucket("invoices")


def _google(status: int, text: str) -> str:
    return json.dumps({"error": {"code": status, "message": text, "errors": []}})


@case("google-cloud-storage", "authentication", **OURS)
def fresh_g_gcs_forbidden() -> None:
    with answering(403, _google(403, "shop@example.com does not have storage.objects.get access")) as url:
        _bucket(url).blob("7.pdf").download_as_bytes(retry=None)


@case("google-cloud-storage", "concurrency", transient=False, note="an edit conflict", **EDIT)
def fresh_g_gcs_precondition() -> None:
    with answering(412, _google(412, "At least one of the pre-conditions you specified did not hold.")) as url:
        _bucket(url).blob("7.pdf").upload_from_string("x", if_generation_match=1, retry=None)


@case("google-cloud-storage", "external_service", **LATER)
def fresh_g_gcs_503() -> None:
    with answering(503, _google(503, "Backend Error")) as url:
        _bucket(url).blob("7.pdf").reload(retry=None)


@case("google-api-core", "resource", made="needs a project", **BUSY)
def fresh_g_google_exhausted() -> None:
    raise google.api_core.exceptions.ResourceExhausted("Quota exceeded for requests per minute per user")


@case("google-api-core", "network", made="needs a project", transient=True, status=504, severity="medium")
def fresh_g_google_deadline() -> None:
    raise google.api_core.exceptions.DeadlineExceeded("Deadline Exceeded")


@case("google-auth", "configuration", **BUG)
def fresh_g_google_key_malformed() -> None:
    google.oauth2.service_account.Credentials.from_service_account_info({"type": "service_account"})


@case("google-auth", "configuration", **BUG)
def fresh_g_google_key_file_missing() -> None:
    google.auth.load_credentials_from_file("/nonexistent/key.json")


def _blob(url: str) -> Any:
    client = azure.storage.blob.BlobServiceClient(url + "/shop", credential="eA==", retry_total=0)
    return client.get_blob_client("invoices", "7.pdf")


@contextlib.contextmanager
def _azure(status: int, code: str, text: str) -> Iterator[str]:
    body = f'<?xml version="1.0" encoding="utf-8"?><Error><Code>{code}</Code><Message>{text}</Message></Error>'
    with answering(status, body, {"x-ms-error-code": code}, "application/xml") as url:
        yield url


@case("azure-storage-blob", "configuration", **BUG)
def fresh_g_azure_no_container() -> None:
    with _azure(404, "ContainerNotFound", "The specified container does not exist.") as url:
        _blob(url).upload_blob(b"x")


@case("azure-storage-blob", "authentication", **OURS)
def fresh_g_azure_authentication() -> None:
    with _azure(403, "AuthenticationFailed", "Server failed to authenticate the request.") as url:
        _blob(url).download_blob()


@case("azure-storage-blob", "external_service", **LATER)
def fresh_g_azure_busy() -> None:
    with _azure(503, "ServerBusy", "The server is busy.") as url:
        _blob(url).get_blob_properties()


@case("azure-storage-blob", "concurrency", transient=False, note="an edit conflict", **EDIT)
def fresh_g_azure_condition() -> None:
    with _azure(412, "ConditionNotMet", "The condition specified using HTTP conditional header(s) is not met.") as url:
        _blob(url).set_blob_metadata({}, etag="a", match_condition=azure.core.MatchConditions.IfNotModified)


@case("azure-storage-blob", "network", **LINK)
def fresh_g_azure_refused() -> None:
    _blob(f"http://127.0.0.1:{closed_port()}").download_blob()


def _kube(url: str) -> Any:
    settings = kubernetes.client.Configuration()
    settings.host = url
    settings.retries = 0
    return kubernetes.client.CoreV1Api(kubernetes.client.ApiClient(settings))


@case("kubernetes", "authentication", **OURS)
def fresh_g_kube_403() -> None:
    text = 'pods is forbidden: User "system:serviceaccount:shop:web" cannot list resource "pods"'
    with answering(403, json.dumps({"kind": "Status", "message": text, "reason": "Forbidden", "code": 403})) as url:
        _kube(url).list_namespaced_pod("shop")


@case("kubernetes", "concurrency", transient=False, note="an edit conflict", **EDIT)
def fresh_g_kube_409() -> None:
    text = "the object has been modified; please apply your changes to the latest version and try again"
    with answering(409, json.dumps({"kind": "Status", "message": text, "reason": "Conflict", "code": 409})) as url:
        _kube(url).replace_namespaced_config_map("flags", "shop", {})


@case("kubernetes", "configuration", **BUG)
def fresh_g_kube_not_in_cluster() -> None:
    kubernetes.config.load_incluster_config()


@case("docker", "network", **LINK)
def fresh_g_docker_refused() -> None:
    docker.DockerClient(f"tcp://127.0.0.1:{closed_port()}", version="1.44", timeout=2).ping()


@case("hvac", "authentication", **OURS)
def fresh_g_vault_forbidden() -> None:
    with answering(403, '{"errors":["permission denied"]}') as url:
        hvac.Client(url, "x").secrets.kv.v2.read_secret_version("shop", raise_on_deleted_version=True)


@case("hvac", "configuration", note="a secret that is set up beforehand", **BUG)
def fresh_g_vault_no_secret() -> None:
    with answering(404, '{"errors":[]}') as url:
        hvac.Client(url, "x").secrets.kv.v2.read_secret_version("shop", raise_on_deleted_version=True)


@case("minio", "configuration", **BUG)
def fresh_g_minio_no_bucket() -> None:
    body = "<Error><Code>NoSuchBucket</Code><Message>The specified bucket does not exist</Message></Error>"
    with answering(404, body, kind="application/xml") as url:
        client = minio.Minio(url[7:], "x", "x", secure=False, region="eu")
        client.get_object("shop", "a.pdf")
