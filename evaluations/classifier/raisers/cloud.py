"""Azure, Google Cloud, Firebase and MinIO, against a server on loopback."""

from __future__ import annotations

from typing import Any

import firebase_admin
import google.oauth2.credentials
import minio
import urllib3
from azure.core import MatchConditions
from azure.cosmos import CosmosClient
from azure.identity import ClientSecretCredential, EnvironmentCredential
from azure.servicebus import ServiceBusClient, ServiceBusMessage
from azure.storage.blob import BlobClient, BlobServiceClient
from azure.storage.queue import QueueClient
from firebase_admin import auth as firebase_auth
from google.api_core import exceptions as google_errors
from google.api_core import retry as google_retry
from google.auth import default as google_default
from google.auth.transport.requests import Request as GoogleRequest
from google.cloud import storage
from google.oauth2 import id_token, service_account

from evaluations.classifier.cases import case
from evaluations.classifier.raisers.scaffold_http import (
    DOWN,
    EDITED,
    FAILED,
    LINK,
    OUR_SETTINGS,
    REFUSED_US,
    SLOW,
    THROTTLED,
    Answer,
    Means,
    add,
    add_answers,
    add_links,
    free_port,
    serving,
)

# --- Azure -----------------------------------------------------------------------------------------------------------
_ACCOUNT = {"account_name": "shop", "account_key": "bm90LWEta2V5"}


def _azure_xml(status: int, code: str, message: str = "said so", **headers: str) -> Answer:
    body = f'<?xml version="1.0" encoding="utf-8"?><Error><Code>{code}</Code><Message>{message}</Message></Error>'
    return Answer(status, body, {"x-ms-error-code": code, **headers}, type="application/xml")


def _blob(url: str) -> Any:
    client = BlobClient(
        f"{url}/shop", "container", "blob", credential=_ACCOUNT, retry_total=0, connection_timeout=0.8, read_timeout=0.8
    )
    return client.download_blob().readall()


def _upload(url: str) -> Any:
    client = BlobClient(f"{url}/shop", "container", "blob", credential=_ACCOUNT, retry_total=0, read_timeout=1)
    return client.upload_blob(b"x")


def _overwrite(url: str) -> Any:
    client = BlobClient(f"{url}/shop", "container", "blob", credential=_ACCOUNT, retry_total=0, read_timeout=1)
    return client.upload_blob(b"x", overwrite=True, etag='"1"', match_condition=MatchConditions.IfNotModified)


def _queue(url: str) -> Any:
    client = QueueClient(f"{url}/shop", "jobs", credential=_ACCOUNT, retry_total=0, read_timeout=1)
    return client.send_message("x")


add_answers(
    "azure-storage-blob",
    _blob,
    {
        "blob_missing": (FAILED, _azure_xml(404, "BlobNotFound", "The specified blob does not exist.")),
        "container_missing": (OUR_SETTINGS, _azure_xml(404, "ContainerNotFound")),
        "key_refused": (REFUSED_US, _azure_xml(403, "AuthenticationFailed", "Server failed to authenticate")),
        "no_permission": (REFUSED_US, _azure_xml(403, "AuthorizationPermissionMismatch")),
        "busy": (DOWN, _azure_xml(503, "ServerBusy", "The server is busy.")),
        "internal": (FAILED, _azure_xml(500, "InternalError")),
        "operation_timed_out": (SLOW, _azure_xml(500, "OperationTimedOut")),
    },
)
add_answers(
    "azure-storage-blob",
    _upload,
    {
        "exists_already": (
            Means("data_integrity", False, 409, "medium"),
            _azure_xml(409, "BlobAlreadyExists", "The specified blob already exists."),
        ),
        "leased": (Means("concurrency", True, (409, 503), "medium"), _azure_xml(412, "LeaseIdMissing")),
    },
)
add_answers("azure-storage-blob", _overwrite, {"condition_not_met": (EDITED, _azure_xml(412, "ConditionNotMet"))})
add_links("azure-storage-blob", _blob, leave_out=("cut_off",))
_PARTIAL = {"Content-Range": "bytes 0-1000/1001", "ETag": '"1"', "Last-Modified": "Mon, 01 Jan 2024 00:00:00 GMT"}
add_answers("azure-storage-blob", _blob, {"cut_off": (LINK, Answer(206, b"x", _PARTIAL, how="cut"))})
add_answers("azure-storage-queue", _queue, {"queue_missing": (OUR_SETTINGS, _azure_xml(404, "QueueNotFound"))})


