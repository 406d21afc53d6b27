"""Secrets, containers, search and other services, each against a server on loopback."""

from __future__ import annotations

import os
from typing import Any

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

import consul
import docker
import geoip2.database
import geoip2.webservice
import hvac
import kubernetes.client
import kubernetes.config
import pusher
import urllib3
from algoliasearch.search.client import SearchClientSync
from algoliasearch.search.config import SearchConfig
from zenpy import Zenpy

from evaluations.classifier.cases import case
from evaluations.classifier.raisers.scaffold_http import (
    DOWN,
    FAILED,
    OUR_SETTINGS,
    QUOTA,
    REFUSED_US,
    THROTTLED,
    Answer,
    Means,
    add_answers,
    add_links,
    free_port,
)


# --- Vault, Consul, Kubernetes, Docker -------------------------------------------------------------------------------
def _vault(url: str) -> Any:
    import requests

    session = requests.Session()
    return hvac.Client(url, token="not-a-token", timeout=0.8, session=session).secrets.kv.v2.read_secret_version(
        "shop/db", raise_on_deleted_version=True
    )


def _vault_error(status: int, *errors: str) -> Answer:
    return Answer(status, {"errors": list(errors)})


add_answers(
    "hvac",
    _vault,
    {
        "token_refused": (REFUSED_US, _vault_error(403, "permission denied")),
        "unauthorized": (REFUSED_US, _vault_error(401, "missing client token")),
        "path_missing": (OUR_SETTINGS, _vault_error(404)),
        "bad_request": (FAILED, _vault_error(400, "unsupported path")),
        "rate_limited": (THROTTLED, _vault_error(429, "request path kv: rate limit quota exceeded")),
        "internal": (FAILED, _vault_error(500, "internal error")),
        "sealed": (DOWN, _vault_error(503, "Vault is sealed")),
        "bad_gateway": (DOWN, _vault_error(502, "upstream")),
    },
)
add_links("hvac", _vault, leave_out=("cut_off",))


def _consul(url: str) -> Any:
    return consul.Consul("127.0.0.1", int(url.rpartition(":")[2])).kv.get("shop/db")


add_answers(
    "python-consul",
    _consul,
    {
        "acl_denied": (REFUSED_US, Answer(403, "Permission denied", type="text/plain")),
        "no_leader": (FAILED, Answer(500, "No cluster leader", type="text/plain")),
        "bad_request": (FAILED, Answer(400, "Bad request", type="text/plain")),
    },
)
add_links("python-consul", _consul, leave_out=("cut_off", "silent"))


def _kubernetes(url: str) -> Any:
    configuration = kubernetes.client.Configuration(host=url)
    configuration.retries = urllib3.Retry(0)
    api = kubernetes.client.CoreV1Api(kubernetes.client.ApiClient(configuration))
    return api.read_namespaced_pod("pod", "shop", _request_timeout=(0.8, 0.8))


def _kubernetes_status(code: int, reason: str, message: str = "said so") -> Answer:
    return Answer(code, {"kind": "Status", "status": "Failure", "message": message, "reason": reason, "code": code})


add_answers(
    "kubernetes",
    _kubernetes,
    {
        "unauthorized": (REFUSED_US, _kubernetes_status(401, "Unauthorized")),
        "forbidden": (REFUSED_US, _kubernetes_status(403, "Forbidden")),
        "missing": (FAILED, _kubernetes_status(404, "NotFound", 'pods "pod" not found')),
        "conflict": (
            Means("concurrency", False, (409, 503), "low"),
            _kubernetes_status(409, "Conflict", "Operation cannot be fulfilled: the object has been modified"),
        ),
        "rate_limited": (THROTTLED, _kubernetes_status(429, "TooManyRequests")),
        "invalid": (FAILED, _kubernetes_status(422, "Invalid")),
        "internal": (FAILED, _kubernetes_status(500, "InternalError")),
        "unavailable": (DOWN, _kubernetes_status(503, "ServiceUnavailable")),
    },
)
add_links("kubernetes", _kubernetes, leave_out=("cut_off",))


@case("kubernetes", "configuration", transient=False, status=500, severity="high")
def kubeconfig_missing() -> None:
    kubernetes.config.load_kube_config("/no/such/kubeconfig")


@case("kubernetes", "configuration", transient=False, status=500, severity="high")
def not_in_a_cluster() -> None:
    kubernetes.config.load_incluster_config()


@case("kubernetes", "system", transient=False, status=500, severity="high")
def kubernetes_argument_missing() -> None:
    kubernetes.client.CoreV1Api().read_namespaced_pod(name="pod", namespace=None)


def _docker(url: str) -> Any:
    return docker.DockerClient(base_url=url.replace("http", "tcp"), version="1.43", timeout=1).containers.get("web")


