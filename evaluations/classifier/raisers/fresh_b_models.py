"""SDKs of language models: what their peers answer beside the plain statuses, and how they are used wrongly."""

from __future__ import annotations

import json
from typing import Any

import anthropic
import cohere
import google.genai
import groq
import huggingface_hub
import langchain_core.output_parsers
import langchain_core.prompts
import langchain_core.tools
import litellm
import ollama
import openai
import pydantic
import replicate
import tiktoken
import together
import tokenizers
from mistralai.client import Mistral

from evaluations.classifier.raisers._fresh_b import RULE, put, served
from evaluations.classifier.raisers._peers import untrusted_url
from evaluations.classifier.raisers.scaffold_http import (
    DOWN,
    FAILED,
    LINK,
    NO_TRUST,
    OUR_BUG,
    OUR_SETTINGS,
    QUOTA,
    REFUSED_US,
    THROTTLED,
    Answer,
    Means,
    add_answers,
    serving,
)

_WORDS: list[Any] = [{"role": "user", "content": "hello"}]
_STREAM = {"type": "text/event-stream"}


def _put_answers(library: str, call: Any, answers: dict[str, tuple[Means, Answer]]) -> None:
    add_answers(library, call, {f"fresh_b_{name}": one for name, one in answers.items()})


# --- OpenAI -----------------------------------------------------------------------------------------------------------
def _openai(url: str, **more: Any) -> Any:
    client = openai.OpenAI(api_key="not-a-key", base_url=url, max_retries=0, timeout=1, **more)
    return client.chat.completions.create(model="gpt-x", messages=_WORDS)


def _fault(code: str | None, message: str, kind: str = "invalid_request_error") -> dict[str, Any]:
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}


def _upload(url: str) -> Any:
    return openai.OpenAI(api_key="x", base_url=url, max_retries=0).files.create(file=("a.txt", b"a"), purpose="batch")


def _responses(url: str) -> Any:
    client = openai.OpenAI(api_key="not-a-key", base_url=url, max_retries=0, timeout=1)
    with client.responses.stream(model="gpt-x", input="hello") as stream:
        return stream.get_final_response()


_put_answers(
    "openai",
    _openai,
    {
        "request_timeout": (
            Means("external_service", True, (502, 503, 504), "medium"),
            Answer(408, _fault(None, "slow")),
        ),
        "filtered_by_azure": (FAILED, Answer(400, _fault("content_filter", "The response was filtered"))),
        "organization_deactivated": (REFUSED_US, Answer(401, _fault("account_deactivated", "account was deactivated"))),
        "tokens_per_day": (
            THROTTLED,
            Answer(429, _fault("rate_limit_exceeded", "Limit: 90000 / day. Please try again in 6m0s.", "tokens")),
        ),
        "page_of_a_front": (DOWN, Answer(503, "<html><h1>503</h1></html>", type="text/html")),
    },
)
put("openai", "front_is_not_trusted", NO_TRUST, lambda: _openai(untrusted_url()))
put("openai", "no_such_host", LINK, lambda: _openai("http://llm.invalid"))
put(
    "openai",
    "answer_against_its_schema",
    FAILED,
    served(Answer(200, [1, 2]), lambda url: _openai(url, _strict_response_validation=True)),
)
put(
    "openai",
    "upload_too_large",
    FAILED,
    served(Answer(413, _fault(None, "file too large")), _upload),
    note="our client's file, may be: 413 is defensible",
)
put("openai", "stream_opens_with_overload", DOWN, served(Answer(503, _fault(None, "overloaded")), _responses))
put("openai", "legacy_attribute", OUR_BUG, lambda: openai.ChatCompletion.create(model="x"))


# --- Anthropic, Google, Mistral, Cohere, Groq, Together, Ollama -------------------------------------------------------
def _anthropic(url: str) -> Any:
    client = anthropic.Anthropic(api_key="not-a-key", base_url=url, max_retries=0, timeout=1)
    return client.messages.create(model="claude-x", max_tokens=9, messages=_WORDS)


def _anthropic_stream(url: str) -> Any:
    client = anthropic.Anthropic(api_key="not-a-key", base_url=url, max_retries=0, timeout=1)
    with client.messages.stream(model="claude-x", max_tokens=9, messages=_WORDS) as stream:
        return stream.get_final_text()


def _claude(kind: str, message: str) -> dict[str, Any]:
    return {"type": "error", "error": {"type": kind, "message": message}}