@case(
    "azure-storage-blob",
    "configuration",
    transient=False,
    status=500,
    severity="high",
    note="the connection string is a setting",
)
def connection_string_malformed() -> None:
    BlobServiceClient.from_connection_string("nonsense")


def _cosmos_answer(status: int, message: str, **headers: str) -> Answer:
    return Answer(
        status,
        {"code": message, "message": message},
        {name.replace("_", "-"): value for name, value in headers.items()},
    )


def _cosmos(url: str) -> Any:
    client = CosmosClient(url, credential="bm90LWEta2V5", retry_total=0, connection_timeout=1)
    return client.get_database_client("shop").get_container_client("orders").read_item("1", "1")


add_answers("azure-cosmos", _cosmos, {"unauthorized": (REFUSED_US, _cosmos_answer(401, "Unauthorized"))})


@case("azure-identity", "configuration", transient=False, status=500, severity="high", note="nothing is set")
def environment_empty() -> None:
    EnvironmentCredential().get_token("https://storage.azure.com/.default")


@case("azure-identity", "network", transient=True, status=(502, 503), severity="medium")
def authority_refused() -> None:
    credential = ClientSecretCredential(
        "11111111-1111-1111-1111-111111111111",
        "client",
        "not-a-secret",
        authority=f"https://127.0.0.1:{free_port()}",
        disable_instance_discovery=True,
        retry_total=0,
    )
    credential.get_token("https://storage.azure.com/.default")


@case(
    "azure-servicebus",
    "network",
    transient=True,
    status=(502, 503),
    severity=("high"),
    note="a broker of our own is away",
)
def broker_refused() -> None:
    text = f"Endpoint=sb://127.0.0.1:{free_port()}/;SharedAccessKeyName=a;SharedAccessKey=bm90LWEta2V5"
    with ServiceBusClient.from_connection_string(text, retry_total=0, socket_timeout=0.5) as client:
        with client.get_queue_sender("jobs") as sender:
            sender.send_messages(ServiceBusMessage("x"))


@case("azure-servicebus", "configuration", transient=False, status=500, severity="high")
def broker_string_malformed() -> None:
    ServiceBusClient.from_connection_string("Endpoint=sb://host/")


# --- Google ----------------------------------------------------------------------------------------------------------
def _Anonymous() -> Any:
    return google.oauth2.credentials.Credentials("not-a-token")


def _google_error(status: int, reason: str, message: str = "said so", **headers: str) -> Answer:
    return Answer(
        status,
        {"error": {"code": status, "message": message, "errors": [{"message": message, "reason": reason}]}},
        {name.replace("_", "-"): value for name, value in headers.items()},
    )


def _object(url: str) -> Any:
    client = storage.Client(project="shop", credentials=_Anonymous(), client_options={"api_endpoint": url})
    return client.get_bucket("bucket", timeout=0.8, retry=None)


def _upload_object(url: str) -> Any:
    client = storage.Client(project="shop", credentials=_Anonymous(), client_options={"api_endpoint": url})
    return client.bucket("bucket").blob("key").upload_from_string("x", timeout=0.5, retry=None, if_generation_match=1)


add_answers(
    "google-cloud-storage",
    _object,
    {
        "bucket_missing": (OUR_SETTINGS, _google_error(404, "notFound", "The specified bucket does not exist.")),
        "unauthorized": (OUR_SETTINGS, _google_error(401, "required", "Anonymous caller does not have access")),
        "forbidden": (REFUSED_US, _google_error(403, "forbidden", "does not have storage.buckets.get access")),
        "bad_request": (FAILED, _google_error(400, "invalid")),
        "rate_limited": (THROTTLED, _google_error(429, "rateLimitExceeded", Retry_After="2")),
        "internal": (FAILED, _google_error(500, "backendError")),
        "bad_gateway": (DOWN, Answer(502, "<html>Error 502</html>", type="text/html")),
        "unavailable": (DOWN, _google_error(503, "backendError")),
        "gateway_timeout": (SLOW, _google_error(504, "timeout")),
        "conflict": (FAILED, _google_error(409, "conflict", "You already own this bucket.")),
    },
)
add_answers(
    "google-cloud-storage",
    _upload_object,
    {
        "precondition": (EDITED, _google_error(412, "conditionNotMet")),
        "upload_forbidden": (REFUSED_US, _google_error(403, "forbidden")),
    },
)
add_links("google-cloud-storage", _object, leave_out=("cut_off",))


