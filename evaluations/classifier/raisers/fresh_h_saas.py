"""Clients of mailers, clouds, shops and social networks, against a server on loopback."""

from __future__ import annotations

import os

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
    UNPAID,
    answering,
    closed_port,
    refusing,
)


def _sib(base: str) -> None:
    import sib_api_v3_sdk

    settings = sib_api_v3_sdk.Configuration()
    settings.host = base
    settings.api_key["api-key"] = "xkeysib-test"
    sib_api_v3_sdk.AccountApi(sib_api_v3_sdk.ApiClient(settings)).get_account(_request_timeout=0.4)


@case("sib-api-v3-sdk", "authentication", **OUR_KEY)
def fresh_h_key_not_found() -> None:
    with answering(401, {"message": "Key not found", "code": "unauthorized"}) as base:
        _sib(base)


@case("sib-api-v3-sdk", "resource", **UNPAID)
def fresh_h_credits_used_up() -> None:
    with answering(402, {"code": "not_enough_credits", "message": "You do not have enough credits"}) as base:
        _sib(base)


@case("sib-api-v3-sdk", "external_service", **UNAVAILABLE)
def fresh_h_sib_api_v3_sdk_bad_gateway() -> None:
    with answering(502, HTML) as base:
        _sib(base)


@case("sib-api-v3-sdk", "system", **BUG)
def fresh_h_required_parameter() -> None:
    import sib_api_v3_sdk

    sib_api_v3_sdk.ContactsApi(sib_api_v3_sdk.ApiClient()).create_contact(None)


def _klaviyo(base: str) -> None:
    from klaviyo_api import KlaviyoAPI

    KlaviyoAPI("pk_test", max_delay=0, max_retries=0, test_host=base).Accounts.get_accounts(_request_timeout=0.4)


@case("klaviyo-api", "authentication", **OUR_KEY)
def fresh_h_forbidden() -> None:
    detail = "You do not have permission to perform this action."
    with answering(403, {"errors": [{"status": 403, "code": "permission_denied", "detail": detail}]}) as base:
        _klaviyo(base)


@case("klaviyo-api", "resource", **THROTTLED)
def fresh_h_throttled() -> None:
    detail = "Request was throttled. Expected available in 1 second."
    with answering(
        429, {"errors": [{"status": 429, "code": "throttled", "detail": detail}]}, headers={"Retry-After": "1"}
    ) as base:
        _klaviyo(base)


@case("klaviyo-api", "external_service", **FAILED)
def fresh_h_peer_failed() -> None:
    with answering(500, {"errors": [{"status": 500, "code": "error", "title": "A server error occurred."}]}) as base:
        _klaviyo(base)


@case("klaviyo-api", "configuration", **SETTINGS)
def fresh_h_no_key() -> None:
    from klaviyo_api import KlaviyoAPI

    KlaviyoAPI(None)


def _droplet(base: str) -> None:
    import digitalocean

    digitalocean.Droplet(token="dop_v1_test", end_point=f"{base}/", id=42).load()


@case("python-digitalocean", "configuration", **SETTINGS)
def fresh_h_no_token() -> None:
    import digitalocean

    os.environ.pop("DIGITALOCEAN_ACCESS_TOKEN", None)
    digitalocean.Manager(token="").get_all_droplets()


@case("python-digitalocean", "external_service", **ODD_REQUEST)
def fresh_h_no_such_droplet() -> None:
    with answering(404, {"id": "not_found", "message": "The resource you requested could not be found."}) as base:
        _droplet(base)


@case("python-digitalocean", "authentication", **OUR_KEY)
def fresh_h_unauthorized() -> None:
    with answering(401, {"id": "Unauthorized", "message": "Unable to authenticate you"}) as base:
        _droplet(base)


@case("python-digitalocean", "external_service", **FAILED)
def fresh_h_answer_is_html() -> None:
    with answering(200, HTML) as base:
        _droplet(base)


@case("python-digitalocean", "configuration", **SETTINGS)
def fresh_h_end_point_is_no_url() -> None:
    import digitalocean

    digitalocean.Manager(token="dop_v1_test", end_point="api.example.com/v2")