def _event(kind: str, **body: Any) -> str:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **body})}\n\n"


_put_answers(
    "anthropic",
    _anthropic,
    {
        "billing_in_403": (QUOTA, Answer(403, _claude("billing_error", "Your account has a billing issue"))),
        "unavailable": (DOWN, Answer(503, _claude("api_error", "temporarily unavailable"))),
        "conflict": (FAILED, Answer(409, _claude("invalid_request_error", "conflict"))),
    },
)
put(
    "anthropic",
    "throttled_within_stream",
    THROTTLED,
    served(
        Answer(200, _event("error", error={"type": "rate_limit_error", "message": "slow down"}), **_STREAM),
        _anthropic_stream,
    ),
    note="a 200 whose stream says so",
)
put("anthropic", "front_is_not_trusted", NO_TRUST, lambda: _anthropic(untrusted_url()))


def _gemini(url: str) -> Any:
    options = google.genai.types.HttpOptions(base_url=url, timeout=1000)
    client = google.genai.Client(api_key="not-a-key", http_options=options)
    return client.models.generate_content(model="g", contents="a")


def _google(status: int, name: str, message: str) -> Answer:
    return Answer(status, {"error": {"code": status, "message": message, "status": name}})


_put_answers(
    "google-genai",
    _gemini,
    {
        "cancelled": (FAILED, _google(499, "CANCELLED", "The operation was cancelled.")),
        "quota_of_the_free_plan": (
            THROTTLED,
            _google(429, "RESOURCE_EXHAUSTED", "You exceeded your current quota. Please retry in 39s."),
        ),
    },
)
put(
    "google-genai",
    "stream_of_nonsense",
    FAILED,
    served(Answer(200, "data: <html>\n\n", **_STREAM), lambda url: _gemini_stream(url)),
)


def _gemini_stream(url: str) -> Any:
    options = google.genai.types.HttpOptions(base_url=url, timeout=1000)
    client = google.genai.Client(api_key="not-a-key", http_options=options)
    return list(client.models.generate_content_stream(model="g", contents="a"))


_put_answers(
    "mistralai",
    lambda url: Mistral(api_key="not-a-key", server_url=url, timeout_ms=900).models.list(),
    {
        "missing": (FAILED, Answer(404, {"message": "no Route matched with those values"})),
        "forbidden": (REFUSED_US, Answer(403, {"message": "not allowed for your organization"})),
    },
)
_put_answers(
    "cohere",
    lambda url: cohere.ClientV2("not-a-key", base_url=url, timeout=1).chat(
        model="m", messages=_WORDS, request_options={"max_retries": 0}
    ),
    {
        "token_of_no_form": (REFUSED_US, Answer(498, {"message": "invalid token"})),
        "closed_by_client": (FAILED, Answer(499, {"message": "client closed request"})),
        "not_implemented": (FAILED, Answer(501, {"message": "not implemented"})),
    },
)
_put_answers(
    "groq",
    lambda url: groq.Groq(api_key="x", base_url=url, max_retries=0).chat.completions.create(model="m", messages=_WORDS),
    {
        "request_too_large": (
            FAILED,
            Answer(413, _fault("rate_limit_exceeded", "Request too large for model", "tokens")),
        ),
        "flex_capacity": (DOWN, Answer(498, _fault("capacity_exceeded", "Flex tier capacity exceeded"))),
        "tool_call_malformed": (FAILED, Answer(400, _fault("tool_use_failed", "Failed to call a function"))),
    },
)
_put_answers(
    "together",
    lambda url: together.Together(api_key="x", base_url=url, max_retries=0).chat.completions.create(
        model="m", messages=_WORDS
    ),
    {"credit_spent": (QUOTA, Answer(402, _fault("insufficient_credit", "Credit limit exceeded")))},
)
_put_answers(
    "ollama",
    lambda url: ollama.Client(url).chat(model="m", messages=_WORDS),
    {
        "tools_not_supported": (FAILED, Answer(400, {"error": "m does not support tools"})),
        "memory_of_the_peer": (
            FAILED,
            Answer(500, {"error": "model requires more system memory (9.0 GiB) than is available (3.1 GiB)"}),
        ),
    },
)
put("ollama", "model_not_named", OUR_BUG, lambda: ollama.Client("http://127.0.0.1:1").create(model=None))  # type: ignore[arg-type]


