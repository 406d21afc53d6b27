"""MinIO, Google and Azure: clients of object stores, against a server on loopback that answers as theirs do."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import Any
from unittest import mock

import azure.core.exceptions
import azure.storage.blob
import google.api_core.exceptions
import google.api_core.retry
import google.auth
import google.auth.credentials
import google.cloud.storage
import minio
import minio.error
import urllib3

from evaluations.classifier.raisers import _fresh_e as e
from evaluations.classifier.raisers._fresh_e import Reply, answering, fresh
from evaluations.classifier.raisers._peers import HOST, closed_port, listening, saying, silence, tls_port


# --- MinIO ------------------------------------------------------------------------------------------------------------
def store(url: str, **more: Any) -> minio.Minio:
    pool = urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(connect=1, read=0.5))
    host = url.rpartition("//")[2]
    return minio.Minio(host, access_key="none", secret_key="none", secure=False, region="eu", http_client=pool, **more)


def s3_error(status: int, code: str, text: str) -> Reply:
    return Reply(
        status,
        f"<Error><Code>{code}</Code><Message>{text}</Message><Resource>/scans/7.png</Resource>"
        "<RequestId>1</RequestId><HostId>1</HostId></Error>",
    )


def get_scan(status: int, code: str, text: str) -> None:
    with answering(s3_error(status, code, text)) as url:
        store(url).get_object(bucket_name="scans", object_name="7.png")


@fresh("minio", e.SETUP)
def no_such_bucket() -> None:
    get_scan(404, "NoSuchBucket", "The specified bucket does not exist")


@fresh("minio", e.REFUSED_US)
def access_denied() -> None:
    get_scan(403, "AccessDenied", "Access Denied.")


@fresh("minio", e.NOT_NOW)
def not_initialized() -> None:
    get_scan(503, "XMinioServerNotInitialized", "Server not initialized yet, please try again.")


@fresh("minio", e.FULL)
def drive_full() -> None:
    text = "Storage backend has reached its minimum free drive threshold. Please delete a few objects to proceed."
    get_scan(507, "XMinioStorageFull", text)


@fresh("minio", e.LOST)
def nobody_listens() -> None:
    store(f"http://{HOST}:{closed_port()}").get_object(bucket_name="scans", object_name="7.png")


@fresh("minio", e.SILENT)
def read_timeout() -> None:
    with listening(silence) as port:
        store(f"http://{HOST}:{port}").get_object(bucket_name="scans", object_name="7.png")


@fresh("minio", e.FAILED)
def answer_is_html() -> None:
    with answering(Reply(502, b"<html>Bad Gateway</html>", {"Content-Type": "text/html"})) as url:
        store(url).get_object(bucket_name="scans", object_name="7.png")


@fresh("minio", e.BUG)
def bucket_name_malformed() -> None:
    store("http://minio.example.test").get_object(bucket_name="Scans_", object_name="7.png")


@fresh("minio", e.SETUP)
def endpoint_with_a_path() -> None:
    minio.Minio("minio.example.test/store", access_key="none", secret_key="none")


# --- Google -----------------------------------------------------------------------------------------------------------
@contextlib.contextmanager
def bucket(*replies: Reply) -> Iterator[Any]:
    with answering(*replies) as url:
        yield google_client(url).bucket("scans")


def google_client(url: str) -> Any:
    return google.cloud.storage.Client(
        project="shop",
        credentials=google.auth.credentials.AnonymousCredentials(),
        client_options={"api_endpoint": url},
    )


def google_error(status: int, reason: str, text: str) -> Reply:
    return Reply(status, {"error": {"code": status, "message": text, "errors": [{"reason": reason, "message": text}]}})


def download(status: int, reason: str, text: str) -> None:
    with bucket(google_error(status, reason, text)) as one:
        one.blob("7.png").reload(retry=None)


@fresh("google-cloud-storage", e.FAILED, note="404 of a peer; validation, 404, where the client named the object")
def no_such_object() -> None:
    download(404, "notFound", "No such object: scans/7.png")


@fresh("google-cloud-storage", e.SETUP)
def bucket_missing() -> None:
    with answering(google_error(404, "notFound", "The specified bucket does not exist.")) as url:
        google_client(url).get_bucket("scans", retry=None)


@fresh("google-cloud-storage", e.REFUSED_US)
def forbidden() -> None:
    download(403, "forbidden", "shop@example.test does not have storage.objects.get access to the object.")


@fresh("google-cloud-storage", e.SETUP, note="a 401 came; the credentials at hand cannot be refreshed")
def credentials_cannot_be_refreshed() -> None:
    download(401, "authError", "Invalid Credentials")


@fresh("google-cloud-storage", e.THROTTLED)
def rate_limited() -> None:
    download(429, "rateLimitExceeded", "The object exceeded the rate limit for object mutation operations.")


@fresh("google-cloud-storage", e.BUSY)
def unavailable() -> None:
    download(503, "backendError", "Service Unavailable")


@fresh("google-cloud-storage", e.FAILED)
def bad_request() -> None:
    download(400, "invalid", "Invalid argument")


@fresh("google-cloud-storage", e.Label("concurrency", False, 409, "low"), note="if_generation_match of an edit")
def generation_does_not_match() -> None:
    with bucket(google_error(412, "conditionNotMet", "At least one of the pre-conditions did not hold.")) as one:
        one.blob("7.png").upload_from_string("x", if_generation_match=3, retry=None)


@fresh("google-cloud-storage", e.LINK, note="high where the store is called ours")
def refused() -> None:
    google_client(f"http://{HOST}:{closed_port()}").bucket("scans").blob("7.png").reload(retry=None, timeout=1)


@fresh("google-cloud-storage", e.SILENT)
def timeout() -> None:
    with listening(silence) as port:
        google_client(f"http://{HOST}:{port}").bucket("scans").blob("7.png").reload(retry=None, timeout=0.3)


@fresh("google-cloud-storage", e.BUSY)
def retries_exhausted() -> None:
    one = google.api_core.retry.Retry(initial=0.01, maximum=0.01, timeout=0.05)
    with bucket(google_error(503, "backendError", "Service Unavailable")) as shelf:
        one(lambda: shelf.blob("7.png").reload(retry=None))()


@fresh("google-api-core", e.SETUP)
def no_default_credentials() -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GOOGLE_", "GCE_"))}
    kept |= {"HOME": "/nowhere", "NO_GCE_CHECK": "true", "CLOUDSDK_CONFIG": "/nowhere"}
    with mock.patch.dict(os.environ, kept, clear=True):
        google.auth.default()


# --- Azure ------------------------------------------------------------------------------------------------------------
KEY = "bm9uZQ=="


def blob(url: str, **more: Any) -> Any:
    account = azure.storage.blob.BlobServiceClient(
        f"{url}/shop", credential={"account_name": "shop", "account_key": KEY}, retry_total=0, **more
    )
    return account.get_blob_client("scans", "7.png")


def azure_error(status: int, code: str, text: str) -> Reply:
    body = f'<?xml version="1.0" encoding="utf-8"?><Error><Code>{code}</Code><Message>{text}</Message></Error>'
    return Reply(status, body, {"x-ms-error-code": code})


def fetch(status: int, code: str, text: str) -> None:
    with answering(azure_error(status, code, text)) as url:
        blob(url).download_blob().readall()


@fresh("azure-storage-blob", e.SETUP)
def container_missing() -> None:
    fetch(404, "ContainerNotFound", "The specified container does not exist.")


@fresh("azure-storage-blob", e.REFUSED_US)
def authentication_failed() -> None:
    text = "Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly."
    fetch(403, "AuthenticationFailed", text)


@fresh("azure-storage-blob", e.REFUSED_US)
def not_permitted() -> None:
    fetch(403, "AuthorizationPermissionMismatch", "This request is not authorized to perform this operation.")


@fresh("azure-storage-blob", e.BUSY, note="it says that one may try again")
def internal_error() -> None:
    fetch(500, "InternalError", "The server encountered an internal error. Please retry the request.")


@fresh("azure-storage-blob", e.Label("data_integrity", False, 409, "medium"), note="a duplicate, in a store of objects")
def blob_exists() -> None:
    with answering(azure_error(409, "BlobAlreadyExists", "The specified blob already exists.")) as url:
        blob(url).upload_blob(b"x")


@fresh("azure-storage-blob", e.Label("concurrency", True, (409, 503), "medium"), note="a lease of somebody else")
def leased_by_another() -> None:
    text = "There is currently a lease on the blob and no lease ID was specified in the request."
    with answering(azure_error(412, "LeaseIdMissing", text)) as url:
        blob(url).delete_blob()


@fresh("azure-core", e.LINK, note="high where the store is called ours")
def request_refused() -> None:
    blob(f"http://{HOST}:{closed_port()}").download_blob()


@fresh("azure-core", e.SILENT)
def response_timeout() -> None:
    with listening(silence) as port:
        blob(f"http://{HOST}:{port}", read_timeout=0.3).download_blob()


@fresh("azure-core", e.LINK)
def response_cut_off() -> None:
    with listening(saying(b"HTTP/1.1 200 OK\r\nContent-Le")) as port:
        blob(f"http://{HOST}:{port}").download_blob().readall()


@fresh("azure-core", e.UNTRUSTED)
def certificate_not_trusted() -> None:
    blob(f"https://{HOST}:{tls_port()}").download_blob()


@fresh("azure-storage-blob", e.SETUP)
def connection_string_malformed() -> None:
    azure.storage.blob.BlobServiceClient.from_connection_string("shop;none")


@fresh("azure-storage-blob", e.REFUSED_US)
def upload_error_from_forbidden() -> None:
    class UploadError(Exception):
        pass

    try:
        not_permitted()
    except azure.core.exceptions.HttpResponseError as fault:
        raise UploadError("scan was not stored") from fault
