"""Payments, messages, code hosting, secrets, containers and other services, each against a server on loopback."""

from __future__ import annotations

import os
from typing import Any

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

import braintree
import consul
import docker
import geoip2.database
import geoip2.webservice
import github
import gitlab
import hvac
import jira
import kubernetes.client
import kubernetes.config
import litellm
import paypalrestsdk
import plaid
import pusher
import sendgrid
import slack_sdk
import stripe
import svix
import urllib3
from algoliasearch.search.client import SearchClientSync
from algoliasearch.search.config import SearchConfig
from plaid.api import plaid_api
from plaid.model.accounts_get_request import AccountsGetRequest
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client as TwilioClient
from zenpy import Zenpy

from evaluations.classifier.cases import case
from evaluations.classifier.raisers.scaffold_http import (
    DOWN,
    FAILED,
    GATEWAY,
    NONSENSE,
    OUR_SETTINGS,
    QUOTA,
    REFUSED_US,
    SLOW,
    THROTTLED,
    Answer,
    Means,
    add_answers,
    add_links,
    free_port,
    serving,
)

PAYMENT_DUE = Means("business_logic", False, 402, "low")

# --- Stripe -----------------------------------------------------------------------------------------------------------
_STRIPE_KEY = "sk_" + "test_" + "not"


def _stripe(url: str) -> Any:
    client = stripe.StripeClient(
        _STRIPE_KEY,
        base_addresses={"api": url},
        max_network_retries=0,
        http_client=stripe.RequestsClient(timeout=0.3),
    )
    return client.v1.payment_intents.create({"amount": 100, "currency": "eur"})


def _stripe_error(status: int, type_: str, message: str = "said so", **more: Any) -> Answer:
    headers = {"Request-Id": "req_1", **more.pop("headers", {})}
    return Answer(status, {"error": {"type": type_, "message": message, **more}}, headers)


add_answers(
    "stripe",
    _stripe,
    {
        "card_declined": (
            PAYMENT_DUE,
            _stripe_error(402, "card_error", "Your card was declined.", code="card_declined", decline_code="generic"),
        ),
        "card_expired": (PAYMENT_DUE, _stripe_error(402, "card_error", "Your card has expired.", code="expired_card")),
        "key_refused": (REFUSED_US, _stripe_error(401, "invalid_request_error", "Invalid API Key provided")),
        "not_permitted": (REFUSED_US, _stripe_error(403, "invalid_request_error", "lacks permissions")),
        "parameter_missing": (
            FAILED,
            _stripe_error(400, "invalid_request_error", "Missing required param: amount.", param="amount"),
        ),
        "customer_missing": (
            FAILED,
            _stripe_error(404, "invalid_request_error", "No such customer", code="resource_missing"),
        ),
        "rate_limited": (
            THROTTLED,
            _stripe_error(429, "rate_limit_error", "Too many requests", code="rate_limit", headers={"Retry-After": "1"}),
        ),
        "lock_timeout": (
            Means("concurrency", True, (409, 503), "medium"),
            _stripe_error(429, "invalid_request_error", "cannot be accessed right now", code="lock_timeout"),
        ),
        "idempotency": (FAILED, _stripe_error(400, "idempotency_error", "Keys for idempotent requests can only be")),
        "api_error": (FAILED, _stripe_error(500, "api_error", "Something went wrong on Stripe's end")),
        "unavailable": (DOWN, _stripe_error(503, "api_error")),
        "bad_gateway": (DOWN, GATEWAY),
        "nonsense": (FAILED, NONSENSE),
    },
)
add_links("stripe", _stripe)


@case("stripe", "authentication", transient=False, status=401, severity="low", note="the sender of a webhook is our client")
def webhook_signature() -> None:
    stripe.Webhook.construct_event("{}", "t=1,v1=00", "whsec_" + "not")


@case("stripe", "authentication", transient=False, status=401, severity="low")
def webhook_header_missing() -> None:
    stripe.Webhook.construct_event("{}", "", "whsec_" + "not")