# --- LiteLLM, LangChain, Hugging Face, Replicate, tokenizers ----------------------------------------------------------
def _litellm(url: str, **more: Any) -> Any:
    return litellm.completion("openai/m", messages=_WORDS, api_base=url, api_key="x", max_retries=0, **more)


def _budget(_: str = "") -> Any:
    raise litellm.BudgetExceededError(current_cost=12.0, max_budget=10.0)


@langchain_core.tools.tool
def _refund(order: int) -> str:
    """Refund an order."""
    raise langchain_core.tools.ToolException(f"order {order} was refunded before")


class _Mood(pydantic.BaseModel):
    mood: str


_put_answers(
    "litellm",
    _litellm,
    {
        "content_refused": (FAILED, Answer(400, _fault("content_policy_violation", "violates our content policy"))),
        "gateway": (DOWN, Answer(502, "bad gateway", type="text/plain")),
        "unprocessable": (FAILED, Answer(422, _fault(None, "unprocessable"))),
    },
)
put(
    "litellm",
    "forbidden",
    REFUSED_US,
    served(Answer(403, _fault(None, "You are not allowed to sample from this model")), _litellm),
    note="the peer answered 403, the library calls it a bad request",
)
put(
    "litellm",
    "own_budget_spent",
    QUOTA,
    _budget,
    note="a budget that we set: nothing more until somebody raises it",
    made="the proxy that raises it is a server of its own",
)
put(
    "litellm",
    "parameter_not_supported",
    OUR_BUG,
    lambda: litellm.completion(
        "cohere/command", messages=_WORDS, api_key="x", logit_bias={"1": 1}, api_base="http://127.0.0.1:1"
    ),
)
put("langchain-core", "tool_refuses", RULE, lambda: _refund.invoke({"order": 4}), note="a tool that refuses on purpose")
put(
    "langchain-core",
    "enum_of_the_model",
    FAILED,
    lambda: langchain_core.output_parsers.PydanticOutputParser(pydantic_object=_Mood).parse('{"mood": '),
)
put(
    "langchain-core",
    "message_of_no_kind",
    OUR_BUG,
    lambda: langchain_core.prompts.ChatPromptTemplate.from_messages([4]),
)  # type: ignore[list-item]


def _hub(url: str) -> Any:
    return huggingface_hub.HfApi(endpoint=url, token="not-a-token").model_info("shop/model")


_put_answers(
    "huggingface_hub",
    _hub,
    {
        "repository_disabled": (
            FAILED,
            Answer(403, {"error": "x"}, {"X-Error-Message": "Access to this resource is disabled."}),
        ),
        "bad_gateway": (DOWN, Answer(502, "<html>", type="text/html")),
        "bad_request": (FAILED, Answer(400, {"error": "invalid expand"})),
    },
)


def _prediction(method: str, path: str) -> Answer:
    if method == "GET":
        return Answer(
            200,
            {
                "id": "v",
                "created_at": "2026-01-01T00:00:00Z",
                "cog_version": "0",
                "openapi_schema": {"components": {"schemas": {"Output": {}}}},
            },
        )
    body = {"id": "p", "version": "v", "status": "failed", "input": {}, "error": "CUDA out of memory", "logs": ""}
    body |= {"urls": {"get": "http://x", "cancel": "http://x"}, "model": "a/b", "created_at": "2026-01-01T00:00:00Z"}
    return Answer(201, body)


def _run() -> Any:
    with serving(_prediction) as url:
        return replicate.Client(api_token="not-a-token", base_url=url).run("a/b:v", input={}, wait=False)


put("replicate", "model_fails", FAILED, _run, note="the model of the peer failed; its memory is not ours")
put(
    "tiktoken",
    "special_token_in_text",
    OUR_BUG,
    lambda: tiktoken.Encoding("x", pat_str=".", mergeable_ranks={b"a": 0}, special_tokens={"<|end|>": 1}).encode(
        "a<|end|>"
    ),
    note="a ValueError over the client's text; validation is defensible",
)
put(
    "tokenizers",
    "file_missing",
    OUR_SETTINGS,
    lambda: tokenizers.Tokenizer.from_file("/nonexistent/tokenizer.json"),
    note="a bare Exception",
)
put(
    "tokenizers",
    "file_malformed",
    OUR_SETTINGS,
    lambda: tokenizers.Tokenizer.from_str("{"),
    note="a bare Exception about a file of ours",
)
