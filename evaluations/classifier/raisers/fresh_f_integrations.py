"""Webhooks, language models and other services an application talks to."""

from __future__ import annotations

import json
import socket
from dataclasses import dataclass
from typing import Any

import httpx
import requests
from pydantic import BaseModel, ValidationError
from tenacity import RetryError, Retrying, retry_if_exception_type, stop_after_attempt

from evaluations.classifier.raisers._fresh_f import (
    answering,
    bug,
    closed_port,
    contention,
    link,
    not_there,
    ours_refused,
    peer,
    ran_out,
    rule,
    settings,
    silent,
    stored,
    turned_away,
    wrong_input,
)


class IntegrationError(Exception):
    """An integration did not do what it was asked for."""

    def __init__(self, integration: str, message: str) -> None:
        super().__init__(f"[{integration}] {message}")
        self.integration = integration


@peer(transient=False)
def fresh_f_integration_crm_500() -> None:
    with answering(500, b"oops", "text/plain") as address:
        try:
            httpx.get(f"{address}/contacts", trust_env=False).raise_for_status()
        except httpx.HTTPStatusError as exc:
            raise IntegrationError("crm", "contacts were not synchronized") from exc


@peer(transient=False)
def fresh_f_integration_crm_404() -> None:
    with answering(404, b"{}") as address:
        try:
            httpx.get(f"{address}/contacts/5", trust_env=False).raise_for_status()
        except httpx.HTTPStatusError as exc:
            raise IntegrationError("crm", "contact was not synchronized") from exc


@ran_out(transient=True, status=503, severity="medium")
def fresh_f_integration_crm_429() -> None:
    with answering(429, b"{}") as address:
        try:
            httpx.get(f"{address}/contacts", trust_env=False).raise_for_status()
        except httpx.HTTPStatusError as exc:
            raise IntegrationError("crm", "contacts were not synchronized") from exc


@ours_refused()
def fresh_f_integration_crm_403() -> None:
    with answering(403, b"{}") as address:
        session = requests.Session()
        session.trust_env = False
        try:
            session.get(f"{address}/contacts").raise_for_status()
        except requests.HTTPError as exc:
            raise IntegrationError("crm", "contacts were not synchronized") from exc


@link()
def fresh_f_integration_crm_refused() -> None:
    session = requests.Session()
    session.trust_env = False
    try:
        session.get(f"http://127.0.0.1:{closed_port()}/contacts")
    except requests.RequestException as exc:
        raise IntegrationError("crm", "contacts were not synchronized") from exc


@link(504)
def fresh_f_integration_crm_silent() -> None:
    with silent() as port:
        session = requests.Session()
        session.trust_env = False
        try:
            session.get(f"http://127.0.0.1:{port}/contacts", timeout=0.1)
        except requests.RequestException as exc:
            raise IntegrationError("crm", "contacts were not synchronized") from exc


@peer(transient=False)
def fresh_f_integration_crm_not_json() -> None:
    with answering(200, b"<!doctype html><title>Sign in</title>", "text/html") as address:
        session = requests.Session()
        session.trust_env = False
        try:
            session.get(address).json()
        except requests.JSONDecodeError as exc:
            raise IntegrationError("crm", "contacts were not synchronized") from exc


class WebhookDeliveryFailed(Exception):
    def __init__(self, url: str, attempts: int) -> None:
        super().__init__(f"{url} did not take the event after {attempts} attempts")


@link()
def fresh_f_webhook_delivery_refused() -> None:
    url = f"http://127.0.0.1:{closed_port()}/hook"
    attempts = 0
    while True:
        attempts += 1
        try:
            httpx.post(url, json={}, trust_env=False)
        except httpx.ConnectError as exc:
            if attempts == 3:
                raise WebhookDeliveryFailed("subscriber", attempts) from exc


class WebhookPayloadInvalid(ValueError):
    pass


@wrong_input()
def fresh_f_webhook_payload_invalid() -> None:
    event: dict[str, Any] = {"id": "evt_1"}
    if "type" not in event:
        raise WebhookPayloadInvalid("event has no field 'type'")


@turned_away((400, 401, 403))
def fresh_f_webhook_replayed() -> None:
    class WebhookAuthenticationFailed(Exception):
        pass

    raise WebhookAuthenticationFailed("signed timestamp is older than five minutes")


class EndpointDisabled(Exception):
    pass


@rule()
def fresh_f_webhook_endpoint_disabled() -> None:
    raise EndpointDisabled("this endpoint was disabled by its owner, enable it before sending test events")


class LlmError(Exception):
    pass


class LlmOverloaded(LlmError):
    pass


@peer(transient=True)
def fresh_f_llm_overloaded() -> None:
    raise LlmOverloaded("model provider answered 529: overloaded")


class Verdict(BaseModel):
    label: str
    score: float


class UnparsableCompletion(LlmError):
    pass


