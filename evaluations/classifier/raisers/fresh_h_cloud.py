"""Clients of clouds and of object stores, against servers on loopback that speak for them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from concurrent import futures
from typing import Any

from evaluations.classifier.cases import case
from evaluations.classifier.raisers._fresh_h import (
    BUG,
    FAILED,
    HTML,
    ODD_REQUEST,
    OUR_KEY,
    REFUSED,
    SETTINGS,
    SILENT,
    THROTTLED,
    UNAVAILABLE,
    answering,
    refusing,
)


@contextlib.contextmanager
def _aborting(code: str, details: str) -> Iterator[Any]:
    """A channel to a gRPC server that aborts every call."""
    import grpc

    class Refuser(grpc.GenericRpcHandler):
        def service(self, handler_call_details: Any) -> Any:
            def abort(request: bytes, context: Any) -> bytes:
                context.abort(grpc.StatusCode[code], details)
                return b""

            return grpc.unary_unary_rpc_method_handler(abort)

    server = grpc.server(futures.ThreadPoolExecutor(2), handlers=(Refuser(),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            yield channel
    finally:
        server.stop(0)


def _topic(code: str, details: str) -> None:
    from google.pubsub_v1 import PublisherClient
    from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport

    with _aborting(code, details) as channel:
        client = PublisherClient(transport=PublisherGrpcTransport(channel=channel))
        client.get_topic(topic="projects/shop/topics/orders", retry=None, timeout=2)


@case("google-cloud-pubsub", "configuration", **SETTINGS, note="a topic has to be set up beforehand")
def fresh_h_topic_missing() -> None:
    _topic("NOT_FOUND", "Resource not found (resource=orders).")


@case("google-cloud-pubsub", "authentication", **OUR_KEY)
def fresh_h_permission_denied() -> None:
    _topic("PERMISSION_DENIED", "User not authorized to perform this action.")


@case("google-cloud-pubsub", "external_service", **UNAVAILABLE)
def fresh_h_google_cloud_pubsub_unavailable() -> None:
    _topic("UNAVAILABLE", "The service was unable to fulfill your request. Please try again.")


@case("google-cloud-pubsub", "resource", **THROTTLED)
def fresh_h_quota_per_minute() -> None:
    _topic("RESOURCE_EXHAUSTED", "Quota exceeded for quota metric 'Administrator operations' per minute. Retry later.")


def _secret(code: str, details: str) -> None:
    from google.cloud.secretmanager_v1 import SecretManagerServiceClient
    from google.cloud.secretmanager_v1.services.secret_manager_service.transports import (
        SecretManagerServiceGrpcTransport,
    )

    with _aborting(code, details) as channel:
        client = SecretManagerServiceClient(transport=SecretManagerServiceGrpcTransport(channel=channel))
        client.access_secret_version(name="projects/shop/secrets/mail/versions/latest", retry=None, timeout=2)


@case("google-cloud-secret-manager", "configuration", **SETTINGS, note="a secret has to be set up beforehand")
def fresh_h_secret_missing() -> None:
    _secret("NOT_FOUND", "Secret [projects/1/secrets/mail] not found or has no versions.")


@case("google-cloud-secret-manager", "authentication", **OUR_KEY)
def fresh_h_unauthenticated() -> None:
    _secret("UNAUTHENTICATED", "Request had invalid authentication credentials.")


@case("google-cloud-secret-manager", "external_service", **FAILED)
def fresh_h_internal() -> None:
    _secret("INTERNAL", "Internal error encountered.")


def _bigquery(base: str) -> None:
    from google.auth.credentials import AnonymousCredentials
    from google.cloud import bigquery

    client = bigquery.Client("shop", AnonymousCredentials(), client_options={"api_endpoint": base})
    client.query("SELECT 1", retry=None, job_retry=None, timeout=0.5)


def _google_error(code: int, reason: str, message: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, "errors": [{"message": message, "reason": reason}]}}


@case("google-cloud-bigquery", "authentication", **OUR_KEY)
def fresh_h_google_cloud_bigquery_access_denied() -> None:
    message = "Access Denied: Project shop: User does not have bigquery.jobs.create permission in project shop."
    with answering(403, _google_error(403, "accessDenied", message)) as base:
        _bigquery(base)


@case("google-cloud-bigquery", "configuration", **SETTINGS, note="a table has to be set up beforehand")
def fresh_h_google_cloud_bigquery_table_missing() -> None:
    message = "Not found: Table shop:sales.orders was not found in location EU"
    with answering(404, _google_error(404, "notFound", message)) as base:
        _bigquery(base)


@case("google-cloud-bigquery", "resource", **THROTTLED, note="403 with the reason of a rate limit")
def fresh_h_rate_limit_as_forbidden() -> None:
    message = "Exceeded rate limits: too many concurrent queries for this project_and_region."
    with answering(403, _google_error(403, "rateLimitExceeded", message)) as base:
        _bigquery(base)


@case("google-cloud-bigquery", "external_service", **UNAVAILABLE)
def fresh_h_google_cloud_bigquery_unavailable() -> None:
    with answering(503, _google_error(503, "backendError", "Visibility check was unavailable. Please retry.")) as base:
        _bigquery(base)


@case("google-cloud-bigquery", "network", **SILENT)
def fresh_h_google_cloud_bigquery_silent() -> None:
    with answering(silent=True) as base:
        _bigquery(base)


def _share(base: str) -> None:
    from azure.storage.fileshare import ShareServiceClient

    key = {"account_name": "shop", "account_key": "c2VjcmV0"}
    client = ShareServiceClient(f"{base}/shop", credential=key, retry_total=0, read_timeout=0.5, connection_timeout=0.5)
    client.get_share_client("invoices").get_share_properties()


def _azure(status: int, code: str) -> Any:
    text = f'<?xml version="1.0"?><Error><Code>{code}</Code><Message>{code}</Message></Error>'
    return answering(status, text, headers={"x-ms-error-code": code, "Content-Type": "application/xml"})


@case("azure-storage-file-share", "configuration", **SETTINGS, note="a share has to be set up beforehand")
def fresh_h_share_not_found() -> None:
    with _azure(404, "ShareNotFound") as base:
        _share(base)


@case("azure-storage-file-share", "authentication", **OUR_KEY)
def fresh_h_authentication_failed() -> None:
    with _azure(403, "AuthenticationFailed") as base:
        _share(base)


@case("azure-storage-file-share", "external_service", **UNAVAILABLE)
def fresh_h_server_busy() -> None:
    with _azure(503, "ServerBusy") as base:
        _share(base)


@case("azure-storage-file-share", "network", **REFUSED)
def fresh_h_azure_storage_file_share_refused() -> None:
    _share(refusing())


async def _aws(service: str, base: str, call: str, **more: Any) -> None:
    import aioboto3
    from botocore.config import Config

    session = aioboto3.Session("AKIDTEST", "secret", region_name="eu-central-1")
    config = Config(retries={"total_max_attempts": 1}, read_timeout=0.5, connect_timeout=0.5)
    async with session.client(service, endpoint_url=base, config=config) as client:
        await getattr(client, call)(**more)


@case("aioboto3", "resource", **THROTTLED)
async def fresh_h_provisioned_throughput() -> None:
    kind = "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"
    with answering(
        400, {"__type": kind, "message": "The level of configured provisioned throughput was exceeded"}
    ) as base:
        await _aws("dynamodb", base, "get_item", TableName="orders", Key={"id": {"S": "1"}})


@case("aioboto3", "configuration", **SETTINGS)
async def fresh_h_aioboto3_table_missing() -> None:
    kind = "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException"
    with answering(400, {"__type": kind, "message": "Requested resource not found"}) as base:
        await _aws("dynamodb", base, "get_item", TableName="orders", Key={"id": {"S": "1"}})


@case("aioboto3", "authentication", **OUR_KEY)
async def fresh_h_token_expired() -> None:
    kind = "com.amazon.coral.service#ExpiredTokenException"
    with answering(400, {"__type": kind, "message": "The security token included in the request is expired"}) as base:
        await _aws("dynamodb", base, "list_tables")


@case("aioboto3", "resource", **THROTTLED)
async def fresh_h_lambda_concurrency() -> None:
    with answering(
        429,
        {"Reason": "ConcurrentInvocationLimitExceeded", "message": "Rate Exceeded."},
        headers={"x-amzn-ErrorType": "TooManyRequestsException"},
    ) as base:
        await _aws("lambda", base, "invoke", FunctionName="resize")


@case("aioboto3", "network", **REFUSED)
async def fresh_h_endpoint_refused() -> None:
    await _aws("sqs", refusing(), "list_queues")


@case("aioboto3", "system", **BUG)
async def fresh_h_parameter_missing() -> None:
    await _aws("sqs", "http://127.0.0.1:9", "send_message", QueueUrl="http://127.0.0.1:9/q")


def _opendal(base: str) -> None:
    import opendal

    operator = opendal.Operator(
        "s3", bucket="invoices", region="auto", endpoint=base, access_key_id="AKIDTEST", secret_access_key="secret"
    )
    operator.write("a.pdf", b"content")


def _s3(status: int, code: str, message: str) -> Any:
    return answering(
        status,
        f'<?xml version="1.0"?><Error><Code>{code}</Code><Message>{message}</Message></Error>',
        headers={"Content-Type": "application/xml"},
    )


@case("opendal", "authentication", **OUR_KEY)
def fresh_h_opendal_access_denied() -> None:
    with _s3(403, "AccessDenied", "Access Denied.") as base:
        _opendal(base)


@case("opendal", "external_service", **UNAVAILABLE)
def fresh_h_slow_down() -> None:
    with _s3(503, "ServiceUnavailable", "Please try again.") as base:
        _opendal(base)


@case("opendal", "configuration", **SETTINGS)
def fresh_h_bucket_not_given() -> None:
    import opendal

    opendal.Operator("s3", region="auto")


def _obstore(base: str) -> None:
    import obstore
    from obstore.store import S3Store

    store = S3Store(
        "invoices",
        endpoint=base,
        region="auto",
        access_key_id="AKIDTEST",
        secret_access_key="secret",
        client_options={"allow_http": True, "timeout": "500ms"},
        retry_config={"max_retries": 0},
    )
    obstore.put(store, "a.pdf", b"content")


@case("obstore", "authentication", **OUR_KEY)
def fresh_h_signature_does_not_match() -> None:
    with _s3(403, "SignatureDoesNotMatch", "The request signature we calculated does not match") as base:
        _obstore(base)


@case("obstore", "external_service", **FAILED)
def fresh_h_internal_error() -> None:
    with _s3(500, "InternalError", "We encountered an internal error.") as base:
        _obstore(base)


@case("obstore", "network", **REFUSED)
def fresh_h_obstore_refused() -> None:
    _obstore(refusing())


@case("obstore", "configuration", **SETTINGS)
def fresh_h_unknown_setting() -> None:
    from obstore.store import S3Store

    S3Store("invoices", buckets="invoices")


def _elastic(base: str, **more: Any) -> None:
    from elastic_transport import Transport
    from elastic_transport.client_utils import url_to_node_config

    Transport([url_to_node_config(base)], max_retries=0).perform_request(
        "GET", "/", headers={"accept": "application/json"}, **more
    )


@case("elastic-transport", "network", **REFUSED)
def fresh_h_elastic_transport_refused() -> None:
    _elastic(refusing())


@case("elastic-transport", "network", **SILENT)
def fresh_h_elastic_transport_silent() -> None:
    with answering(silent=True) as base:
        _elastic(base, request_timeout=0.3)


@case("elastic-transport", "external_service", **FAILED, note="a body that is cut off and yet called complete")
def fresh_h_body_is_no_json() -> None:
    with answering(200, '{"took": 3, "hits": {"hits": [') as base:
        _elastic(base)


def _prometheus(base: str) -> None:
    from prometheus_api_client import PrometheusConnect
    from urllib3.util.retry import Retry

    PrometheusConnect(base, retry=Retry(0, status_forcelist=()), timeout=0.4).custom_query("up")


@case("prometheus-api-client", "external_service", **ODD_REQUEST)
def fresh_h_query_not_parsed() -> None:
    with answering(400, {"status": "error", "errorType": "bad_data", "error": "parse error: unexpected end"}) as base:
        _prometheus(base)


@case("prometheus-api-client", "external_service", **UNAVAILABLE)
def fresh_h_bad_gateway() -> None:
    with answering(502, HTML) as base:
        _prometheus(base)


@case("prometheus-api-client", "network", **SILENT)
def fresh_h_prometheus_api_client_silent() -> None:
    with answering(silent=True) as base:
        _prometheus(base)


@case("google-cloud-pubsub", "concurrency", transient=True, status=503, severity="medium")
def fresh_h_aborted() -> None:
    _topic("ABORTED", "The operation was aborted due to a concurrency conflict. Please retry.")


@case("google-cloud-bigquery", "concurrency", transient=True, status=503, severity="medium")
def fresh_h_concurrent_update() -> None:
    message = "Could not serialize access to table shop:sales.orders due to concurrent update"
    with answering(400, _google_error(400, "invalidQuery", message)) as base:
        _bigquery(base)


@case("aioboto3", "concurrency", transient=True, status=503, severity="medium")
async def fresh_h_transaction_conflict() -> None:
    kind = "com.amazonaws.dynamodb.v20120810#TransactionConflictException"
    with answering(400, {"__type": kind, "message": "Transaction is ongoing for the item"}) as base:
        await _aws("dynamodb", base, "put_item", TableName="orders", Item={"id": {"S": "1"}})
