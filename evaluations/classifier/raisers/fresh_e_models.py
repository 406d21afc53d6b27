"""Language models: their clients, what they say when they do not answer, and answers that nobody can use."""

from __future__ import annotations

import asyncio
import os
from typing import Any
from unittest import mock

os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")

import anthropic
import google.genai
import google.genai.errors
import google.genai.types
import langchain_core.exceptions
import langchain_core.language_models
import langchain_core.output_parsers
import langchain_core.prompts
import langchain_core.tools
import litellm
import openai
import pydantic

from evaluations.classifier.cases import case
from evaluations.classifier.raisers._fresh_e_web import (
    Label,
    answering,
    bug,
    declined,
    failed,
    nonsense,
    not_now,
    refused,
    refused_us,
    settings,
    silent,
    throttled,
    unpaid,
)
from evaluations.classifier.raisers._peers import base_url, closed_port

_SAYS: Any = [{"role": "user", "content": "Hello"}]
_KEY = "key-of-nobody"


class SummaryError(Exception):
    """An application's own, for whatever goes wrong with a summary."""


# --- openai -----------------------------------------------------------------------------------------------------------
def _openai(url: str, timeout: float = 3) -> str:
    client = openai.OpenAI(api_key=_KEY, base_url=f"{url}/v1", max_retries=0, timeout=timeout)
    with client:
        return str(client.chat.completions.create(model="gpt-5", messages=_SAYS).choices[0].message.content)


def _openai_says(name: str, meaning: Label, status: int, code: str | None, kind: str, message: str) -> None:
    def raiser() -> None:
        with answering(status, {"error": {"message": message, "type": kind, "param": None, "code": code}}) as url:
            _openai(url)

    raiser.__name__ = f"fresh_e_{name}"
    case("openai", **meaning)(raiser)


_openai_says(
    "key_is_wrong", refused_us, 401, "invalid_api_key", "invalid_request_error", "Incorrect API key provided: key-****."
)
_openai_says(
    "tokens_per_minute",
    throttled,
    429,
    "rate_limit_exceeded",
    "tokens",
    "Rate limit reached for gpt-5 on tokens per min (TPM): Limit 30000, Used 29800. Please try again in 1.2s.",
)
_openai_says(
    "quota_used_up",
    unpaid,
    429,
    "insufficient_quota",
    "insufficient_quota",
    "You exceeded your current quota, please check your plan and billing details.",
)
_openai_says(
    "server_had_an_error",
    failed,
    500,
    None,
    "server_error",
    "The server had an error while processing your request.",
)
_openai_says("overloaded", not_now, 503, None, "server_error", "The engine is currently overloaded, please try later")
_openai_says(
    "unsupported_parameter",
    declined,
    400,
    "unsupported_parameter",
    "invalid_request_error",
    "Unsupported parameter: 'max_tokens' is not supported with this model.",
)
_openai_says(
    "model_not_for_our_project",
    refused_us,
    403,
    "model_not_found",
    "invalid_request_error",
    "Project `proj_1` does not have access to model `gpt-5`",
)


@case("openai", **silent)
def fresh_e_completion_takes_too_long() -> None:
    _openai(f"{base_url()}/slow", timeout=0.3)


@case("openai", **refused)
def fresh_e_gateway_is_down() -> None:
    _openai(f"http://127.0.0.1:{closed_port()}")


@case("openai", **settings)
def fresh_e_no_key_in_the_environment() -> None:
    with mock.patch.dict(os.environ):
        os.environ.pop("OPENAI_API_KEY", None)
        openai.OpenAI()


# --- anthropic --------------------------------------------------------------------------------------------------------
def _anthropic(url: str, timeout: float = 3) -> None:
    with anthropic.Anthropic(api_key=_KEY, base_url=url, max_retries=0, timeout=timeout) as client:
        client.messages.create(model="claude-sonnet-4-5", max_tokens=9, messages=_SAYS)


def _anthropic_says(name: str, meaning: Label, status: int, kind: str, message: str) -> None:
    def raiser() -> None:
        with answering(status, {"type": "error", "error": {"type": kind, "message": message}}) as url:
            _anthropic(url)

    raiser.__name__ = f"fresh_e_{name}"
    case("anthropic", **meaning)(raiser)


_anthropic_says("overloaded_529", not_now, 529, "overloaded_error", "Overloaded")
_anthropic_says("key_is_invalid", refused_us, 401, "authentication_error", "invalid x-api-key")
_anthropic_says(
    "requests_per_minute",
    throttled,
    429,
    "rate_limit_error",
    "This request would exceed your organization's rate limit of 50 requests per minute.",
)
_anthropic_says(
    "credit_is_used_up",
    unpaid,
    400,
    "invalid_request_error",
    "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade.",
)
_anthropic_says("internal_error", failed, 500, "api_error", "Internal server error")