@peer(transient=False, note="Nothing says that the model does better the next time.")
def fresh_f_llm_unparsable_completion() -> None:
    completion = "Sure! Here is the JSON you asked for"
    try:
        json.loads(completion)
    except json.JSONDecodeError as exc:
        raise UnparsableCompletion("model did not answer with JSON") from exc


class PromptTooLong(LlmError):
    pass


@wrong_input((400, 413, 422))
def fresh_f_llm_prompt_too_long() -> None:
    raise PromptTooLong("your question has 41000 tokens, 8000 are allowed")


@ran_out(transient=False, status=503, severity="high")
def fresh_f_llm_credit_used_up() -> None:
    raise LlmError("model provider: insufficient_quota, please check your plan and billing details")


@ran_out(transient=True, status=503, severity="medium")
def fresh_f_llm_rate_limited() -> None:
    class ModelRateLimited(LlmError):
        pass

    raise ModelRateLimited("model provider limits us to 500 requests a minute (429)")


@ours_refused()
def fresh_f_llm_key_refused() -> None:
    class ModelAccessError(LlmError):
        pass

    raise ModelAccessError("model provider answered 401: incorrect API key provided")


@link(504)
def fresh_f_llm_stream_timeout() -> None:
    class CompletionTimedOut(LlmError):
        pass

    with silent() as port:
        try:
            httpx.post(f"http://127.0.0.1:{port}/v1/chat", timeout=0.1, trust_env=False)
        except httpx.ReadTimeout as exc:
            raise CompletionTimedOut("no token arrived in time") from exc


@settings()
def fresh_f_llm_no_key() -> None:
    raise LlmError("LLM_API_KEY is missing from the environment")


@rule((400, 403, 409, 422))
def fresh_f_llm_topic_not_allowed() -> None:
    class TopicNotAllowed(LlmError):
        pass

    raise TopicNotAllowed("this assistant does not answer medical questions")


@not_there()
def fresh_f_llm_conversation_not_found() -> None:
    class ConversationNotFound(LlmError):
        pass

    raise ConversationNotFound("conversation does not exist or was deleted")


@bug()
def fresh_f_llm_prompt_placeholder() -> None:
    class PromptRenderingError(LlmError):
        pass

    template = "Hello {name}"
    try:
        template.format()
    except KeyError as exc:
        raise PromptRenderingError("prompt 'greeting'") from exc


@dataclass
class CircuitOpen(Exception):
    service: str

    def __str__(self) -> str:
        return f"circuit for {self.service} is open, calls are not attempted for 30 s"


@peer(transient=True, note="Nobody was asked; the last answers were failures.")
def fresh_f_integration_circuit_open() -> None:
    raise CircuitOpen("geocoder")


@peer(transient=True)
def fresh_f_integration_retry_error_503() -> None:
    def call(address: str) -> None:
        httpx.get(address, trust_env=False).raise_for_status()

    with answering(503) as address:
        try:
            Retrying(stop=stop_after_attempt(2), retry=retry_if_exception_type(httpx.HTTPStatusError))(call, address)
        except RetryError as exc:
            raise IntegrationError("geocoder", "address was not looked up") from exc


@link((500, 502, 503), transient=False, severity="high")
def fresh_f_integration_certificate() -> None:
    raise IntegrationError("erp", "certificate verify failed: certificate has expired")


@link()
def fresh_f_integration_cut_off() -> None:
    class TransferBroken(Exception):
        pass

    here, there = socket.socketpair()
    there.sendall(b"half")
    there.close()
    with here:
        received = here.recv(8) + here.recv(8)
    if len(received) < 8:
        raise TransferBroken("partner closed the connection in the middle of the file")


class PartnerSchemaChanged(Exception):
    pass


@peer(transient=False)
def fresh_f_integration_partner_schema() -> None:
    try:
        Verdict.model_validate({"label": "spam"})
    except ValidationError as exc:
        raise PartnerSchemaChanged("partner's answer does not fit the agreed schema") from exc


class SyncInProgress(Exception):
    pass


@contention()
def fresh_f_integration_sync_in_progress() -> None:
    raise SyncInProgress("a synchronization of this account is running already")


@settings()
def fresh_f_integration_no_client_id() -> None:
    raise IntegrationError("calendar", "OAUTH_CLIENT_ID is not configured")


@stored()
def fresh_f_integration_token_undecryptable() -> None:
    class StoredTokenUnreadable(Exception):
        pass

    raise StoredTokenUnreadable("the stored record of the connection cannot be decoded: unexpected end of data")


class ErpMaintenance(Exception):
    pass


@peer(transient=True)
def fresh_f_integration_erp_maintenance() -> None:
    raise ErpMaintenance("ERP system is in its maintenance window until 04:00")


@peer(transient=True)
def fresh_f_integration_service_indisponible() -> None:
    raise RuntimeError("le service de paiement a répondu 503 : service temporairement indisponible")


@link(504)
def fresh_f_integration_zeitueberschreitung() -> None:
    raise TimeoutError("Zeitüberschreitung beim Warten auf die Antwort des Lagersystems")
