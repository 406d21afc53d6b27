"""SDKs of language models, against a server that answers as the vendors do."""

from __future__ import annotations

from typing import Any

import anthropic
import cohere
import groq
import huggingface_hub
import ollama
import openai
import replicate
import together
from google import genai
from google.genai import types as genai_types
from huggingface_hub import InferenceClient
from mistralai.client import Mistral
from pydantic import BaseModel

from evaluations.classifier.cases import case
from evaluations.classifier.raisers.scaffold_http import (
    DOWN,
    FAILED,
    GATEWAY,
    NONSENSE,
    QUOTA,
    REFUSED_US,
    SLOW,
    THROTTLED,
    Answer,
    add_answers,
    add_links,
    serving,
)

KEY = "not-a-key"
MESSAGES: list[Any] = [{"role": "user", "content": "hello"}]
MISREAD = "the peer's answer does not have the shape of its API: nonsense of a peer, not our client's input"


def _openai_error(message: str, type_: str, code: str | None = None, param: str | None = None) -> dict[str, Any]:
    return {"error": {"message": message, "type": type_, "param": param, "code": code}}


_OPENAI_LIKE = {
    "key_refused": (
        REFUSED_US,
        Answer(401, _openai_error("Incorrect API key provided.", "invalid_request_error", "invalid_api_key")),
    ),
    "country_refused": (
        REFUSED_US,
        Answer(
            403, _openai_error("Country not supported", "request_forbidden", "unsupported_country_region_territory")
        ),
    ),
    "model_missing": (
        FAILED,
        Answer(404, _openai_error("The model `gpt-9` does not exist", "invalid_request_error", "model_not_found")),
    ),
    "context_too_long": (
        FAILED,
        Answer(
            400,
            _openai_error(
                "This model's maximum context length is 8192 tokens.",
                "invalid_request_error",
                "context_length_exceeded",
                "messages",
            ),
        ),
    ),
    "unprocessable": (FAILED, Answer(422, _openai_error("Unprocessable", "invalid_request_error"))),
    "conflict": (FAILED, Answer(409, _openai_error("Another request is in progress", "invalid_request_error"))),
    "rate_limited": (
        THROTTLED,
        Answer(
            429,
            _openai_error("Rate limit reached for requests", "requests", "rate_limit_exceeded"),
            {"Retry-After": "7"},
        ),
    ),
    "server_error": (FAILED, Answer(500, _openai_error("The server had an error", "server_error"))),
    "bad_gateway": (DOWN, GATEWAY),
    "overloaded": (DOWN, Answer(503, _openai_error("The engine is currently overloaded", "service_unavailable"))),
    "gateway_timeout": (SLOW, Answer(504, "upstream request timeout", type="text/plain")),
}
_NO_QUOTA = Answer(429, _openai_error("You exceeded your current quota", "insufficient_quota", "insufficient_quota"))


# --- OpenAI ----------------------------------------------------------------------------------------------------------
def _openai(url: str) -> Any:
    client = openai.OpenAI(api_key=KEY, base_url=url, max_retries=0, timeout=0.8)
    return client.chat.completions.create(model="gpt-4o", messages=MESSAGES)


add_answers("openai", _openai, _OPENAI_LIKE)
add_links("openai", _openai)
add_answers("openai", _openai, {"quota_spent": (QUOTA, _NO_QUOTA)})


@case("openai", "network", transient=True, status=504, severity="medium")
async def silent_async() -> None:
    with serving(Answer(how="hang")) as url:
        client = openai.AsyncOpenAI(api_key=KEY, base_url=url, max_retries=0, timeout=0.2)
        await client.chat.completions.create(model="gpt-4o", messages=MESSAGES)


@case("openai", "resource", transient=True, status=503, severity="medium")
async def rate_limited_async() -> None:
    with serving(_OPENAI_LIKE["rate_limited"][1]) as url:
        client = openai.AsyncOpenAI(api_key=KEY, base_url=url, max_retries=0, timeout=2)
        await client.embeddings.create(model="text-embedding-3-small", input="hello")


