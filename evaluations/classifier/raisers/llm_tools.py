"""What is built on language models: a gateway to all of them, chains and tokens."""

from __future__ import annotations

import os
from typing import Any

import tiktoken
from langchain_core.output_parsers import JsonOutputParser, PydanticOutputParser
from langchain_core.prompts import ChatPromptTemplate
from pydantic import BaseModel

from evaluations.classifier.cases import case
from evaluations.classifier.raisers.scaffold_http import (
    DOWN,
    FAILED,
    REFUSED_US,
    THROTTLED,
    Answer,
    add_answers,
    add_links,
)

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

import litellm

MISREAD = "the peer's answer does not have the shape of its API: nonsense of a peer, not our client's input"


# --- LiteLLM ---------------------------------------------------------------------------------------------------------
def _litellm(url: str) -> Any:
    return litellm.completion(
        "openai/gpt-4o",
        [{"role": "user", "content": "x"}],
        api_base=url,
        api_key="not-a-key",
        num_retries=0,
        timeout=0.5,
    )


def _openai(status: int, message: str, type_: str, code: str | None) -> Answer:
    return Answer(status, {"error": {"message": message, "type": type_, "param": None, "code": code}})


add_answers(
    "litellm",
    _litellm,
    {
        "key_refused": (
            REFUSED_US,
            _openai(401, "Incorrect API key provided", "invalid_request_error", "invalid_api_key"),
        ),
        "model_missing": (FAILED, _openai(404, "The model does not exist", "invalid_request_error", "model_not_found")),
        "context_too_long": (
            FAILED,
            _openai(
                400,
                "This model's maximum context length is 8192 tokens.",
                "invalid_request_error",
                "context_length_exceeded",
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


# --- tokens and chains -----------------------------------------------------------------------------------------------
@case("tiktoken", "system", transient=False, status=500, severity="high", note="a wrong argument in our own code")
def encoding_unknown() -> None:
    tiktoken.get_encoding("no-such-encoding")


@case("langchain-core", "external_service", transient=False, status=(502, 503), severity="medium", note=MISREAD)
def model_talks_instead_of_json() -> None:
    JsonOutputParser().parse("Sure! Here is what you asked for.")


@case("langchain-core", "external_service", transient=False, status=(502, 503), severity="medium", note=MISREAD)
def model_leaves_a_field_out() -> None:
    class Quote(BaseModel):
        price: int

    PydanticOutputParser(pydantic_object=Quote).parse('{"cost": 3}')


@case("langchain-core", "system", transient=False, status=500, severity="high", note="our prompt lacks a variable")
def prompt_variable_missing() -> None:
    ChatPromptTemplate.from_messages([("user", "{question} {context}")]).invoke({"question": "why"})
