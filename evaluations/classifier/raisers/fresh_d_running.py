"""Retries, breakers, time limits, schedules, rules and links of their own kind that no other module met."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import aiomisc
import cronsim
import crontab
import emails
import func_timeout
import hyx.bulkhead
import hyx.circuitbreaker
import hyx.timeout
import ipwhois
import jsonrpcclient
import mechanicalsoup
import purgatory
import redmail
import retrying
import schedule
import simple_websocket
import timeout_decorator
import tinyrpc.protocols.jsonrpc
import toposort
import uplink
import wrapt_timeout_decorator
import yagmail
from cron_descriptor import get_description
from dnslib import DNSRecord
from retry.api import retry_call
from ssh2.session import Session
from zen import ZenEngine

from evaluations.classifier.raisers._fresh_d import LATE, OPEN_CIRCUIT, fresh
from evaluations.classifier.raisers._peers import HOST, base_url, closed_port, dialogue, listening, saying
from evaluations.classifier.raisers.scaffold_http import (
    FAILED,
    INVALID,
    LINK,
    NONSENSE,
    OUR_BUG,
    OUR_SETTINGS,
    REFUSED_US,
    UNPARSABLE,
    Answer,
    Means,
    serving,
)

_POOL = Means("resource", True, 503, "medium")


def _dial() -> None:
    import socket

    socket.create_connection((HOST, closed_port()), timeout=1)


# --- retries and breakers ---------------------------------------------------------------------------------------------
@fresh("retry", "peer_away_each_time", LINK)
def _() -> None:
    retry_call(_dial, tries=2, delay=0)


@fresh(
    "retrying", "result_never_right", Means("external_service", True, (502, 503), "medium"), "a peer that is not ready"
)
def _() -> None:
    retrying.retry(stop_max_attempt_number=2, retry_on_result=lambda answer: answer == "pending")(lambda: "pending")()


@fresh("hyx", "breaker_open", OPEN_CIRCUIT)
async def _() -> None:
    breaker = hyx.circuitbreaker.consecutive_breaker(exceptions=(OSError,), failure_threshold=1, recovery_time_secs=60)

    @breaker
    async def call() -> None:
        await asyncio.open_connection(HOST, closed_port())

    try:
        await call()
    except OSError:
        await call()


@fresh("hyx", "too_late", LATE, "a limit around any work; network is defensible")
async def _() -> None:
    @hyx.timeout.timeout(0.05)
    async def call() -> None:
        await asyncio.sleep(2)

    await call()


@fresh("hyx", "bulkhead_full", _POOL)
async def _() -> None:
    @hyx.bulkhead.bulkhead(max_concurrency=1, max_capacity=1)
    async def call() -> None:
        await asyncio.sleep(0.1)

    await asyncio.gather(call(), call())


@fresh("purgatory-circuitbreaker", "open", OPEN_CIRCUIT)
def _() -> None:
    breaker = purgatory.SyncCircuitBreakerFactory(default_threshold=1, default_ttl=60)
    try:
        with breaker.get_breaker("payments"):
            _dial()
    except OSError:
        with breaker.get_breaker("payments"):
            _dial()


@fresh("func-timeout", "too_late", LATE, "work of our own that was not done in time; network is defensible")
def _() -> None:
    func_timeout.func_timeout(0.1, _busy)


def _busy() -> None:
    end = time.perf_counter() + 2
    while time.perf_counter() < end:
        pass


@fresh("timeout-decorator", "too_late", LATE, "work of our own that was not done in time; network is defensible")
def _() -> None:
    timeout_decorator.timeout(0.1)(_busy)()


@fresh("timeout-decorator", "not_in_the_main_thread", OUR_BUG, "a signal is wanted in a thread of the server")
def _() -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        pool.submit(timeout_decorator.timeout(1)(_busy)).result()


@fresh("wrapt-timeout-decorator", "too_late", LATE, "work of our own that was not done in time; network is defensible")
def _() -> None:
    wrapt_timeout_decorator.timeout(0.2)(_busy)()


@fresh("aiomisc", "too_late", LATE, "a limit around any work; network is defensible")
async def _() -> None:
    @aiomisc.timeout(0.05)
    async def call() -> None:
        await asyncio.sleep(2)

    await call()


# --- schedules and rules ----------------------------------------------------------------------------------------------
@fresh("schedule", "day_without_a_plural", OUR_BUG)
def _() -> None:
    schedule.Scheduler().every(2).monday.do(print)


@fresh("schedule", "time_malformed", OUR_BUG, "a time of a setting or of the client's: defensible")
def _() -> None:
    schedule.Scheduler().every().day.at("25 o'clock").do(print)


@fresh("cronsim", "expression_malformed", INVALID, "an expression of the client's; of ours: configuration")
def _() -> None:
    import datetime as dt

    cronsim.CronSim("61 * * * *", dt.datetime(2026, 1, 1))


@fresh("cron-descriptor", "expression_too_short", INVALID, "an expression of the client's; of ours: configuration")
def _() -> None:
    get_description("* * *")


@fresh("cron-descriptor", "expression_missing", INVALID, "an expression of the client's; of ours: configuration")
def _() -> None:
    get_description("")


@fresh("python-crontab", "slice_out_of_range", INVALID, "an expression of the client's; of ours: configuration")
def _() -> None:
    crontab.CronTab(tab="").new(command="true").setall("99 * * * *")


@fresh("python-crontab", "special_unknown", INVALID, "an expression of the client's; of ours: configuration")
def _() -> None:
    crontab.CronSlices("@fortnightly").render()


@fresh("toposort", "circle", OUR_BUG, "dependencies of ours; of the client's: validation")
def _() -> None:
    toposort.toposort_flatten({"mail": {"invoice"}, "invoice": {"mail"}})


@fresh("zen-engine", "decision_malformed", OUR_SETTINGS, "a decision of the installation")
def _() -> None:
    ZenEngine().create_decision('{"nodes": 7}')


@fresh("zen-engine", "decision_absent", OUR_SETTINGS)
def _() -> None:
    def load(key: str) -> str:
        raise KeyError(key)

    ZenEngine({"loader": load}).evaluate("prices.json", {"total": 7})


# --- calls ------------------------------------------------------------------------------------------------------------
@fresh("jsonrpcclient", "answer_is_none", FAILED, "an answer of a peer that is no JSON")
def _() -> None:
    jsonrpcclient.parse_json("<html><body>502 Bad Gateway</body></html>")


@fresh("tinyrpc", "method_unknown", FAILED, "a peer that does not know our method; a bug is as defensible")
def _() -> None:
    from tinyrpc.client import RPCClient
    from tinyrpc.transports.http import HttpPostClientTransport

    answer = {"jsonrpc": "2.0", "id": 1, "error": {"code": -32601, "message": "Method not found"}}
    with serving(Answer(200, answer)) as url:
        RPCClient(tinyrpc.protocols.jsonrpc.JSONRPCProtocol(), HttpPostClientTransport(url)).call("price", [7], {})


@fresh("tinyrpc", "request_unparsable", UNPARSABLE)
def _() -> None:
    tinyrpc.protocols.jsonrpc.JSONRPCProtocol().parse_request(b'{"jsonrpc": "2.0", ')


@fresh("tinyrpc", "request_invalid", INVALID)
def _() -> None:
    tinyrpc.protocols.jsonrpc.JSONRPCProtocol().parse_request(b'{"method": "price", "id": 7}')


class _Shop(uplink.Consumer):
    @uplink.returns.json
    @uplink.get("orders/{number}")
    def order(self, number: Any) -> Any:
        """One order."""


@fresh("uplink", "peer_away", LINK)
def _() -> None:
    _Shop(base_url=f"http://{HOST}:{closed_port()}/").order(7)


@fresh("uplink", "no_json", FAILED)
def _() -> None:
    with serving(NONSENSE) as url:
        _Shop(base_url=f"{url}/").order(7)


@fresh("uplink", "argument_not_annotated", OUR_BUG)
def _() -> None:
    class Wrong(uplink.Consumer):
        @uplink.get("orders/{number}")
        def order(self, key: Any) -> Any:
            """One order."""

    Wrong(base_url="http://127.0.0.1:1/").order(7)


@fresh("MechanicalSoup", "form_absent", FAILED, "a page of a peer that is no longer as it was")
def _() -> None:
    with serving(Answer(200, "<p>Welcome</p>", type="text/html")) as url:
        browser = mechanicalsoup.StatefulBrowser()
        browser.open(url)
        browser.select_form("#login")


@fresh("MechanicalSoup", "page_absent", FAILED)
def _() -> None:
    with serving(Answer(404, "<p>Not found</p>", type="text/html")) as url:
        mechanicalsoup.StatefulBrowser(raise_on_404=True).open(url)


@fresh("simple-websocket", "handshake_refused", REFUSED_US, "403 of a peer")
def _() -> None:
    simple_websocket.Client.connect(f"ws{base_url()[4:]}/status/403")


@fresh("simple-websocket", "server_gives_no_socket", OUR_SETTINGS, "a server that gives none; a bug is as defensible")
def _() -> None:
    simple_websocket.Server.accept({"REQUEST_METHOD": "GET", "PATH_INFO": "/"})


@fresh("simple-websocket", "peer_away", LINK)
def _() -> None:
    simple_websocket.Client.connect(f"ws://{HOST}:{closed_port()}/")


@fresh("dnslib", "answer_cut_off", FAILED, "an answer of a server of names; a message of the client's: validation")
def _() -> None:
    DNSRecord.parse(DNSRecord.question("shop.example.test").pack()[:17])


@fresh("dnslib", "server_silent", Means("network", True, 504, "medium"))
def _() -> None:
    import socket

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((HOST, 0))
        DNSRecord.question("shop.example.test").send(HOST, server.getsockname()[1], timeout=0.2)


@fresh("ipwhois", "address_is_private", INVALID, "an address of the client's")
def _() -> None:
    ipwhois.IPWhois("10.1.2.3")


@fresh("ipwhois", "address_malformed", INVALID, "a ValueError of an address of the client's")
def _() -> None:
    ipwhois.IPWhois("shop.example.test")


@fresh("ssh2-python", "no_banner", LINK, "a peer that does not speak the protocol; external_service is as defensible")
def _() -> None:
    import socket

    with listening(saying(b"HTTP/1.1 400 Bad Request\r\n\r\n", at_once=True)) as port:
        with socket.create_connection((HOST, port), timeout=2) as link:
            Session().handshake(link)


# --- mail -------------------------------------------------------------------------------------------------------------
_SMTP = {
    b"EHLO": b"250-mail.example.test\r\n250 AUTH LOGIN PLAIN\r\n",
    b"AUTH": b"535 5.7.8 Authentication credentials invalid\r\n",
    b"MAIL": b"250 OK\r\n",
    b"RCPT": b"550 5.1.1 No such user here\r\n",
    b"RSET": b"250 OK\r\n",
    b"QUIT": b"221 Bye\r\n",
}


def _smtp(**said: bytes) -> Any:
    answers = {**_SMTP, **{word.encode(): line for word, line in said.items()}}
    return listening(dialogue(b"220 mail.example.test ESMTP\r\n", answers, b"250 OK\r\n"))


@fresh("redmail", "credentials_refused", REFUSED_US)
def _() -> None:
    with _smtp() as port:
        sender = redmail.EmailSender(host=HOST, port=port, username="shop", password="not-real", use_starttls=False)
        sender.send(subject="Paid", sender="shop@example.test", receivers=["ann@example.test"], text="Thanks")


@fresh("redmail", "recipient_refused", FAILED)
def _() -> None:
    with _smtp() as port:
        sender = redmail.EmailSender(host=HOST, port=port, use_starttls=False)
        sender.send(subject="Paid", sender="shop@example.test", receivers=["ann@example.test"], text="Thanks")


@fresh("redmail", "template_absent", OUR_SETTINGS)
def _() -> None:
    with _smtp() as port:
        sender = redmail.EmailSender(host=HOST, port=port, use_starttls=False)
        sender.set_template_paths(html="templates")
        sender.send(
            subject="Paid", sender="a@example.test", receivers=["b@example.test"], html_template="of-nobody.html"
        )


@fresh("yagmail", "address_malformed", INVALID, "an address of the client's")
def _() -> None:
    with _smtp(AUTH=b"235 2.7.0 Accepted\r\n") as port:
        mailer = yagmail.SMTP(
            "shop@example.test", "not-real", host=HOST, port=port, smtp_ssl=False, smtp_starttls=False
        )
        mailer.send("ann at example", "Paid", "Thanks")


@fresh("yagmail", "credentials_refused", REFUSED_US)
def _() -> None:
    with _smtp() as port:
        mailer = yagmail.SMTP(
            "shop@example.test", "not-real", host=HOST, port=port, smtp_ssl=False, smtp_starttls=False
        )
        mailer.send("ann@example.test", "Paid", "Thanks")


@fresh("emails", "header_of_two_lines", INVALID, "a subject of the client's; a bug is defensible")
def _() -> None:
    emails.Message(text="Thanks", subject="Paid\r\nBcc: eve@example.test", mail_from="shop@example.test").as_string()


@fresh("emails", "template_variable_malformed", OUR_SETTINGS, "a template of the installation")
def _() -> None:
    from emails.template import JinjaTemplate

    emails.Message(html=JinjaTemplate("Dear {{ name }, thanks"), mail_from="shop@example.test").as_string()