@case("openai", "configuration", transient=False, status=500, severity="high")
def no_key() -> None:
    openai.OpenAI(base_url="http://127.0.0.1:1", api_key=None)


@case("openai", "external_service", transient=False, status=(502, 503), severity="medium")
def stream_error() -> None:
    body = 'data: {"error": {"message": "The server had an error", "type": "server_error"}}\n\n'
    with serving(Answer(200, body, type="text/event-stream")) as url:
        client = openai.OpenAI(api_key=KEY, base_url=url, max_retries=0, timeout=2)
        list(client.chat.completions.create(model="gpt-4o", messages=MESSAGES, stream=True))


@case("openai", "external_service", transient=False, status=(502, 503), severity="medium", note=MISREAD)
def parsed_cut_by_length() -> None:
    class Quote(BaseModel):
        price: int

    answer = {
        "id": "1",
        "object": "chat.completion",
        "created": 1,
        "model": "gpt-4o",
        "choices": [{"index": 0, "finish_reason": "length", "message": {"role": "assistant", "content": '{"price":'}}],
    }
    with serving(Answer(200, answer)) as url:
        client = openai.OpenAI(api_key=KEY, base_url=url, max_retries=0, timeout=2)
        client.beta.chat.completions.parse(model="gpt-4o", messages=MESSAGES, response_format=Quote)


@case(
    "openai",
    "authentication",
    transient=False,
    status=401,
    severity="low",
    note="the sender of a webhook is our client",
)
def webhook_signature() -> None:
    client = openai.OpenAI(api_key=KEY, webhook_secret="whsec_" + "bm90LWEtc2VjcmV0")
    headers = {"webhook-id": "1", "webhook-timestamp": "1", "webhook-signature": "v1,bm90"}
    client.webhooks.unwrap("{}", headers)


# --- Anthropic -------------------------------------------------------------------------------------------------------
def _anthropic(url: str) -> Any:
    client = anthropic.Anthropic(api_key=KEY, base_url=url, max_retries=0, timeout=0.8)
    return client.messages.create(model="claude-x", max_tokens=10, messages=MESSAGES)


def _anthropic_error(type_: str, message: str) -> dict[str, Any]:
    return {"type": "error", "error": {"type": type_, "message": message}, "request_id": "req_1"}


add_answers(
    "anthropic",
    _anthropic,
    {
        "invalid_request": (FAILED, Answer(400, _anthropic_error("invalid_request_error", "max_tokens: too large"))),
        "key_refused": (REFUSED_US, Answer(401, _anthropic_error("authentication_error", "invalid x-api-key"))),
        "not_permitted": (REFUSED_US, Answer(403, _anthropic_error("permission_error", "not allowed"))),
        "model_missing": (FAILED, Answer(404, _anthropic_error("not_found_error", "model: claude-x"))),
        "too_large": (FAILED, Answer(413, _anthropic_error("request_too_large", "Request exceeds the maximum size"))),
        "rate_limited": (
            THROTTLED,
            Answer(429, _anthropic_error("rate_limit_error", "This request would exceed"), {"Retry-After": "12"}),
        ),
        "server_error": (FAILED, Answer(500, _anthropic_error("api_error", "Internal server error"))),
        "overloaded": (DOWN, Answer(529, _anthropic_error("overloaded_error", "Overloaded"))),
        "bad_gateway": (DOWN, GATEWAY),
    },
)
add_links("anthropic", _anthropic)


@case("anthropic", "external_service", transient=True, status=(502, 503), severity="medium", note="says 'not now'")
def overloaded_in_stream() -> None:
    body = 'event: error\ndata: {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}\n\n'
    with serving(Answer(200, body, type="text/event-stream")) as url:
        client = anthropic.Anthropic(api_key=KEY, base_url=url, max_retries=0, timeout=2)
        list(client.messages.create(model="claude-x", max_tokens=10, messages=MESSAGES, stream=True))


