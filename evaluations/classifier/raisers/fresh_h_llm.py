"""Clients of vendors of models, of speech and of scraping, against a server on loopback."""

from __future__ import annotations

import os
from datetime import timedelta

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
    refusing,
)

QUESTION = [{"role": "user", "content": "hello"}]


def _langfuse(base: str) -> None:
    from langfuse.api.client import LangfuseAPI

    LangfuseAPI(base_url=base, username="pk-lf-test", password="sk-lf-test", timeout=0.3).prompts.get("welcome")


@case("langfuse", "authentication", **OUR_KEY)
def fresh_h_keys_refused() -> None:
    with answering(401, {"message": "Invalid credentials. Confirm that you've configured the correct host."}) as base:
        _langfuse(base)


@case("langfuse", "external_service", **ODD_REQUEST)
def fresh_h_prompt_not_found() -> None:
    with answering(404, {"error": "LangfuseNotFoundError", "message": "Prompt not found: welcome"}) as base:
        _langfuse(base)


@case("langfuse", "external_service", **FAILED)
def fresh_h_peer_failed() -> None:
    with answering(500, {"error": "InternalServerError", "message": "Internal Server Error"}) as base:
        _langfuse(base)


@case("langfuse", "network", **SILENT)
def fresh_h_peer_silent() -> None:
    with answering(silent=True) as base:
        _langfuse(base)


def _zhipu(base: str) -> None:
    from zhipuai import ZhipuAI

    client = ZhipuAI(api_key="id.secret", base_url=base, max_retries=0, timeout=0.3)
    client.chat.completions.create(model="glm-4", messages=QUESTION)


@case("zhipuai", "authentication", **OUR_KEY)
def fresh_h_zhipuai_key_refused() -> None:
    with answering(401, {"error": {"code": "1000", "message": "身份验证失败。"}}) as base:
        _zhipu(base)


@case("zhipuai", "resource", **THROTTLED)
def fresh_h_too_many_at_once() -> None:
    with answering(429, {"error": {"code": "1302", "message": "您当前使用该API的并发数过高，请降低并发"}}) as base:
        _zhipu(base)


@case("zhipuai", "external_service", **UNAVAILABLE)
def fresh_h_flow_exceeded() -> None:
    with answering(503, {"error": {"code": "1305", "message": "API请求流量过大"}}) as base:
        _zhipu(base)


@case("zhipuai", "network", **REFUSED)
def fresh_h_zhipuai_refused() -> None:
    _zhipu(refusing())


@case("zhipuai", "configuration", **SETTINGS)
def fresh_h_zhipuai_no_key() -> None:
    from zhipuai import ZhipuAI

    os.environ.pop("ZHIPUAI_API_KEY", None)
    ZhipuAI()


@case("dashscope", "configuration", **SETTINGS)
def fresh_h_dashscope_no_key() -> None:
    import dashscope

    os.environ.pop("DASHSCOPE_API_KEY", None)
    dashscope.api_key = None
    dashscope.Generation.call(model="qwen-turbo", messages=QUESTION)


@case("dashscope", "system", **BUG)
def fresh_h_no_prompt() -> None:
    import dashscope

    dashscope.Generation.call(model="qwen-turbo", api_key="sk-test")


@case("dashscope", "system", **BUG)
def fresh_h_no_model() -> None:
    import dashscope

    dashscope.Generation.call(model="", prompt="hello", api_key="sk-test")


@case("dashscope", "network", **REFUSED)
def fresh_h_dashscope_refused() -> None:
    import dashscope

    dashscope.base_http_api_url = refusing()
    dashscope.Generation.call(model="qwen-turbo", messages=QUESTION, api_key="sk-test")


def _voyage(base: str) -> None:
    import voyageai

    voyageai.Client(api_key="pa-test", base_url=base, max_retries=0, timeout=0.4).embed(["hello"], model="voyage-3")


@case("voyageai", "configuration", **SETTINGS)
def fresh_h_voyageai_no_key() -> None:
    import voyageai

    os.environ.pop("VOYAGE_API_KEY", None)
    voyageai.Client(max_retries=0).embed(["hello"], model="voyage-3")