def _ovh(base: str) -> None:
    import ovh
    from ovh.client import ENDPOINTS

    ENDPOINTS["loopback"] = base
    client = ovh.Client("loopback", application_key="ak", application_secret="as", consumer_key="ck", timeout=0.4)
    client._time_delta = 0
    client.get("/me")


@case("ovh", "authentication", **OUR_KEY)
def fresh_h_invalid_credential() -> None:
    with answering(403, {"errorCode": "INVALID_CREDENTIAL", "message": "This credential does not exist"}) as base:
        _ovh(base)


@case("ovh", "authentication", **OUR_KEY)
def fresh_h_call_not_granted() -> None:
    with answering(403, {"errorCode": "NOT_GRANTED_CALL", "message": "This call has not been granted"}) as base:
        _ovh(base)


@case("ovh", "network", **SILENT)
def fresh_h_peer_silent() -> None:
    with answering(silent=True) as base:
        _ovh(base)


@case("ovh", "external_service", **FAILED)
def fresh_h_answer_not_decoded() -> None:
    with answering(200, HTML) as base:
        _ovh(base)


@case("ovh", "configuration", **SETTINGS)
def fresh_h_unknown_region() -> None:
    import ovh

    ovh.Client("ovh-mars", application_key="ak", application_secret="as")


@case("ovh", "configuration", **SETTINGS)
def fresh_h_secret_missing() -> None:
    import ovh

    ovh.Client("ovh-eu", application_key="ak", client_id=None)


def _proxmox(base: str, **more: object) -> object:
    from proxmoxer import ProxmoxAPI
    from proxmoxer.backends import https

    host = base.removeprefix("http://")
    backend = https.Backend(host, user="svc@pve", token_name="t", token_value="v", verify_ssl=False, timeout=1, **more)
    api = ProxmoxAPI(host, user="svc@pve", token_name="t", token_value="v", verify_ssl=False)
    api._store.update({"base_url": f"{base}/api2/json", "session": backend.get_session()})
    return api.nodes.get()


@case("proxmoxer", "external_service", **FAILED)
def fresh_h_cluster_failed() -> None:
    with answering(500, "no such cluster node 'pve2'") as base:
        _proxmox(base)


@case("proxmoxer", "external_service", **FAILED, note="501: the peer has no such method")
def fresh_h_not_implemented() -> None:
    with answering(501, "Method 'GET /nodes' not implemented") as base:
        _proxmox(base)


@case("proxmoxer", "network", **REFUSED)
def fresh_h_proxmoxer_refused() -> None:
    _proxmox(refusing())


@case("proxmoxer", "system", **BUG)
def fresh_h_unknown_backend() -> None:
    from proxmoxer import ProxmoxAPI

    ProxmoxAPI("pve.example.com", user="svc@pve", backend="carrier_pigeon")


def _toot(base: str) -> None:
    from mastodon import Mastodon

    api = Mastodon(access_token="token", api_base_url=base, ratelimit_method="throw", request_timeout=0.4)
    api.account_verify_credentials()


@case("mastodon-py", "authentication", **OUR_KEY)
def fresh_h_token_revoked() -> None:
    with answering(401, {"error": "The access token was revoked"}) as base:
        _toot(base)


@case("mastodon-py", "resource", **THROTTLED)
def fresh_h_rate_limit() -> None:
    with answering(429, {"error": "Throttled"}) as base:
        _toot(base)


@case("mastodon-py", "external_service", **UNAVAILABLE)
def fresh_h_mastodon_py_bad_gateway() -> None:
    with answering(502, HTML) as base:
        _toot(base)


@case("mastodon-py", "external_service", **FAILED)
def fresh_h_internal_server_error() -> None:
    with answering(500, {"error": "Internal Server Error"}) as base:
        _toot(base)


@case("mastodon-py", "network", **REFUSED)
def fresh_h_mastodon_py_refused() -> None:
    _toot(refusing())