# --- Groq, Together: the same generator as OpenAI's ------------------------------------------------------------------
def _groq(url: str) -> Any:
    client = groq.Groq(api_key=KEY, base_url=url, max_retries=0, timeout=0.8)
    return client.chat.completions.create(model="llama", messages=MESSAGES)


def _together(url: str) -> Any:
    client = together.Together(api_key=KEY, base_url=url, max_retries=0, timeout=0.8)
    return client.chat.completions.create(model="llama", messages=MESSAGES)


for _library, _call in (("groq", _groq), ("together", _together)):
    _some = ("key_refused", "model_missing", "context_too_long", "rate_limited", "server_error", "overloaded")
    add_answers(_library, _call, {name: _OPENAI_LIKE[name] for name in _some})
    add_links(_library, _call, leave_out=("cut_off",))


@case("groq", "configuration", transient=False, status=500, severity="high")
def no_key_for_groq() -> None:
    groq.Groq(api_key=None)


# --- Mistral ---------------------------------------------------------------------------------------------------------
def _mistral(url: str) -> Any:
    client = Mistral(api_key=KEY, server_url=url, timeout_ms=800)
    return client.chat.complete(model="mistral-small", messages=MESSAGES)


add_answers(
    "mistralai",
    _mistral,
    {
        "key_refused": (REFUSED_US, Answer(401, {"message": "Unauthorized", "request_id": "1"})),
        "unprocessable": (
            FAILED,
            Answer(422, {"detail": [{"loc": ["body", "model"], "msg": "field required", "type": "value_error"}]}),
        ),
        "rate_limited": (THROTTLED, Answer(429, {"message": "Requests rate limit exceeded"}, {"Retry-After": "3"})),
        "server_error": (FAILED, Answer(500, {"message": "Internal error"})),
        "overloaded": (DOWN, Answer(503, {"message": "Service unavailable."})),
        "nonsense": (FAILED, NONSENSE),
        "misshapen": (FAILED, Answer(200, {"what": 1})),
    },
)
add_links("mistralai", _mistral)


# --- Cohere ----------------------------------------------------------------------------------------------------------
def _cohere(url: str) -> Any:
    client = cohere.ClientV2(api_key=KEY, base_url=url, timeout=0.8)
    options: Any = {"max_retries": 0}
    return client.chat(model="command-r", messages=MESSAGES, request_options=options)


add_answers(
    "cohere",
    _cohere,
    {
        "bad_request": (FAILED, Answer(400, {"message": "invalid request: model not found"})),
        "key_refused": (REFUSED_US, Answer(401, {"message": "invalid api token"})),
        "forbidden": (REFUSED_US, Answer(403, {"message": "forbidden"})),
        "model_missing": (FAILED, Answer(404, {"message": "model not found"})),
        "unprocessable": (FAILED, Answer(422, {"message": "unprocessable"})),
        "rate_limited": (THROTTLED, Answer(429, {"message": "trial key rate limit"})),
        "server_error": (FAILED, Answer(500, {"message": "internal server error"})),
        "unavailable": (DOWN, Answer(503, {"message": "service unavailable"})),
        "nonsense": (FAILED, NONSENSE),
    },
)
add_links("cohere", _cohere)


# --- Google ----------------------------------------------------------------------------------------------------------
def _genai(url: str) -> Any:
    options = genai_types.HttpOptions(base_url=url, timeout=800, retry_options=genai_types.HttpRetryOptions(attempts=1))
    client = genai.Client(api_key=KEY, http_options=options)
    return client.models.generate_content(model="gemini-2.0-flash", contents="hello")


def _google_error(code: int, status: str, message: str) -> Answer:
    return Answer(code, {"error": {"code": code, "message": message, "status": status}})