@case("voyageai", "authentication", **OUR_KEY)
def fresh_h_voyageai_key_refused() -> None:
    with answering(401, {"detail": "Provided API key is invalid."}) as base:
        _voyage(base)


@case("voyageai", "resource", **THROTTLED)
def fresh_h_rate_limit() -> None:
    with answering(
        429, {"detail": "You have exceeded your rate limit of 300 RPM."}, headers={"Retry-After": "2"}
    ) as base:
        _voyage(base)


@case("voyageai", "external_service", **UNAVAILABLE)
def fresh_h_overloaded() -> None:
    with answering(503, {"detail": "The server is overloaded."}) as base:
        _voyage(base)


@case("voyageai", "network", **SILENT)
def fresh_h_voyageai_silent() -> None:
    with answering(silent=True) as base:
        _voyage(base)


@case("voyageai", "external_service", **ODD_REQUEST)
def fresh_h_batch_too_large() -> None:
    with answering(400, {"detail": "The batch size limit is 1000. Your batch size is 1001."}) as base:
        _voyage(base)


def _deepgram(base: str) -> None:
    from deepgram import DeepgramClient
    from deepgram.environment import DeepgramClientEnvironment

    place = DeepgramClientEnvironment(base=base, production=base, agent=base, agent_rest=base)
    client = DeepgramClient(api_key="test", environment=place, timeout=0.4, max_retries=0)
    client.listen.v1.media.transcribe_url(url="https://media.example.com/a.wav", model="nova-3")


@case("deepgram-sdk", "authentication", **OUR_KEY)
def fresh_h_deepgram_sdk_key_refused() -> None:
    with answering(401, {"err_code": "INVALID_AUTH", "err_msg": "Invalid credentials.", "request_id": "r-1"}) as base:
        _deepgram(base)


@case("deepgram-sdk", "resource", **UNPAID)
def fresh_h_out_of_credits() -> None:
    body = {"err_code": "ASR_PAYMENT_REQUIRED", "err_msg": "Project does not have enough credits for an ASR request"}
    with answering(402, body) as base:
        _deepgram(base)


@case("deepgram-sdk", "network", **SILENT)
def fresh_h_deepgram_sdk_silent() -> None:
    with answering(silent=True) as base:
        _deepgram(base)


@case("deepgram-sdk", "resource", **THROTTLED)
def fresh_h_too_many_requests() -> None:
    with answering(
        429, {"err_code": "TOO_MANY_REQUESTS", "err_msg": "Too many requests. Please try again later"}
    ) as base:
        _deepgram(base)


def _apify(base: str) -> None:
    from apify_client import ApifyClient

    client = ApifyClient(
        "apify-token",
        api_url=base,
        max_retries=0,
        timeout_short=timedelta(seconds=0.4),
        timeout_medium=timedelta(seconds=0.4),
    )
    client.actor("acme/crawler").start()


@case("apify-client", "authentication", **OUR_KEY)
def fresh_h_token_refused() -> None:
    with answering(401, {"error": {"type": "user-or-token-not-found", "message": "User was not found"}}) as base:
        _apify(base)


@case("apify-client", "resource", **UNPAID)
def fresh_h_usage_limit() -> None:
    body = {"error": {"type": "not-enough-usage-to-run-paid-actor", "message": "Monthly usage hard limit exceeded"}}
    with answering(402, body) as base:
        _apify(base)


@case("apify-client", "external_service", **FAILED)
def fresh_h_internal_error() -> None:
    with answering(500, {"error": {"type": "internal-server-error", "message": "We have a problem"}}) as base:
        _apify(base)


@case("apify-client", "network", **REFUSED)
def fresh_h_apify_client_refused() -> None:
    _apify(refusing())


@case("apify-client", "external_service", **FAILED, note="HTML with status 200")
def fresh_h_html() -> None:
    with answering(200, HTML) as base:
        _apify(base)
