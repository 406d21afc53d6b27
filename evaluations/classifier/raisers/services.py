"""Messages and code hosting, each against a server on loopback that answers as the vendor does."""

from __future__ import annotations

import os
from typing import Any

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

import github
import gitlab
import jira
import sendgrid
import slack_sdk
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client as TwilioClient

from evaluations.classifier.cases import case
from evaluations.classifier.raisers.scaffold_http import (
    DOWN,
    FAILED,
    GATEWAY,
    NONSENSE,
    REFUSED_US,
    SLOW,
    THROTTLED,
    Answer,
    add_answers,
    add_links,
)


# --- Twilio, SendGrid, Slack -----------------------------------------------------------------------------------------
class _TwilioHttp(TwilioHttpClient):  # type: ignore[misc]
    """Sends to loopback what is meant for twilio.com."""

    def __init__(self, url: str) -> None:
        super().__init__(timeout=0.8, max_retries=0)
        self.url = url

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        return super().request(method, url.replace("https://api.twilio.com", self.url), *args, **kwargs)


def _twilio(url: str) -> Any:
    client = TwilioClient("AC" + "0" * 32, "not-a-token", http_client=_TwilioHttp(url))
    return client.messages.create(to="+15005550006", from_="+15005550006", body="x")


def _twilio_error(status: int, code: int, message: str, **headers: str) -> Answer:
    body = {
        "code": code,
        "message": message,
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "status": status,
    }
    return Answer(status, body, headers)


add_answers(
    "twilio",
    _twilio,
    {
        "number_invalid": (FAILED, _twilio_error(400, 21211, "Invalid 'To' Phone Number")),
        "token_refused": (REFUSED_US, _twilio_error(401, 20003, "Authenticate")),
        "forbidden": (REFUSED_US, _twilio_error(403, 20403, "Forbidden")),
        "missing": (FAILED, _twilio_error(404, 20404, "The requested resource was not found")),
        "rate_limited": (THROTTLED, _twilio_error(429, 20429, "Too Many Requests")),
        "server_error": (FAILED, _twilio_error(500, 20500, "Internal Server Error")),
        "unavailable": (DOWN, _twilio_error(503, 20503, "Service unavailable")),
    },
)
add_links("twilio", _twilio, leave_out=("cut_off",))


def _sendgrid(url: str) -> Any:
    client = sendgrid.SendGridAPIClient("SG." + "not-a-key", host=url)
    client.client.timeout = 0.3
    return client.client.mail.send.post(request_body={"from": {"email": "a@b.example"}})


add_answers(
    "sendgrid",
    _sendgrid,
    {
        "bad_request": (FAILED, Answer(400, {"errors": [{"message": "The from address does not match"}]})),
        "key_refused": (
            REFUSED_US,
            Answer(401, {"errors": [{"message": "The provided authorization grant is invalid"}]}),
        ),
        "sender_unverified": (REFUSED_US, Answer(403, {"errors": [{"message": "not verified Sender Identity"}]})),
        "too_large": (FAILED, Answer(413, {"errors": [{"message": "too large"}]})),
        "rate_limited": (THROTTLED, Answer(429, {"errors": [{"message": "too many requests"}]})),
        "server_error": (FAILED, Answer(500, {"errors": [{"message": "internal"}]})),
        "unavailable": (DOWN, Answer(503, "")),
        "gateway_timeout": (SLOW, Answer(504, "")),
    },
)
add_links("sendgrid", _sendgrid, leave_out=("cut_off", "silent"))


def _slack(url: str) -> Any:
    client = slack_sdk.WebClient("not-a-token", base_url=f"{url}/api/", timeout=1, retry_handlers=[])
    return client.chat_postMessage(channel="#ops", text="x")


