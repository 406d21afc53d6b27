"""Messages to people and teams: bots, issues, pages at night, measures of products, mail by the piece."""

from __future__ import annotations

import asyncio
from typing import Any

import aiogram
import asana
import brevo
import cloudflare
import deepl
import github3
import mailchimp_marketing
import messagebird.http_client
import mixpanel
import pdpyras
import plivo
import plivo.rest.client
import posthog.request
import sparkpost
import telebot.apihelper
import telethon.errors
import telethon.sessions
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer

from evaluations.classifier.raisers.scaffold_http import (
    DOWN,
    FAILED,
    LINK,
    NONSENSE,
    OUR_BUG,
    QUOTA,
    REFUSED_US,
    SILENT,
    THROTTLED,
    Answer,
    add,
    add_answers,
    free_port,
)


def _dead() -> str:
    return f"http://127.0.0.1:{free_port()}"


# --- Telegram, three ways ---------------------------------------------------------------------------------------------
def _telebot(url: str) -> Any:
    telebot.apihelper.API_URL = url + "/bot{0}/{1}"
    return telebot.TeleBot("1:none", threaded=False).send_message(7, "shipped", timeout=1)


def _aiogram(url: str) -> None:
    async def send() -> None:
        session = AiohttpSession(api=TelegramAPIServer.from_base(url), timeout=0.5)
        async with aiogram.Bot("12345:" + "none" * 9, session=session) as bot:
            await bot.send_message(7, "shipped")

    asyncio.run(send())


def _telegram(status: int, description: str, **parameters: Any) -> Answer:
    return Answer(
        status, {"ok": False, "error_code": status, "description": description, "parameters": parameters or {}}
    )


def _telethon_unconnected() -> None:
    async def send() -> None:
        client = telethon.TelegramClient(telethon.sessions.MemorySession(), 1, "none")
        await client.send_message("shop", "shipped")

    asyncio.run(send())


def _raising(exc: Exception) -> Any:
    def run() -> None:
        raise exc

    return run


add_answers(
    "pyTelegramBotAPI",
    _telebot,
    {
        "blocked": (
            FAILED,
            _telegram(403, "Forbidden: bot was blocked by the user"),
        ),
        "gateway": (DOWN, Answer(502, "<html>502 Bad Gateway</html>", type="text/html")),
    },
)
add_answers(
    "aiogram",
    _aiogram,
    {
        "flood": (THROTTLED, _telegram(429, "Too Many Requests: retry after 9", retry_after=9)),
        "no_chat": (FAILED, _telegram(400, "Bad Request: chat not found")),
        "silent": (SILENT, Answer(how="hang")),
        "nonsense": (FAILED, NONSENSE),
    },
)
add("telethon", "not_connected", OUR_BUG, _telethon_unconnected)
add(
    "telethon",
    "flood",
    THROTTLED,
    _raising(telethon.errors.FloodWaitError(request=None, capture=30)),
    made="Telegram's servers are not to be had",
)
add(
    "telethon",
    "session_revoked",
    REFUSED_US,
    _raising(telethon.errors.AuthKeyUnregisteredError(request=None)),
    made="Telegram's servers are not to be had",
)


# --- teams ------------------------------------------------------------------------------------------------------------
def _repository(url: str) -> Any:
    session = github3.session.GitHubSession(default_connect_timeout=1, default_read_timeout=0.5)
    session.base_url = url
    return github3.GitHub(session=session).repository("shop", "site")


def _github(status: int, message: str) -> Answer:
    return Answer(status, {"message": message, "documentation_url": "https://docs.example/rest"})


def _task(url: str) -> Any:
    settings = asana.Configuration()
    settings.host = url
    settings.access_token = "none"
    settings.return_page_iterator = False
    settings.retry_strategy = None
    return asana.TasksApi(asana.ApiClient(settings)).get_task("1", {})


def _pager(url: str) -> Any:
    session = pdpyras.APISession("none-none-none-none")
    session.url = url
    return session.rget("/incidents/1")


def _zone(url: str) -> Any:
    return cloudflare.Cloudflare(api_token="none", base_url=url, max_retries=0, timeout=1).zones.get(zone_id="z")


