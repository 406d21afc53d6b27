"""What is built around language models: agents, graphs, tools, answers of a given form, words."""

from __future__ import annotations

from typing import Any, TypedDict

import instructor
import langgraph.graph
import mcp
import nltk
import openai
import pydantic
import pydantic_ai
import pydantic_ai.usage
import tokenizers
from langgraph.checkpoint.memory import InMemorySaver
from mcp.server.mcpserver import MCPServer
from pydantic_ai.messages import ModelResponse, ToolCallPart
from pydantic_ai.models.function import FunctionModel
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.models.test import TestModel
from pydantic_ai.providers.openai import OpenAIProvider

from evaluations.classifier.raisers.scaffold_http import (
    FAILED,
    LINK,
    OUR_BUG,
    OUR_SETTINGS,
    REFUSED_US,
    THROTTLED,
    UNPARSABLE,
    Answer,
    Means,
    add,
    add_answers,
    free_port,
)

_BUDGET = Means("resource", False, (429, 500, 503), "medium")


def _said(text: str, reason: str = "stop", tool: str | None = None) -> Answer:
    call = {"id": "c1", "type": "function", "function": {"name": tool, "arguments": text}}
    message = {"role": "assistant", "content": None if tool else text, **({"tool_calls": [call]} if tool else {})}
    return Answer(
        200,
        {
            "id": "a",
            "object": "chat.completion",
            "created": 1,
            "model": "m",
            "choices": [{"index": 0, "finish_reason": reason, "message": message}],
            "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
        },
    )


def _error(status: int, code: str, message: str) -> Answer:
    return Answer(status, {"error": {"message": message, "type": code, "param": None, "code": code}})


# --- Pydantic AI ------------------------------------------------------------------------------------------------------
def _agent(url: str) -> Any:
    client = openai.AsyncOpenAI(api_key="no-key", base_url=f"{url}/v1", max_retries=0, timeout=2)
    return pydantic_ai.Agent(OpenAIChatModel("m", provider=OpenAIProvider(openai_client=client))).run_sync("hello")


add_answers(
    "pydantic-ai-slim",
    _agent,
    {
        "key_refused": (REFUSED_US, _error(401, "invalid_api_key", "Incorrect API key provided")),
        "throttled": (THROTTLED, _error(429, "rate_limit_exceeded", "Rate limit reached for requests")),
    },
)


class _City(pydantic.BaseModel):
    name: str


def _stubborn() -> Any:
    def answer(messages: Any, info: Any) -> ModelResponse:
        return ModelResponse(parts=[ToolCallPart(info.output_tools[0].name, {"town": 3})])

    return pydantic_ai.Agent(FunctionModel(answer), output_type=_City).run_sync("where?")


def _spent() -> Any:
    limits = pydantic_ai.usage.UsageLimits(request_limit=1)
    agent = pydantic_ai.Agent(TestModel())

    @agent.tool_plain
    def weather() -> str:
        return "rain"

    return agent.run_sync("weather?", usage_limits=limits)


add("pydantic-ai-slim", "answer_of_another_form", FAILED, _stubborn, note="the model answers nonsense, again and again")
add("pydantic-ai-slim", "limit_of_requests", _BUDGET, _spent, note="our own limit on what one run may use")


# --- instructor -------------------------------------------------------------------------------------------------------
def _instructed(url: str) -> Any:
    client = instructor.from_openai(openai.OpenAI(api_key="no-key", base_url=f"{url}/v1", max_retries=0, timeout=2))
    return client.chat.completions.create(
        model="m", response_model=_City, max_retries=1, messages=[{"role": "user", "content": "where?"}]
    )


add_answers(
    "instructor",
    _instructed,
    {
        "cut_short": (FAILED, _said('{"na', "length", "_City")),
        "answer_of_another_form": (FAILED, _said('{"town": 3}', "tool_calls", "_City")),
        "throttled": (THROTTLED, _error(429, "rate_limit_exceeded", "Rate limit reached for requests")),
    },
)
add("instructor", "no_such_provider", OUR_SETTINGS, lambda: instructor.from_provider("pigeon/m"))