@case("stripe", "configuration", transient=False, status=500, severity="high")
def stripe_key_missing() -> None:
    stripe.Charge.create(amount=1, currency="eur", api_key=None)


# --- Twilio, SendGrid, Slack ------------------------------------------------------------------------------------------
class _TwilioHttp(TwilioHttpClient):  # type: ignore[misc]
    """Sends to loopback what is meant for twilio.com."""

    def __init__(self, url: str) -> None:
        super().__init__(timeout=0.3, max_retries=0)
        self.url = url

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        return super().request(method, url.replace("https://api.twilio.com", self.url), *args, **kwargs)


def _twilio(url: str) -> Any:
    client = TwilioClient("AC" + "0" * 32, "not-a-token", http_client=_TwilioHttp(url))
    return client.messages.create(to="+15005550006", from_="+15005550006", body="x")


def _twilio_error(status: int, code: int, message: str, **headers: str) -> Answer:
    body = {"code": code, "message": message, "more_info": f"https://www.twilio.com/docs/errors/{code}", "status": status}
    return Answer(status, body, headers)


add_answers(
    "twilio",
    _twilio,
    {
        "number_invalid": (FAILED, _twilio_error(400, 21211, "Invalid 'To' Phone Number")),
        "token_refused": (REFUSED_US, _twilio_error(401, 20003, "Authenticate")),
        "forbidden": (REFUSED_US, _twilio_error(403, 20403, "Forbidden")),
        "missing": (FAILED, _twilio_error(404, 20404, "The requested resource was not found")),
        "rate_limited": (THROTTLED, _twilio_error(429, 20429, "Too Many Requests")),
        "server_error": (FAILED, _twilio_error(500, 20500, "Internal Server Error")),
        "unavailable": (DOWN, _twilio_error(503, 20503, "Service unavailable")),
    },
)
add_links("twilio", _twilio, leave_out=("cut_off",))


@case("twilio", "configuration", transient=False, status=500, severity="high")
def twilio_credentials_missing() -> None:
    TwilioClient(None, None, environment={})


def _sendgrid(url: str) -> Any:
    client = sendgrid.SendGridAPIClient("SG." + "not-a-key", host=url)
    client.client.timeout = 0.3
    return client.client.mail.send.post(request_body={"from": {"email": "a@b.example"}})


add_answers(
    "sendgrid",
    _sendgrid,
    {
        "bad_request": (FAILED, Answer(400, {"errors": [{"message": "The from address does not match"}]})),
        "key_refused": (REFUSED_US, Answer(401, {"errors": [{"message": "The provided authorization grant is invalid"}]})),
        "sender_unverified": (REFUSED_US, Answer(403, {"errors": [{"message": "not verified Sender Identity"}]})),
        "too_large": (FAILED, Answer(413, {"errors": [{"message": "too large"}]})),
        "rate_limited": (THROTTLED, Answer(429, {"errors": [{"message": "too many requests"}]})),
        "server_error": (FAILED, Answer(500, {"errors": [{"message": "internal"}]})),
        "unavailable": (DOWN, Answer(503, "")),
        "gateway_timeout": (SLOW, Answer(504, "")),
    },
)
add_links("sendgrid", _sendgrid, leave_out=("cut_off", "silent"))


def _slack(url: str) -> Any:
    client = slack_sdk.WebClient("not-a-token", base_url=f"{url}/api/", timeout=1, retry_handlers=[])
    return client.chat_postMessage(channel="#ops", text="x")


add_answers(
    "slack_sdk",
    _slack,
    {
        "token_refused": (REFUSED_US, Answer(200, {"ok": False, "error": "invalid_auth"})),
        "scope_missing": (REFUSED_US, Answer(200, {"ok": False, "error": "missing_scope", "needed": "chat:write"})),
        "channel_missing": (FAILED, Answer(200, {"ok": False, "error": "channel_not_found"})),
        "rate_limited": (THROTTLED, Answer(429, {"ok": False, "error": "ratelimited"}, {"Retry-After": "30"})),
        "internal_error": (FAILED, Answer(500, {"ok": False, "error": "internal_error"})),
        "unavailable": (DOWN, Answer(503, {"ok": False, "error": "service_unavailable"})),
        "nonsense": (FAILED, NONSENSE),
    },
)
add_links("slack_sdk", _slack, leave_out=("silent", "cut_off"))