add_answers(
    "slack_sdk",
    _slack,
    {
        "token_refused": (REFUSED_US, Answer(200, {"ok": False, "error": "invalid_auth"})),
        "scope_missing": (REFUSED_US, Answer(200, {"ok": False, "error": "missing_scope", "needed": "chat:write"})),
        "channel_missing": (FAILED, Answer(200, {"ok": False, "error": "channel_not_found"})),
        "rate_limited": (THROTTLED, Answer(429, {"ok": False, "error": "ratelimited"}, {"Retry-After": "30"})),
        "internal_error": (FAILED, Answer(500, {"ok": False, "error": "internal_error"})),
        "unavailable": (DOWN, Answer(503, {"ok": False, "error": "service_unavailable"})),
        "nonsense": (FAILED, NONSENSE),
    },
)
add_links("slack_sdk", _slack, leave_out=("silent", "cut_off"))


@case("slack_sdk", "system", transient=False, status=500, severity="high", note="our own call is malformed")
def slack_blocks_malformed() -> None:
    from slack_sdk.models.blocks import SectionBlock

    SectionBlock(text="x" * 3_001).to_dict()


# --- GitHub, GitLab, Jira --------------------------------------------------------------------------------------------
def _github(url: str) -> Any:
    options: Any = {"base_url": url, "retry": None, "timeout": 1}
    return github.Github(auth=github.Auth.Token("not-a-token"), **options).get_repo("octo/cat")


add_answers(
    "PyGithub",
    _github,
    {
        "credentials_refused": (REFUSED_US, Answer(401, {"message": "Bad credentials"})),
        "two_factor": (
            REFUSED_US,
            Answer(401, {"message": "Must specify two-factor"}, {"x-github-otp": "required; app"}),
        ),
        "forbidden": (REFUSED_US, Answer(403, {"message": "Resource not accessible by integration"})),
        "rate_limited": (THROTTLED, Answer(403, {"message": "API rate limit exceeded for user ID 1."})),
        "secondary_limit": (THROTTLED, Answer(403, {"message": "You have exceeded a secondary rate limit"})),
        "missing": (FAILED, Answer(404, {"message": "Not Found"})),
        "validation_failed": (FAILED, Answer(422, {"message": "Validation Failed"})),
        "server_error": (FAILED, Answer(500, {"message": "Server Error"})),
        "bad_gateway": (DOWN, GATEWAY),
    },
)
add_links("PyGithub", _github, leave_out=("silent", "cut_off"))


def _gitlab(url: str) -> Any:
    return gitlab.Gitlab(url, private_token="not-a-token", timeout=0.8, retry_transient_errors=False).projects.get(1)


def _gitlab_create(url: str) -> Any:
    return gitlab.Gitlab(url, private_token="not-a-token", timeout=0.8).projects.create({"name": "shop"})


add_answers(
    "python-gitlab",
    _gitlab,
    {
        "token_refused": (REFUSED_US, Answer(401, {"message": "401 Unauthorized"})),
        "forbidden": (REFUSED_US, Answer(403, {"message": "403 Forbidden"})),
        "missing": (FAILED, Answer(404, {"message": "404 Project Not Found"})),
        "server_error": (FAILED, Answer(500, {"message": "500 Internal Server Error"})),
        "bad_gateway": (DOWN, GATEWAY),
        "nonsense": (FAILED, NONSENSE),
    },
)
add_answers(
    "python-gitlab",
    _gitlab_create,
    {"name_taken": (FAILED, Answer(400, {"message": {"name": ["has already been taken"]}}))},
)
add_links("python-gitlab", _gitlab, leave_out=("cut_off",))


def _jira(url: str) -> Any:
    client = jira.JIRA(url, token_auth="not-a-token", max_retries=0, timeout=0.8, get_server_info=False)
    return client.issue("SHOP-1")


add_answers(
    "jira",
    _jira,
    {
        "unauthorized": (REFUSED_US, Answer(401, {"errorMessages": ["You are not authenticated."]})),
        "forbidden": (REFUSED_US, Answer(403, {"errorMessages": ["You do not have permission"]})),
        "missing": (FAILED, Answer(404, {"errorMessages": ["Issue Does Not Exist"], "errors": {}})),
        "server_error": (FAILED, Answer(500, "<html>oops</html>", type="text/html")),
    },
)
add_links("jira", _jira, leave_out=("cut_off",))