# --- LangGraph --------------------------------------------------------------------------------------------------------
class _State(TypedDict):
    count: int


def _graph() -> Any:
    graph = langgraph.graph.StateGraph(_State)
    graph.add_node("a", lambda state: {"count": state["count"] + 1})
    graph.add_edge("__start__", "a")
    return graph


def _round_and_round() -> Any:
    graph = _graph()
    graph.add_edge("a", "a")
    return graph.compile().invoke({"count": 0}, {"recursion_limit": 5})


def _two_at_once() -> Any:
    graph = _graph()
    graph.add_node("b", lambda state: {"count": 7})
    graph.add_edge("__start__", "b")
    return graph.compile().invoke({"count": 0})


def _no_thread() -> Any:
    return _graph().compile(checkpointer=InMemorySaver()).invoke({"count": 0})


add(
    "langgraph",
    "no_end",
    OUR_BUG,
    _round_and_round,
    note="a limit of ours on a graph that does not end; resource is defensible",
)
add("langgraph", "two_at_once", OUR_BUG, _two_at_once, note="two nodes write one value: the graph is wrong")
add("langgraph", "thread_missing", OUR_BUG, _no_thread, note="a ValueError; configuration is defensible")


# --- MCP --------------------------------------------------------------------------------------------------------------
def _server() -> MCPServer:
    server = MCPServer("shop")

    @server.tool()
    def price(item: str) -> int:
        return {"hat": 3}[item]

    @server.resource("shop://{item}")
    def describe(item: str) -> str:
        raise KeyError(item)

    return server


def _asking(ask: Any) -> Any:
    async def run() -> Any:
        async with mcp.Client(_server()) as client:
            return await ask(client)

    return run


async def _calls_nothing() -> Any:
    return await _server().call_tool("prices", {})


async def _calls_in_vain() -> Any:
    return await _server().call_tool("price", {"item": "cap"})


add(
    "mcp",
    "tool_unknown",
    Means("validation", False, (400, 404, 422), "low"),
    _calls_nothing,
    note="the client names a tool that is not there",
)
add("mcp", "tool_broken", OUR_BUG, _calls_in_vain, note="raised from the KeyError of our tool")
add(
    "mcp",
    "peer_says_no",
    FAILED,
    _asking(lambda client: client.read_resource("pigeon://x")),
    note="a server that we asked answers with an error; configuration is defensible",
)


async def _dead_peer() -> Any:
    async with mcp.Client(f"http://127.0.0.1:{free_port()}/mcp") as client:
        return await client.list_tools()


add("mcp", "refused", LINK, _dead_peer)


# --- words ------------------------------------------------------------------------------------------------------------
def _no_corpus() -> Any:
    nltk.data.path[:] = ["/no/such/folder"]
    return nltk.word_tokenize("three hats")


add("nltk", "data_missing", OUR_SETTINGS, _no_corpus)
add("nltk", "tree_malformed", UNPARSABLE, lambda: nltk.Tree.fromstring("(S (NP hat"))
add(
    "nltk",
    "grammar_malformed",
    Means("system", False, 500, "high"),
    lambda: nltk.CFG.fromstring("S -> -> NP"),
    note="our own grammar, a ValueError",
)
add(
    "tokenizers",
    "file_malformed",
    OUR_SETTINGS,
    lambda: tokenizers.Tokenizer.from_str("{}"),
    note="a bare Exception; a file of the installation",
)
add(
    "tokenizers",
    "vocabulary_lacks_unknown",
    OUR_BUG,
    lambda: tokenizers.Tokenizer(tokenizers.models.WordLevel({"hat": 0}, unk_token="[UNK]")).encode("cap"),
    note="configuration is defensible",
)