@case("slack_sdk", "system", transient=False, status=500, severity="high", note="our own call is malformed")
def slack_blocks_malformed() -> None:
    from slack_sdk.models.blocks import SectionBlock

    SectionBlock(text="x" * 3_001).to_dict()


# --- GitHub, GitLab, Jira ---------------------------------------------------------------------------------------------
def _github(url: str) -> Any:
    options: Any = {"base_url": url, "retry": None, "timeout": 1}
    return github.Github(auth=github.Auth.Token("not-a-token"), **options).get_repo("octo/cat")


add_answers(
    "PyGithub",
    _github,
    {
        "credentials_refused": (REFUSED_US, Answer(401, {"message": "Bad credentials"})),
        "two_factor": (REFUSED_US, Answer(401, {"message": "Must specify two-factor"}, {"x-github-otp": "required; app"})),
        "forbidden": (REFUSED_US, Answer(403, {"message": "Resource not accessible by integration"})),
        "rate_limited": (THROTTLED, Answer(403, {"message": "API rate limit exceeded for user ID 1."})),
        "secondary_limit": (THROTTLED, Answer(403, {"message": "You have exceeded a secondary rate limit"})),
        "missing": (FAILED, Answer(404, {"message": "Not Found"})),
        "validation_failed": (FAILED, Answer(422, {"message": "Validation Failed"})),
        "server_error": (FAILED, Answer(500, {"message": "Server Error"})),
        "bad_gateway": (DOWN, GATEWAY),
    },
)
add_links("PyGithub", _github, leave_out=("silent", "cut_off"))


def _gitlab(url: str) -> Any:
    return gitlab.Gitlab(url, private_token="not-a-token", timeout=0.3, retry_transient_errors=False).projects.get(1)


def _gitlab_create(url: str) -> Any:
    return gitlab.Gitlab(url, private_token="not-a-token", timeout=0.3).projects.create({"name": "shop"})


add_answers(
    "python-gitlab",
    _gitlab,
    {
        "token_refused": (REFUSED_US, Answer(401, {"message": "401 Unauthorized"})),
        "forbidden": (REFUSED_US, Answer(403, {"message": "403 Forbidden"})),
        "missing": (FAILED, Answer(404, {"message": "404 Project Not Found"})),
        "server_error": (FAILED, Answer(500, {"message": "500 Internal Server Error"})),
        "bad_gateway": (DOWN, GATEWAY),
        "nonsense": (FAILED, NONSENSE),
    },
)
add_answers(
    "python-gitlab",
    _gitlab_create,
    {"name_taken": (FAILED, Answer(400, {"message": {"name": ["has already been taken"]}}))},
)
add_links("python-gitlab", _gitlab, leave_out=("cut_off",))


def _jira(url: str) -> Any:
    client = jira.JIRA(url, token_auth="not-a-token", max_retries=0, timeout=0.3, get_server_info=False)
    return client.issue("SHOP-1")


add_answers(
    "jira",
    _jira,
    {
        "unauthorized": (REFUSED_US, Answer(401, {"errorMessages": ["You are not authenticated."]})),
        "forbidden": (REFUSED_US, Answer(403, {"errorMessages": ["You do not have permission"]})),
        "missing": (FAILED, Answer(404, {"errorMessages": ["Issue Does Not Exist"], "errors": {}})),
        "server_error": (FAILED, Answer(500, "<html>oops</html>", type="text/html")),
    },
)
add_links("jira", _jira, leave_out=("cut_off",))