@case("mastodon-py", "external_service", **ODD_REQUEST)
def fresh_h_record_not_found() -> None:
    with answering(404, {"error": "Record not found"}) as base:
        _toot(base)


def _bluesky(base: str) -> None:
    from atproto import Client

    Client(base_url=base).login("bot.example.com", "app-password")


@case("atproto", "authentication", **OUR_KEY)
def fresh_h_wrong_password() -> None:
    body = {"error": "AuthenticationRequired", "message": "Invalid identifier or password"}
    with answering(401, body) as base:
        _bluesky(base)


@case("atproto", "resource", **THROTTLED)
def fresh_h_rate_limit_exceeded() -> None:
    with answering(429, {"error": "RateLimitExceeded", "message": "Rate Limit Exceeded"}) as base:
        _bluesky(base)


@case("atproto", "external_service", **UNAVAILABLE)
def fresh_h_atproto_bad_gateway() -> None:
    with answering(502, {"error": "UpstreamFailure", "message": "Upstream service unreachable"}) as base:
        _bluesky(base)


@case("atproto", "network", **REFUSED)
def fresh_h_atproto_refused() -> None:
    _bluesky(refusing())


@case("atproto", "system", **BUG, note="the code sends before it logs in")
def fresh_h_not_logged_in() -> None:
    from atproto import Client

    Client(base_url="http://127.0.0.1:9").send_post("hello")


@case("woocommerce", "network", **SILENT)
def fresh_h_shop_silent() -> None:
    from woocommerce import API

    with answering(silent=True) as base:
        API(base, "ck_test", "cs_test", timeout=0.3).get("products")


@case("woocommerce", "network", **REFUSED)
def fresh_h_shop_refused() -> None:
    from woocommerce import API

    API(refusing(), "ck_test", "cs_test").get("orders/1")


@case("woocommerce", "external_service", **FAILED)
def fresh_h_shop_answers_html() -> None:
    from woocommerce import API

    with answering(200, HTML) as base:
        API(base, "ck_test", "cs_test").get("products").json()


@case("mercadopago", "external_service", **FAILED)
def fresh_h_answer_is_no_json() -> None:
    from mercadopago.http import HttpClient

    with answering(200, HTML) as base:
        HttpClient().get(f"{base}/v1/payments/1", headers={}, maxretries=0)


@case("mercadopago", "network", **REFUSED)
def fresh_h_mercadopago_refused() -> None:
    from mercadopago.http import HttpClient

    HttpClient().get(f"http://127.0.0.1:{closed_port()}/v1/payments/1", headers={}, maxretries=0)


@case("mercadopago", "system", **BUG)
def fresh_h_payment_is_no_dict() -> None:
    import mercadopago

    mercadopago.SDK("TEST-token").payment().create("100.00")


def _expo(base: str) -> object:
    from exponent_server_sdk import PushClient, PushMessage

    return PushClient(host=base, timeout=0.4).publish(PushMessage(to="ExponentPushToken[test]", body="hi"))


@case("exponent-server-sdk", "external_service", transient=False, status=(502, 503), severity="medium")
def fresh_h_device_not_registered() -> None:
    ticket = {
        "status": "error",
        "message": "not a registered push recipient",
        "details": {"error": "DeviceNotRegistered"},
    }
    with answering(200, {"data": [ticket]}) as base:
        _expo(base).validate_response()


@case("exponent-server-sdk", "resource", **THROTTLED)
def fresh_h_rate_exceeded() -> None:
    ticket = {"status": "error", "message": "rate exceeded", "details": {"error": "MessageRateExceeded"}}
    with answering(200, {"data": [ticket]}) as base:
        _expo(base).validate_response()


@case("exponent-server-sdk", "external_service", **FAILED)
def fresh_h_no_data_in_answer() -> None:
    with answering(200, {"ok": True}) as base:
        _expo(base)


@case("exponent-server-sdk", "external_service", **UNAVAILABLE)
def fresh_h_gateway_page() -> None:
    with answering(503, HTML) as base:
        _expo(base)
