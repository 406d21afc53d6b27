"""Hosting, storage by the bucket, identity, measures of machines, builds."""

from __future__ import annotations

import os
import tempfile
from typing import Any

import auth0.authentication
import b2sdk.v2
import box_sdk_gen
import curl_cffi.requests
import databricks.sdk
import databricks.sdk.config
import datadog
import datadog_api_client
import jenkins
import keystoneauth1.exceptions
import keystoneauth1.identity.v3
import keystoneauth1.session
import msrest
import msrest.exceptions
import oss2
import pynetbox
import splunklib.client
from auth0.management import Auth0
from datadog_api_client.v1.api.monitors_api import MonitorsApi
from mlflow.tracking import MlflowClient
from msrest.serialization import Serializer

from evaluations.classifier.raisers._peers import HOST, closed_port
from evaluations.classifier.raisers.scaffold_http import (
    DOWN,
    FAILED,
    LINK,
    NONSENSE,
    OUR_BUG,
    OUR_SETTINGS,
    QUOTA,
    REFUSED_US,
    SILENT,
    THROTTLED,
    Answer,
    add,
    add_answers,
)


def _dead() -> str:
    return f"http://{HOST}:{closed_port()}"


# --- OpenStack: identity first ----------------------------------------------------------------------------------------
def _keystone(url: str) -> Any:
    auth = keystoneauth1.identity.v3.Password(
        auth_url=f"{url}/v3", username="shop", password="x", user_domain_id="default", project_name="shop"
    )
    return keystoneauth1.session.Session(auth=auth, timeout=1).get(f"{url}/servers")


def _without_auth() -> Any:
    return keystoneauth1.session.Session().get("/servers", endpoint_filter={"service_type": "compute"})


add_answers(
    "keystoneauth1",
    _keystone,
    {
        "password": (
            REFUSED_US,
            Answer(401, {"error": {"code": 401, "message": "The request you have made requires authentication."}}),
        ),
        "unavailable": (DOWN, Answer(503, {"error": {"code": 503, "message": "Service Unavailable"}})),
    },
)
add("keystoneauth1", "refused", LINK, lambda: _keystone(_dead()))
add("keystoneauth1", "no_auth", OUR_BUG, _without_auth, note="doubtful: or a setting")


# --- storage ----------------------------------------------------------------------------------------------------------
def _oss(url: str) -> Any:
    bucket = oss2.Bucket(oss2.Auth("none", "none"), url, "invoices", is_path_style=True, connect_timeout=1)
    return bucket.get_object("1.pdf")


def _oss_error(status: int, code: str, message: str) -> Answer:
    body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>{message}</Message></Error>"
    return Answer(status, body, {"x-oss-request-id": "1"}, type="application/xml")


def _box(url: str) -> Any:
    session = box_sdk_gen.NetworkSession(
        base_urls=box_sdk_gen.BaseUrls(base_url=url, upload_url=url, oauth_2_url=url),
        retry_strategy=box_sdk_gen.BoxRetryStrategy(max_attempts=0, retry_base_interval=0),
    )
    auth = box_sdk_gen.BoxDeveloperTokenAuth(token="none")
    return box_sdk_gen.BoxClient(auth, network_session=session).files.get_file_by_id("1")


def _b2_unauthorized() -> Any:
    return b2sdk.v2.B2Api(b2sdk.v2.InMemoryAccountInfo()).get_bucket_by_name("invoices")


def _b2_said(status: int, code: str, message: str) -> Any:
    def run() -> None:
        raise b2sdk.v2.exception.interpret_b2_error(status, code, message, {})

    return run


add_answers(
    "oss2",
    _oss,
    {
        "no_bucket": (OUR_SETTINGS, _oss_error(404, "NoSuchBucket", "The specified bucket does not exist.")),
        "no_key": (FAILED, _oss_error(404, "NoSuchKey", "The specified key does not exist.")),
        "signature": (REFUSED_US, _oss_error(403, "SignatureDoesNotMatch", "The signature does not match.")),
    },
)
add("oss2", "refused", LINK, lambda: _oss(_dead()))
add_answers(
    "boxsdk",
    _box,
    {
        "absent": (
            FAILED,
            Answer(404, {"type": "error", "status": 404, "code": "not_found", "message": "Not Found"}),
        ),
        "storage_limit": (
            QUOTA,
            Answer(403, {"type": "error", "status": 403, "code": "storage_limit_exceeded", "message": "Limit reached"}),
        ),
    },
)
add("b2sdk", "no_account", OUR_BUG, _b2_unauthorized, note="doubtful: the account was never authorized: configuration")
add(
    "b2sdk",
    "cap_reached",
    QUOTA,
    _b2_said(403, "transaction_cap_exceeded", "Transaction cap exceeded"),
    made="its hosts are fixed",
)
add("b2sdk", "slow_down", THROTTLED, _b2_said(429, "too_many_requests", "slow down"), made="its hosts are fixed")


# --- the transport of others ------------------------------------------------------------------------------------------
def _msrest(url: str) -> Any:
    settings = msrest.Configuration(base_url=url)
    settings.retry_policy.retries = 0
    client = msrest.ServiceClient(msrest.authentication.Authentication(), settings)
    return client.send(client.get("/x"), timeout=1)


def _msrest_required() -> Any:
    return Serializer({}).url("order", None, "str")


def _curl(url: str) -> Any:
    return curl_cffi.requests.get(url, timeout=0.5).raise_for_status()