# --- Vault, Consul, Kubernetes, Docker --------------------------------------------------------------------------------
def _vault(url: str) -> Any:
    import requests

    session = requests.Session()
    return hvac.Client(url, token="not-a-token", timeout=0.3, session=session).secrets.kv.v2.read_secret_version(
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
    return api.read_namespaced_pod("pod", "shop", _request_timeout=(0.3, 0.3))


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
            Means("concurrency", True, (409, 503), "low"),
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


@case("docker", "network", transient=True, status=(502, 503), severity="medium", note="the socket of the daemon is not there")
def daemon_away() -> None:
    docker.DockerClient(base_url="unix:///no/such/docker.sock").containers.list()


@case("docker", "configuration", transient=False, status=500, severity="high")
def docker_tls_files_missing() -> None:
    docker.tls.TLSConfig(client_cert=("/no/such/cert.pem", "/no/such/key.pem"))


# --- Algolia, Braintree, PayPal, Plaid, Pusher, Zendesk, Svix, MaxMind --------------------------------------------------
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


def _braintree(url: str) -> Any:
    port = url.rpartition(":")[2]
    environment = braintree.Environment("loopback", "127.0.0.1", port, url, False, None)
    configuration = braintree.Configuration(environment, "merchant", "public", "private", timeout=0.3)
    return braintree.BraintreeGateway(configuration).transaction.find("1")


for _status, _name, _means in (
    (401, "unauthenticated", REFUSED_US),
    (403, "forbidden", REFUSED_US),
    (404, "missing", FAILED),
    (408, "request_timeout", SLOW),
    (426, "upgrade_required", FAILED),
    (429, "rate_limited", THROTTLED),
    (500, "server_error", FAILED),
    (503, "unavailable", DOWN),
    (504, "gateway_timeout", SLOW),
    (418, "unexpected", FAILED),
):
    add_answers("braintree", _braintree, {_name: (_means, Answer(_status, "<x/>", type="application/xml"))})
add_links("braintree", _braintree, leave_out=("cut_off", "reset"))


@case("braintree", "configuration", transient=False, status=500, severity="high")
def braintree_unconfigured() -> None:
    braintree.Transaction.find("1")


@case("braintree", "authentication", transient=False, status=401, severity="low", note="the sender of a webhook is our client")
def braintree_webhook_signature() -> None:
    gateway = braintree.BraintreeGateway(
        braintree.Configuration(braintree.Environment.Sandbox, "merchant", "public", "private")
    )
    gateway.webhook_notification.parse("public|00", "bm90\n")


def _paypal(url: str) -> Any:
    api = paypalrestsdk.Api(endpoint=url, mode="sandbox", client_id="c", client_secret="not-a-secret")
    return api.get("v1/payments/payment/1")


add_answers(
    "paypalrestsdk",
    _paypal,
    {
        "client_refused": (REFUSED_US, Answer(401, {"error": "invalid_client"})),
        "forbidden": (REFUSED_US, Answer(403, {"name": "NOT_AUTHORIZED"})),
        "server_error": (FAILED, Answer(500, {"name": "INTERNAL_SERVICE_ERROR"})),
        "unavailable": (DOWN, Answer(503, {"name": "SERVICE_UNAVAILABLE"})),
        "missing": (FAILED, Answer(404, {"name": "INVALID_RESOURCE_ID"})),
        "conflict": (FAILED, Answer(409, {"name": "CONFLICT"})),
    },
)


@case("paypalrestsdk", "configuration", transient=False, status=500, severity="high")
def paypal_unconfigured() -> None:
    paypalrestsdk.Api(mode="nonsense", client_id="c", client_secret="not-a-secret")


def _plaid(url: str) -> Any:
    configuration = plaid.Configuration(host=url, api_key={"clientId": "c", "secret": "not-a-secret"})
    client = plaid_api.PlaidApi(plaid.ApiClient(configuration))
    return client.accounts_get(AccountsGetRequest(access_token="not-a-token"), _request_timeout=0.3)


def _plaid_error(status: int, type_: str, code: str) -> Answer:
    body = {"error_type": type_, "error_code": code, "error_message": "said so", "display_message": None}
    return Answer(status, body)


add_answers(
    "plaid-python",
    _plaid,
    {
        "keys_refused": (REFUSED_US, _plaid_error(400, "INVALID_INPUT", "INVALID_API_KEYS")),
        "unauthorized": (REFUSED_US, _plaid_error(401, "INVALID_INPUT", "UNAUTHORIZED")),
        "rate_limited": (THROTTLED, _plaid_error(429, "RATE_LIMIT_EXCEEDED", "ACCOUNTS_LIMIT")),
        "internal": (FAILED, _plaid_error(500, "API_ERROR", "INTERNAL_SERVER_ERROR")),
        "maintenance": (DOWN, _plaid_error(503, "API_ERROR", "PLANNED_MAINTENANCE")),
    },
)


@case("plaid-python", "system", transient=False, status=500, severity="high")
def plaid_type_wrong() -> None:
    AccountsGetRequest(access_token=1)


def _pusher(url: str) -> Any:
    client = pusher.Pusher("1", "key", "not-a-secret", host="127.0.0.1", port=int(url.rpartition(":")[2]), ssl=False, timeout=1)
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


def _svix(url: str) -> Any:
    options = svix.SvixOptions(server_url=url, retry_schedule=[])
    return svix.Svix("not-a-token", options).application.get("app")


add_answers(
    "svix",
    _svix,
    {
        "unauthorized": (REFUSED_US, Answer(401, {"code": "authentication_failed", "detail": "Invalid token"})),
        "missing": (FAILED, Answer(404, {"code": "not_found", "detail": "Entity not found"})),
        "unprocessable": (FAILED, Answer(422, {"detail": [{"loc": ["body"], "msg": "x", "type": "value_error"}]})),
        "rate_limited": (THROTTLED, Answer(429, {"code": "rate_limited", "detail": "Too many"})),
        "server_error": (FAILED, Answer(500, {"code": "internal", "detail": "oops"})),
    },
)


@case("svix", "authentication", transient=False, status=401, severity="low", note="the sender of a webhook is our client")
def svix_signature() -> None:
    headers = {"svix-id": "1", "svix-timestamp": "1", "svix-signature": "v1,bm90"}
    svix.Webhook("whsec_" + "bm90LWEtc2VjcmV0").verify("{}", headers)


def _maxmind(url: str) -> Any:
    client = geoip2.webservice.Client(1, "not-a-key", host=url.removeprefix("http://"), timeout=0.3)
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


@case("geoip2", "configuration", transient=False, status=500, severity="high", note="the database file is part of the installation")
def geoip_database_missing() -> None:
    geoip2.database.Reader("/no/such/GeoLite2-City.mmdb")


# --- LiteLLM ----------------------------------------------------------------------------------------------------------
def _litellm(url: str) -> Any:
    return litellm.completion(
        "openai/gpt-4o", [{"role": "user", "content": "x"}], api_base=url, api_key="not-a-key", num_retries=0, timeout=0.5
    )


def _openai(status: int, message: str, type_: str, code: str | None) -> Answer:
    return Answer(status, {"error": {"message": message, "type": type_, "param": None, "code": code}})


add_answers(
    "litellm",
    _litellm,
    {
        "key_refused": (REFUSED_US, _openai(401, "Incorrect API key provided", "invalid_request_error", "invalid_api_key")),
        "model_missing": (FAILED, _openai(404, "The model does not exist", "invalid_request_error", "model_not_found")),
        "context_too_long": (
            FAILED,
            _openai(
                400, "This model's maximum context length is 8192 tokens.", "invalid_request_error", "context_length_exceeded"
            ),
        ),
        "rate_limited": (THROTTLED, _openai(429, "Rate limit reached", "requests", "rate_limit_exceeded")),
        "server_error": (FAILED, _openai(500, "The server had an error", "server_error", None)),
        "overloaded": (DOWN, _openai(503, "overloaded", "server_error", None)),
    },
)
add_links("litellm", _litellm, leave_out=("cut_off", "reset"))


@case("litellm", "system", transient=False, status=500, severity="high", note="a wrong argument in our own code")
def provider_unknown() -> None:
    litellm.completion("no-such-provider-model", [{"role": "user", "content": "x"}])