@case("anthropic", **silent)
def fresh_e_message_never_comes() -> None:
    _anthropic(f"{base_url()}/slow", timeout=0.3)


@case("anthropic", **not_now)
def fresh_e_summary_is_unavailable() -> None:
    with answering(529, {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}) as url:
        try:
            _anthropic(url)
        except anthropic.APIStatusError as exc:
            raise RuntimeError("summary failed") from exc


# --- google-genai -----------------------------------------------------------------------------------------------------
def _gemini(url: str, timeout: int = 3_000) -> None:
    options = google.genai.types.HttpOptions(base_url=url, timeout=timeout)
    with google.genai.Client(api_key=_KEY, http_options=options) as client:
        client.models.generate_content(model="gemini-2.5-flash", contents="Hello")


def _gemini_says(name: str, meaning: Label, code: int, status: str, message: str) -> None:
    def raiser() -> None:
        with answering(code, {"error": {"code": code, "message": message, "status": status}}) as url:
            _gemini(url)

    raiser.__name__ = f"fresh_e_{name}"
    case("google-genai", **meaning)(raiser)


_gemini_says("model_is_overloaded", not_now, 503, "UNAVAILABLE", "The model is overloaded. Please try again later.")
_gemini_says("key_lacks_permission", refused_us, 403, "PERMISSION_DENIED", "Method doesn't allow unregistered callers")
_gemini_says("resource_exhausted", throttled, 429, "RESOURCE_EXHAUSTED", "Resource exhausted. Please try again later.")
_gemini_says(
    "deadline_of_theirs",
    failed | {"transient": True, "status": (502, 503, 504)},
    504,
    "DEADLINE_EXCEEDED",
    "Deadline expired before operation could complete.",
)


@case("google-genai", **settings)
def fresh_e_neither_key_nor_project() -> None:
    with mock.patch.dict(os.environ):
        for name in ("GOOGLE_API_KEY", "GEMINI_API_KEY"):
            os.environ.pop(name, None)
        google.genai.Client()


# --- litellm ----------------------------------------------------------------------------------------------------------
def _litellm(url: str, model: str = "openai/gpt-5") -> None:
    litellm.suppress_debug_info = True
    litellm.completion(
        model=model, messages=_SAYS, api_base=f"{url}/v1", api_key=_KEY, timeout=1, max_retries=0, num_retries=0
    )


@case("litellm", **throttled)
def fresh_e_rate_limit_through_the_router() -> None:
    with answering(429, {"error": {"message": "Rate limit reached", "type": "requests", "code": "rate_limit"}}) as url:
        _litellm(url)


@case("litellm", **refused_us)
def fresh_e_key_refused_through_the_router() -> None:
    with answering(401, {"error": {"message": "Incorrect API key", "type": "invalid_request_error"}}) as url:
        _litellm(url)


@case("litellm", **not_now)
def fresh_e_provider_unavailable() -> None:
    with answering(503, {"error": {"message": "overloaded", "type": "server_error"}}) as url:
        _litellm(url)


@case("litellm", **silent)
def fresh_e_provider_is_silent() -> None:
    _litellm(f"{base_url()}/slow")


# --- langchain-core ---------------------------------------------------------------------------------------------------
class Ticket(pydantic.BaseModel):
    title: str
    urgent: bool


@case("langchain-core", **nonsense)
def fresh_e_answer_is_no_json() -> None:
    langchain_core.output_parsers.JsonOutputParser().parse("I think that this is urgent.")


@case("langchain-core", **nonsense)
def fresh_e_answer_is_no_ticket() -> None:
    langchain_core.output_parsers.PydanticOutputParser(pydantic_object=Ticket).parse('{"title": "x"}')


@case("langchain-core", **bug)
def fresh_e_variable_of_a_prompt_is_missing() -> None:
    langchain_core.prompts.ChatPromptTemplate.from_messages([("user", "{question}")]).invoke({"query": "why?"})


@case("openai", **throttled)
async def fresh_e_all_of_a_batch_are_throttled() -> None:
    said = {"error": {"message": "Rate limit reached", "type": "requests", "code": "rate_limit_exceeded"}}
    with answering(429, said) as url:
        client = openai.AsyncOpenAI(api_key=_KEY, base_url=url, max_retries=0)
        async with client, asyncio.TaskGroup() as group:
            for _ in range(2):
                group.create_task(client.embeddings.create(model="text-embedding-3-small", input="Hello"))


@case("openai", note="the class says what the application cannot do, and nothing of why", **silent)
def fresh_e_own_class_from_a_timeout() -> None:
    try:
        _openai(f"{base_url()}/slow", timeout=0.3)
    except openai.APITimeoutError as exc:
        raise SummaryError("no summary of ticket 7") from exc
