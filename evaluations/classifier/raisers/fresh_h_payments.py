"""Clients of payments, of billing, of video, of chats and of dashboards."""

from __future__ import annotations

import os
from typing import Any

from evaluations.classifier.cases import case
from evaluations.classifier.raisers._fresh_h import (
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


def _lithic(base: str) -> None:
    from lithic import Lithic

    Lithic(api_key="test", base_url=base, max_retries=0, timeout=0.5).cards.retrieve("card-1")


@case("lithic", "authentication", **OUR_KEY)
def fresh_h_key_refused() -> None:
    with answering(401, {"message": "Please provide a valid API key", "debugging_request_id": "r-1"}) as base:
        _lithic(base)


@case("lithic", "resource", **THROTTLED)
def fresh_h_lithic_rate_limit() -> None:
    with answering(429, {"message": "Rate limit exceeded"}, headers={"Retry-After": "1"}) as base:
        _lithic(base)


@case("lithic", "external_service", **FAILED)
def fresh_h_lithic_internal_error() -> None:
    with answering(500, {"message": "Internal server error"}) as base:
        _lithic(base)


@case("lithic", "network", **SILENT)
def fresh_h_lithic_silent() -> None:
    with answering(silent=True) as base:
        _lithic(base)


@case("lithic", "configuration", **SETTINGS)
def fresh_h_lithic_key_not_set() -> None:
    from lithic import Lithic

    os.environ.pop("LITHIC_API_KEY", None)
    Lithic()


def _orb(base: str) -> None:
    from orb import Orb

    Orb(api_key="test", base_url=base, max_retries=0, timeout=0.5).customers.fetch("c-1")


def _problem(status: int, kind: str, title: str) -> Any:
    place = f"https://docs.example.com/error-types#{kind}"
    return answering(status, {"type": place, "status": status, "title": title, "detail": title})


@case("orb-billing", "authentication", **OUR_KEY)
def fresh_h_authentication_error() -> None:
    with _problem(401, "authentication-error", "This request is not authorized.") as base:
        _orb(base)


@case("orb-billing", "external_service", **ODD_REQUEST)
def fresh_h_customer_not_found() -> None:
    with _problem(404, "resource-not-found", "Customer not found") as base:
        _orb(base)


@case("orb-billing", "resource", **THROTTLED)
def fresh_h_too_many_requests() -> None:
    with _problem(429, "too-many-requests", "Too many requests") as base:
        _orb(base)


@case("orb-billing", "network", **REFUSED)
def fresh_h_refused() -> None:
    _orb(refusing())


def _runway(base: str) -> None:
    from runwayml import RunwayML

    client = RunwayML(api_key="test", base_url=base, max_retries=0, timeout=0.5)
    client.tasks.retrieve("17f20503-6c24-4c16-946b-35dbbce2af2f")


@case("runwayml", "external_service", **UNAVAILABLE)
def fresh_h_overloaded() -> None:
    with answering(503, {"error": "The service is overloaded."}) as base:
        _runway(base)


@case("runwayml", "external_service", **UNAVAILABLE)
def fresh_h_bad_gateway_page() -> None:
    with answering(502, HTML) as base:
        _runway(base)


@case("runwayml", "network", **REFUSED, note="cut off in the middle of the body")
def fresh_h_answer_cut_off() -> None:
    with answering(200, {"id": "17f20503"}, cut=True) as base:
        _runway(base)


@case("runwayml", "configuration", **SETTINGS)
def fresh_h_runwayml_key_not_set() -> None:
    from runwayml import RunwayML

    os.environ.pop("RUNWAYML_API_SECRET", None)
    RunwayML()


def _webex(base: str) -> None:
    from webexpythonsdk import WebexAPI

    api = WebexAPI(access_token="token", base_url=f"{base}/v1/", single_request_timeout=1, wait_on_rate_limit=False)
    api.people.me()


@case("webexpythonsdk", "authentication", **OUR_KEY)
def fresh_h_token_expired() -> None:
    message = "The request requires a valid access token set in the Authorization request header."
    with answering(401, {"message": message, "trackingId": "t-1"}) as base:
        _webex(base)


@case("webexpythonsdk", "resource", **THROTTLED)
def fresh_h_webexpythonsdk_rate_limit() -> None:
    with answering(429, {"message": "Too Many Requests", "trackingId": "t-1"}, headers={"Retry-After": "3"}) as base:
        _webex(base)


@case("webexpythonsdk", "external_service", **UNAVAILABLE)
def fresh_h_service_unavailable() -> None:
    with answering(503, {"message": "Service Unavailable", "trackingId": "t-1"}) as base:
        _webex(base)


@case("webexpythonsdk", "configuration", **SETTINGS)
def fresh_h_no_token() -> None:
    from webexpythonsdk import WebexAPI

    os.environ.pop("WEBEX_ACCESS_TOKEN", None)
    WebexAPI()


def _grafana(base: str) -> None:
    from grafana_client import GrafanaApi

    host, port = base.removeprefix("http://").split(":")
    GrafanaApi("token", host=host, port=int(port), timeout=0.5).search.search_dashboards()


@case("grafana-client", "authentication", **OUR_KEY)
def fresh_h_unauthorized() -> None:
    with answering(401, {"message": "Invalid API key"}) as base:
        _grafana(base)


@case("grafana-client", "external_service", **FAILED)
def fresh_h_server_error() -> None:
    with answering(500, {"message": "Search failed"}) as base:
        _grafana(base)


@case("grafana-client", "external_service", **ODD_REQUEST)
def fresh_h_dashboard_not_found() -> None:
    with answering(404, {"message": "Dashboard not found"}) as base:
        _grafana(base)


@case("grafana-client", "network", **SILENT)
def fresh_h_grafana_client_silent() -> None:
    with answering(silent=True) as base:
        _grafana(base)


def _kassa(base: str) -> None:
    from yookassa import Configuration, Payment

    Configuration.configure("100500", "test_secret", api_url=base)
    Configuration.timeout, Configuration.max_attempts = 500, 1
    Payment.find_one("21740069-000f-50be-b000-0486ffbf45b0")


@case("yookassa", "authentication", **OUR_KEY)
def fresh_h_invalid_credentials() -> None:
    body = {"type": "error", "code": "invalid_credentials", "description": "Ошибка аутентификации: неверный ключ"}
    with answering(401, body) as base:
        _kassa(base)


@case("yookassa", "external_service", **ODD_REQUEST)
def fresh_h_payment_not_found() -> None:
    with answering(404, {"type": "error", "code": "not_found", "description": "Платёж не найден"}) as base:
        _kassa(base)


@case("yookassa", "external_service", **FAILED)
def fresh_h_yookassa_internal_error() -> None:
    with answering(500, {"type": "error", "code": "internal_server_error", "description": "Что-то не так"}) as base:
        _kassa(base)


@case("yookassa", "configuration", **SETTINGS)
def fresh_h_not_configured() -> None:
    from yookassa import Configuration, Payment

    Configuration.account_id = Configuration.secret_key = Configuration.auth_token = None
    Payment.find_one("21740069-000f-50be-b000-0486ffbf45b0")