add("msrest", "refused", LINK, lambda: _msrest(_dead()))
add("msrest", "required", OUR_BUG, _msrest_required, note="an argument of ours that the interface demands")
add("curl_cffi", "refused", LINK, lambda: _curl(_dead()))
add_answers(
    "curl_cffi",
    _curl,
    {"silent": (SILENT, Answer(how="hang")), "gateway": (DOWN, Answer(502, "<html>Bad Gateway</html>"))},
)


# --- identity ---------------------------------------------------------------------------------------------------------
def _token(url: str) -> Any:
    domain = url.removeprefix("http://")
    return auth0.authentication.GetToken(domain, "none", client_secret="x", protocol="http", timeout=1).login(
        "shop", "x", realm="users"
    )


def _user(url: str) -> Any:
    return Auth0(base_url=url, token="none", timeout=1, max_retries=0).users.get("auth0|1")


def _auth0(status: int, error: str, description: str) -> Answer:
    return Answer(status, {"statusCode": status, "error": error, "error_description": description})


add_answers(
    "auth0-python",
    _token,
    {
        "client": (REFUSED_US, _auth0(401, "access_denied", "Unauthorized")),
        "attempts": (THROTTLED, _auth0(429, "too_many_requests", "Global limit has been reached")),
    },
)
add_answers(
    "auth0-python",
    _user,
    {"scope": (REFUSED_US, _auth0(403, "Forbidden", "Insufficient scope, expected any of: read:users"))},
)


# --- measures, inventories, builds ------------------------------------------------------------------------------------
def _datadog(url: str) -> Any:
    datadog.initialize(api_key="none", app_key="none", api_host=url, mute=False, hostname_from_config=False)
    datadog.api._timeout, datadog.api._max_retries = 1, 0
    datadog.api._backoff_timestamp = None
    return datadog.api.Monitor.get(1)


def _monitors(url: str) -> Any:
    settings = datadog_api_client.Configuration(host=url, request_timeout=1)
    settings.api_key.update(apiKeyAuth="none", appKeyAuth="none")
    with datadog_api_client.ApiClient(settings) as client:
        return MonitorsApi(client).get_monitor(1)


def _device(url: str) -> Any:
    return list(pynetbox.api(url, token="none").dcim.devices.filter(name="switch"))


def _job(url: str) -> Any:
    return jenkins.Jenkins(url, username="shop", password="x", timeout=1).get_job_info("deploy")


def _run(url: str) -> Any:
    settings = databricks.sdk.config.Config(host=url, token="none", retry_timeout_seconds=1, http_timeout_seconds=1)
    return databricks.sdk.WorkspaceClient(config=settings).jobs.get(1)


def _no_profile() -> Any:
    with tempfile.NamedTemporaryFile("w", suffix=".cfg") as file:
        return databricks.sdk.config.Config(profile="absent", config_file=file.name)


def _splunk(url: str) -> Any:
    port = int(url.rpartition(":")[2])
    return splunklib.client.connect(host=HOST, port=port, scheme="http", username="shop", password="x")


def _experiment(url: str) -> Any:
    os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] = "0"
    os.environ["MLFLOW_HTTP_REQUEST_TIMEOUT"] = "1"
    return MlflowClient(tracking_uri=url).get_experiment("1")


add_answers(
    "datadog",
    _datadog,
    {
        "key": (REFUSED_US, Answer(403, {"errors": ["Forbidden"]})),
        "limited": (THROTTLED, Answer(429, {"errors": ["Rate limit of 1000 requests in 3600 seconds reached"]})),
        "failed": (FAILED, Answer(500, {"errors": ["Internal error"]})),
    },
)
add("datadog", "refused", LINK, lambda: _datadog(_dead()))
add_answers(
    "datadog-api-client",
    _monitors,
    {
        "key": (REFUSED_US, Answer(403, {"errors": ["Forbidden"]})),
        "limited": (THROTTLED, Answer(429, {"errors": ["Too many requests"]})),
    },
)
add_answers(
    "pynetbox",
    _device,
    {
        "token": (REFUSED_US, Answer(403, {"detail": "Invalid token"})),
        "failed": (FAILED, Answer(500, {"error": "column dcim_device.x does not exist", "exception": "Error"})),
        "nonsense": (FAILED, NONSENSE),
    },
)
add_answers(
    "python-jenkins",
    _job,
    {
        "no_job": (OUR_SETTINGS, Answer(404, "<html>Not Found</html>", type="text/html")),
        "password": (REFUSED_US, Answer(401, "<html>Unauthorized</html>", type="text/html")),
        "silent": (SILENT, Answer(how="hang")),
        "nonsense": (FAILED, NONSENSE),
    },
)
add_answers(
    "databricks-sdk",
    _run,
    {
        "denied": (
            REFUSED_US,
            Answer(403, {"error_code": "PERMISSION_DENIED", "message": "shop does not have View permissions on job 1"}),
        ),
        "absent": (
            FAILED,
            Answer(400, {"error_code": "INVALID_PARAMETER_VALUE", "message": "Job 1 does not exist."}),
        ),
    },
)
add("databricks-sdk", "no_profile", OUR_SETTINGS, _no_profile)
add_answers(
    "splunk-sdk",
    _splunk,
    {
        "login": (
            REFUSED_US,
            Answer(401, "<response><messages><msg type='WARN'>Login failed</msg></messages></response>"),
        ),
    },
)
add_answers(
    "mlflow-skinny",
    _experiment,
    {
        "absent": (
            FAILED,
            Answer(404, {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "No Experiment with id=1 exists"}),
        ),
        "busy": (DOWN, Answer(503, {"error_code": "TEMPORARILY_UNAVAILABLE", "message": "The service is starting"})),
    },
)
add("mlflow-skinny", "refused", LINK, lambda: _experiment(_dead()))