add_answers(
    "google-genai",
    _genai,
    {
        "key_refused": (
            REFUSED_US,
            _google_error(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key."),
        ),
        "unauthenticated": (REFUSED_US, _google_error(401, "UNAUTHENTICATED", "Request had invalid credentials")),
        "permission_denied": (REFUSED_US, _google_error(403, "PERMISSION_DENIED", "Your API key was reported")),
        "model_missing": (FAILED, _google_error(404, "NOT_FOUND", "models/x is not found")),
        "rate_limited": (THROTTLED, _google_error(429, "RESOURCE_EXHAUSTED", "Resource exhausted, try again later")),
        "server_error": (FAILED, _google_error(500, "INTERNAL", "An internal error has occurred")),
        "overloaded": (DOWN, _google_error(503, "UNAVAILABLE", "The model is overloaded")),
        "deadline": (SLOW, _google_error(504, "DEADLINE_EXCEEDED", "Deadline expired before operation")),
        "bad_gateway": (DOWN, GATEWAY),
    },
)
add_links("google-genai", _genai, leave_out=("cut_off",))


# --- Ollama ----------------------------------------------------------------------------------------------------------
def _ollama(url: str) -> Any:
    return ollama.Client(host=url, timeout=0.8).chat(model="llama3", messages=MESSAGES)


add_answers(
    "ollama",
    _ollama,
    {
        "model_missing": (FAILED, Answer(404, {"error": 'model "llama3" not found, try pulling it first'})),
        "server_error": (FAILED, Answer(500, {"error": "llama runner process has terminated: signal: killed"})),
        "busy": (DOWN, Answer(503, {"error": "server busy, please try again.  maximum pending requests exceeded"})),
        "rate_limited": (THROTTLED, Answer(429, {"error": "too many requests"})),
    },
)
add_links("ollama", _ollama)


# --- Hugging Face ----------------------------------------------------------------------------------------------------
def _inference(url: str) -> Any:
    return InferenceClient(base_url=url, token=KEY, timeout=0.8).chat_completion(MESSAGES, model="m", max_tokens=5)


def _model_info(url: str) -> Any:
    return huggingface_hub.HfApi(endpoint=url, token=False).model_info("org/model", timeout=1)


add_answers(
    "huggingface_hub",
    _inference,
    {
        "token_refused": (REFUSED_US, Answer(401, {"error": "Invalid username or password."})),
        "payment_due": (QUOTA, Answer(402, {"error": "You have exceeded your monthly included credits"})),
        "rate_limited": (THROTTLED, Answer(429, {"error": "Too many requests"})),
        "loading": (DOWN, Answer(503, {"error": "Model is currently loading", "estimated_time": 20.0})),
        "unprocessable": (FAILED, Answer(422, {"error": "Input validation error"})),
    },
)
add_answers(
    "huggingface_hub",
    _model_info,
    {
        "repository_missing": (
            FAILED,
            Answer(404, {"error": "Repository not found"}, {"X-Error-Code": "RepoNotFound"}),
        ),
        "gated": (
            REFUSED_US,
            Answer(403, {"error": "Access to model is restricted"}, {"X-Error-Code": "GatedRepo"}),
        ),
        "hub_down": (FAILED, Answer(500, {"error": "Internal Error"})),
    },
)
add_links("huggingface_hub", _inference, leave_out=("cut_off",))


@case("huggingface_hub", "system", transient=False, status=500, severity="high", note="our own call is malformed")
def repository_id_malformed() -> None:
    huggingface_hub.hf_hub_download("not a repo/id/with/parts", "config.json")


# --- Replicate -------------------------------------------------------------------------------------------------------
def _replicate(url: str) -> Any:
    import httpx

    client = replicate.Client(api_token=KEY, base_url=url, timeout=httpx.Timeout(0.8))
    return client.models.get("owner/name")


add_answers(
    "replicate",
    _replicate,
    {
        "token_refused": (
            REFUSED_US,
            Answer(401, {"title": "Unauthenticated", "detail": "You did not pass a valid token", "status": 401}),
        ),
        "model_missing": (FAILED, Answer(404, {"detail": "The requested resource could not be found.", "status": 404})),
        "payment_due": (QUOTA, Answer(402, {"title": "Insufficient credit", "detail": "Top up", "status": 402})),
        "unprocessable": (FAILED, Answer(422, {"title": "Input validation failed", "status": 422})),
        "server_error": (FAILED, Answer(500, {"detail": "Internal server error", "status": 500})),
    },
)