add_answers(
    "github3.py",
    _repository,
    {
        "secondary_limit": (THROTTLED, _github(403, "You have exceeded a secondary rate limit. Please wait a while.")),
        "unprocessable": (FAILED, _github(422, "Validation Failed")),
        "nonsense": (FAILED, NONSENSE),
    },
)
add("github3.py", "refused", LINK, lambda: _repository(_dead()))
add_answers(
    "asana",
    _task,
    {
        "premium_only": (QUOTA, Answer(402, {"errors": [{"message": "Only available to premium accounts"}]})),
        "limited": (THROTTLED, Answer(429, {"errors": [{"message": "You have made too many requests recently."}]})),
    },
)
add_answers(
    "pdpyras",
    _pager,
    {
        "key": (REFUSED_US, Answer(401, {"error": {"code": 2006, "message": "You are not authorized"}})),
        "invalid": (FAILED, Answer(400, {"error": {"code": 2001, "message": "Invalid Input Provided"}})),
    },
)
add_answers(
    "cloudflare",
    _zone,
    {
        "token": (
            REFUSED_US,
            Answer(403, {"success": False, "errors": [{"code": 9109, "message": "Unauthorized to access resource"}]}),
        ),
        "limited": (
            THROTTLED,
            Answer(429, {"success": False, "errors": [{"code": 971, "message": "Please wait and throttle"}]}),
        ),
    },
)


# --- measures of products ---------------------------------------------------------------------------------------------
def _track(url: str) -> None:
    consumer = mixpanel.Consumer(events_url=f"{url}/track", request_timeout=1, retry_limit=0)
    mixpanel.Mixpanel("none", consumer=consumer).track("user", "bought", {})


def _flags(url: str) -> Any:
    return posthog.request.flags("none", url, timeout=1, distinct_id="user")


add_answers(
    "mixpanel",
    _track,
    {
        "token": (REFUSED_US, Answer(200, {"status": 0, "error": "token, missing or empty"})),
        "nonsense": (FAILED, NONSENSE),
    },
)
add("mixpanel", "refused", LINK, lambda: _track(_dead()))
add_answers(
    "posthog",
    _flags,
    {
        "key": (
            REFUSED_US,
            Answer(401, {"type": "authentication_error", "code": "invalid_api_key", "detail": "API key invalid."}),
        ),
        "quota": (QUOTA, Answer(200, {"quotaLimited": ["feature_flags"], "flags": {}})),
    },
)


# --- mail, telephones, translations -----------------------------------------------------------------------------------
def _list(url: str) -> Any:
    client = mailchimp_marketing.Client({"api_key": "none-us1", "server": "us1", "timeout": 1})
    client.api_client.host = url
    return client.lists.get_list("1")


def _brevo(url: str) -> Any:
    return brevo.Brevo(base_url=url, api_key="none", timeout=1, max_retries=0).account.get_account()


def _spark(url: str) -> Any:
    client = sparkpost.SparkPost("none")
    client.transmissions.base_uri = f"{url}/api/v1"
    return client.transmissions.get("1")


def _plivo(url: str) -> Any:
    client = plivo.RestClient("MA" + "X" * 18, "none", timeout=1)
    plivo.rest.client.PLIVO_API_BASE_URI = client.base_uri = f"{url}/v1/Account"
    return client.messages.get("1")


def _bird(url: str) -> Any:
    http = messagebird.http_client.HttpClient(url, "none", "shop")
    return messagebird.Client("none", http_client=http).message("1")


def _translate(url: str) -> Any:
    deepl.http_client.max_network_retries = 0
    return deepl.Translator("none", server_url=url).translate_text("Hat", target_lang="DE")


add_answers(
    "mailchimp-marketing",
    _list,
    {
        "suspended": (REFUSED_US, Answer(403, {"title": "User Disabled", "status": 403, "detail": "deactivated"})),
        "compliance": (FAILED, Answer(400, {"title": "Member In Compliance State", "status": 400, "detail": "no"})),
    },
)
add_answers(
    "brevo-python",
    _brevo,
    {"no_credits": (QUOTA, Answer(402, {"code": "not_enough_credits", "message": "Not enough credits"}))},
)
add("brevo-python", "refused", LINK, lambda: _brevo(_dead()))
add_answers(
    "sparkpost",
    _spark,
    {"limit": (THROTTLED, Answer(420, {"errors": [{"message": "Exceed Sending Limit", "code": "2101"}]}))},
)
add_answers(
    "plivo",
    _plivo,
    {
        "token": (REFUSED_US, Answer(401, {"api_id": "1", "error": "Could not verify your access level"})),
        "absent": (FAILED, Answer(404, {"api_id": "1", "error": "not found"})),
    },
)
add_answers(
    "messagebird",
    _bird,
    {
        "no_balance": (
            QUOTA,
            Answer(422, {"errors": [{"code": 25, "description": "Not enough balance", "parameter": ""}]}),
        )
    },
)
add_answers(
    "deepl",
    _translate,
    {
        "quota": (QUOTA, Answer(456, {"message": "Quota Exceeded"})),
        "busy": (THROTTLED, Answer(429, {"message": "Too many requests"})),
        "key": (REFUSED_US, Answer(403, {})),
    },
)