add_answers(
    "docker",
    _docker,
    {
        "container_missing": (FAILED, Answer(404, {"message": "No such container: web"})),
        "conflict": (FAILED, Answer(409, {"message": "container is not running"})),
        "daemon_error": (FAILED, Answer(500, {"message": "driver failed"})),
    },
)
add_links("docker", _docker, leave_out=("cut_off", "silent"))


@case(
    "docker",
    "network",
    transient=True,
    status=(502, 503),
    severity="medium",
    note="the socket of the daemon is not there",
)
def daemon_away() -> None:
    docker.DockerClient(base_url="unix:///no/such/docker.sock").containers.list()


@case("docker", "configuration", transient=False, status=500, severity="high")
def docker_tls_files_missing() -> None:
    docker.tls.TLSConfig(client_cert=("/no/such/cert.pem", "/no/such/key.pem"))


# --- Algolia, Braintree, PayPal, Plaid, Pusher, Zendesk, Svix, MaxMind -----------------------------------------------
def _algolia(url: str) -> Any:
    from algoliasearch.http.hosts import CallType, Host, HostsCollection

    config = SearchConfig("app", "not-a-key")
    host, _, port = url.removeprefix("http://").partition(":")
    config.hosts = HostsCollection([Host(host, scheme="http", port=int(port), accept=CallType.READ | CallType.WRITE)])
    config.read_timeout = config.connect_timeout = 300
    return SearchClientSync.create_with_config(config).get_object("products", "1")


add_answers(
    "algoliasearch",
    _algolia,
    {
        "key_refused": (REFUSED_US, Answer(403, {"message": "Invalid Application-ID or API key", "status": 403})),
        "index_missing": (FAILED, Answer(404, {"message": "Index products does not exist", "status": 404})),
        "rate_limited": (THROTTLED, Answer(429, {"message": "Too many requests", "status": 429})),
        "bad_request": (FAILED, Answer(400, {"message": "invalid", "status": 400})),
    },
)


@case("algoliasearch", "network", transient=True, status=(502, 503), severity="medium", note="no host could be reached")
def algolia_refused() -> None:
    _algolia(f"http://127.0.0.1:{free_port()}")


def _pusher(url: str) -> Any:
    client = pusher.Pusher(
        "1", "key", "not-a-secret", host="127.0.0.1", port=int(url.rpartition(":")[2]), ssl=False, timeout=1
    )
    return client.trigger("orders", "created", {"id": 1})


add_answers(
    "pusher",
    _pusher,
    {
        "bad_request": (FAILED, Answer(400, "Invalid channel", type="text/plain")),
        "unauthorized": (REFUSED_US, Answer(401, "Unknown auth_key", type="text/plain")),
        "forbidden": (REFUSED_US, Answer(403, "App disabled", type="text/plain")),
        "server_error": (FAILED, Answer(500, "oops", type="text/plain")),
    },
)
add_links("pusher", _pusher, leave_out=("cut_off", "silent"))


def _zendesk(url: str) -> Any:
    import requests

    class Session(requests.Session):
        def request(self, method: str, address: Any, *args: Any, **kwargs: Any) -> Any:
            path = str(address).partition(".zendesk.com/")[2]
            return super().request(method, f"{url}/{path}", *args, **kwargs)

    client = Zenpy(subdomain="shop", email="a@b.example", token="not-a-token", session=Session(), timeout=1)
    return client.tickets(id=1)


add_answers(
    "zenpy",
    _zendesk,
    {
        "missing": (FAILED, Answer(404, {"error": "RecordNotFound", "description": "Not found"})),
        "unauthorized": (REFUSED_US, Answer(401, {"error": "Couldn't authenticate you"})),
        "unprocessable": (FAILED, Answer(422, {"error": "RecordInvalid", "description": "x", "details": {}})),
        "server_error": (FAILED, Answer(500, {"error": "InternalError"})),
    },
)


def _maxmind(url: str) -> Any:
    client = geoip2.webservice.Client(1, "not-a-key", host=url.removeprefix("http://"), timeout=0.8)
    client._base_uri = f"{url}/geoip/v2.1"
    return client.city("128.101.101.101")


add_answers(
    "geoip2",
    _maxmind,
    {
        "key_refused": (REFUSED_US, Answer(401, {"code": "AUTHORIZATION_INVALID", "error": "Invalid license key"})),
        "out_of_queries": (QUOTA, Answer(402, {"code": "OUT_OF_QUERIES", "error": "out of queries"})),
        "permission": (REFUSED_US, Answer(403, {"code": "PERMISSION_REQUIRED", "error": "no permission"})),
        "server_error": (FAILED, Answer(500, "oops", type="text/plain")),
        "unavailable": (DOWN, Answer(503, "away", type="text/plain")),
    },
)


@case(
    "geoip2",
    "configuration",
    transient=False,
    status=500,
    severity="high",
    note="the database file is part of the installation",
)
def geoip_database_missing() -> None:
    geoip2.database.Reader("/no/such/GeoLite2-City.mmdb")