@case("google-api-core", "external_service", transient=True, status=(502, 503), severity="medium")
def retried_in_vain() -> None:
    def ask() -> None:
        raise google_errors.ServiceUnavailable("backend is away")

    google_retry.Retry(initial=0.01, maximum=0.01, timeout=0.05)(ask)()


@case("google-auth", "configuration", transient=False, status=500, severity="high")
def credentials_file_missing() -> None:
    import os

    before = os.environ.get("GOOGLE_APPLICATION_CREDENTIALS")
    os.environ["GOOGLE_APPLICATION_CREDENTIALS"] = "/no/such/file.json"
    try:
        google_default()
    finally:
        os.environ.pop("GOOGLE_APPLICATION_CREDENTIALS")
        if before is not None:
            os.environ["GOOGLE_APPLICATION_CREDENTIALS"] = before


@case("google-auth", "configuration", transient=False, status=500, severity="high")
def service_account_incomplete() -> None:
    service_account.Credentials.from_service_account_info({"client_email": "a@b.example"})


@case("google-auth", "authentication", transient=False, status=401, severity="low", note="the client's ID token")
def id_token_malformed() -> None:
    with serving(Answer(200, {"kid": "-----BEGIN CERTIFICATE-----"})) as url:
        id_token.verify_token("not.a-token", GoogleRequest(), certs_url=url)


def _certs(url: str) -> Any:
    return id_token.verify_token("a.b.c", GoogleRequest(), certs_url=url)


add("google-auth", "certificates_refused", LINK, lambda: _certs(f"http://127.0.0.1:{free_port()}"))


@case("google-auth", "external_service", transient=False, status=(502, 503), severity="medium")
def certificates_fail() -> None:
    with serving(Answer(500)) as url:
        _certs(url)


# --- Firebase --------------------------------------------------------------------------------------------------------
def _firebase_app() -> Any:
    if not firebase_admin._apps:
        firebase_admin.initialize_app(options={"projectId": "shop"}, credential=_FirebaseCredential())
    return firebase_admin.get_app()


class _FirebaseCredential(firebase_admin.credentials.Base):  # type: ignore[misc]
    def get_credential(self) -> Any:
        return _Anonymous()


@case("firebase-admin", "authentication", transient=False, status=401, severity="low")
def firebase_id_token_malformed() -> None:
    firebase_auth.verify_id_token("garbage", app=_firebase_app())


@case("firebase-admin", "system", transient=False, status=500, severity="high", note="a wrong argument in our own code")
def firebase_uid_empty() -> None:
    firebase_auth.get_user("", app=_firebase_app())


@case("firebase-admin", "configuration", transient=False, status=500, severity="high")
def firebase_not_initialized() -> None:
    firebase_admin.get_app("no-such-app")


# --- MinIO -----------------------------------------------------------------------------------------------------------
def _minio(url: str) -> Any:
    pool = urllib3.PoolManager(timeout=urllib3.Timeout(connect=0.8, read=0.8), retries=urllib3.Retry(0))
    client = minio.Minio(
        url.removeprefix("http://"),
        access_key="NOTAKEY",
        secret_key="not-a-secret",
        secure=False,
        region="us-east-1",
        http_client=pool,
    )
    return client.get_object("bucket", "key").read()


def _s3(status: int, code: str) -> Answer:
    return Answer(status, f"<Error><Code>{code}</Code><Message>x</Message></Error>", type="application/xml")


add_answers(
    "minio",
    _minio,
    {
        "key_missing": (FAILED, _s3(404, "NoSuchKey")),
        "bucket_missing": (OUR_SETTINGS, _s3(404, "NoSuchBucket")),
        "denied": (REFUSED_US, _s3(403, "AccessDenied")),
        "slow_down": (THROTTLED, _s3(503, "SlowDown")),
        "disk_full": (Means("resource", False, (500, 503, 507), "critical"), _s3(507, "XMinioStorageFull")),
        "nonsense": (FAILED, Answer(400, "<html>no</html>", type="text/html")),
        "server_error": (FAILED, Answer(500, "", type="application/xml")),
    },
)
add_links("minio", _minio, leave_out=("cut_off",))
