"""SDKs of services: other answers of their peers than the plain statuses, and misuse of the SDK itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anthropic
import cohere
import google.genai
import huggingface_hub
import openai
import pydantic
from mistralai.client import Mistral

from evaluations.classifier.raisers.scaffold_http import (
    DOWN,
    FAILED,
    LINK,
    NONSENSE,
    OUR_BUG,
    OUR_SETTINGS,
    QUOTA,
    REFUSED_US,
    SLOW,
    THROTTLED,
    Answer,
    Means,
    add,
    add_answers,
    serving,
)

_DECLINED = Means("business_logic", False, (402, 409, 422), "low")
_WORDS: list[Any] = [{"role": "user", "content": "hello"}]


def _served(answer: Answer, call: Callable[[str], Any]) -> Callable[[], Any]:
    def run() -> Any:
        with serving(answer) as url:
            return call(url)

    return run


# --- OpenAI, Anthropic ------------------------------------------------------------------------------------------------
def _openai(url: str, **more: Any) -> openai.OpenAI:
    return openai.OpenAI(api_key="not-a-key", base_url=url, max_retries=0, timeout=0.8, **more)


def _fault(code: str | None, kind: str, message: str) -> dict[str, Any]:
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}


def _stream_cut(url: str) -> Any:
    return list(_openai(url).chat.completions.create(model="gpt-4o", messages=_WORDS, stream=True))


def _parsed_filtered(url: str) -> Any:
    class Reply(pydantic.BaseModel):
        mood: str

    return _openai(url).chat.completions.parse(model="gpt-4o", messages=_WORDS, response_format=Reply)


_CHOICE = {"index": 0, "finish_reason": "content_filter", "message": {"role": "assistant", "content": None}}
_COMPLETION = {"id": "c", "object": "chat.completion", "created": 1, "model": "gpt-4o", "choices": [_CHOICE]}
_HALF = 'data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"g","choices":[]}\n\n'

add_answers(
    "openai",
    lambda url: _openai(url).images.generate(model="gpt-image-1", prompt="a hat"),
    {
        "billing_hard_limit": (
            QUOTA,
            Answer(400, _fault("billing_hard_limit_reached", "image_generation_user_error", "Billing hard limit")),
        ),
        "moderation_blocked": (
            FAILED,
            Answer(400, _fault("moderation_blocked", "image_generation_user_error", "rejected by the safety system")),
        ),
    },
)
add_answers(
    "openai", _stream_cut, {"stream_breaks_off": (LINK, Answer(200, _HALF, how="cut", type="text/event-stream"))}
)
add(
    "openai",
    "filtered_while_parsing",
    FAILED,
    _served(Answer(200, _COMPLETION), _parsed_filtered),
    note="the peer answered, without content: filtered",
)
add(
    "openai",
    "file_not_found_upstream",
    FAILED,
    _served(
        Answer(404, _fault(None, "invalid_request_error", "No such File object: file-x")),
        lambda url: _openai(url).files.retrieve("file-x"),
    ),
)
add("openai", "empty_id", OUR_BUG, lambda: _openai("http://127.0.0.1:1").files.retrieve(""))
add(
    "openai", "argument_missing", OUR_BUG, lambda: _openai("http://127.0.0.1:1").chat.completions.create(model="gpt-4o")
)  # type: ignore[call-overload]
add(
    "openai",
    "azure_without_endpoint",
    OUR_SETTINGS,
    lambda: openai.AzureOpenAI(api_key="not-a-key", api_version="2026-01-01"),
)


def _anthropic(url: str, **more: Any) -> Any:
    client = anthropic.Anthropic(api_key="not-a-key", base_url=url, max_retries=0, timeout=0.8)
    return client.messages.create(model="claude-x", max_tokens=more.pop("max_tokens", 9), messages=_WORDS, **more)


def _claude(kind: str, message: str) -> dict[str, Any]:
    return {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_1"}


add_answers(
    "anthropic",
    _anthropic,
    {
        "credit_too_low": (
            QUOTA,
            Answer(400, _claude("invalid_request_error", "Your credit balance is too low to access")),
        ),
        "timed_out_upstream": (SLOW, Answer(504, _claude("timeout_error", "Request timed out"))),
        "billing": (QUOTA, Answer(402, _claude("billing_error", "There is an issue with your billing"))),
        "prompt_too_long": (FAILED, Answer(400, _claude("invalid_request_error", "prompt is too long: 210000 tokens"))),
    },
)
add(
    "anthropic",
    "no_credentials",
    OUR_SETTINGS,
    lambda: anthropic.Anthropic(api_key=None, auth_token=None, base_url="http://127.0.0.1:1").messages.create(
        model="claude-x", max_tokens=9, messages=_WORDS
    ),
)
add(
    "anthropic",
    "must_stream",
    OUR_BUG,
    lambda: anthropic.Anthropic(api_key="x", base_url="http://127.0.0.1:1").messages.create(
        model="claude-x", max_tokens=900_000, messages=_WORDS
    ),
)


# --- Cohere, Mistral, Google, Hugging Face ----------------------------------------------------------------------------
def _cohere(url: str) -> Any:
    client = cohere.ClientV2("not-a-key", base_url=url, timeout=1)
    return client.embed(
        model="m",
        input_type="classification",
        texts=["a"],
        embedding_types=["float"],
        request_options={"max_retries": 0},
    )


def _mistral(url: str) -> Any:
    return Mistral(api_key="not-a-key", server_url=url, timeout_ms=800).models.list()


def _gemini(url: str) -> Any:
    options = google.genai.types.HttpOptions(base_url=url, timeout=900)
    client = google.genai.Client(api_key="not-a-key", http_options=options)
    return client.models.embed_content(model="e", contents="a")


def _google(status: int, name: str, message: str) -> Answer:
    return Answer(status, {"error": {"code": status, "message": message, "status": name}})


add_answers(
    "cohere",
    _cohere,
    {
        "trial_key_spent": (
            THROTTLED,
            Answer(429, {"message": "You are using a Trial key, which is limited to 1000 calls"}),
        ),
        "gateway_silent": (SLOW, Answer(504, {"message": "upstream timeout"})),
    },
)
add_answers(
    "mistralai",
    _mistral,
    {
        "payment_due": (QUOTA, Answer(402, {"message": "payment required"})),
        "models_down": (DOWN, Answer(502, "<html>bad gateway</html>", type="text/html")),
    },
)
add_answers(
    "google-genai",
    _gemini,
    {
        "location": (FAILED, _google(400, "FAILED_PRECONDITION", "User location is not supported for the API use.")),
        "argument": (FAILED, _google(400, "INVALID_ARGUMENT", "Request contains an invalid argument.")),
        "key_invalid": (
            REFUSED_US,
            _google(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key."),
        ),
    },
)
add("google-genai", "no_key_given", OUR_SETTINGS, lambda: google.genai.Client(api_key=None))
add(
    "huggingface_hub",
    "revision_missing",
    FAILED,
    _served(
        Answer(404, {"error": "Invalid rev id: x"}, {"X-Error-Code": "RevisionNotFound"}),
        lambda url: huggingface_hub.HfApi(endpoint=url, token=False).model_info("a/b", revision="x"),
    ),
)
add(
    "huggingface_hub",
    "offline_without_copy",
    OUR_SETTINGS,
    lambda: huggingface_hub.hf_hub_download("a/b", "c.json", local_files_only=True, cache_dir="/tmp/heard-no-cache"),
    note="a file of the installation that was never fetched; external_service is defensible",
)

add(
    "openai",
    "page_without_api",
    FAILED,
    _served(NONSENSE, lambda url: list(_openai(url).models.list())),
    note="HTML where JSON was due; the SDK stumbles over it",
)
