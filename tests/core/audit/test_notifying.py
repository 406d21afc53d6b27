"""Notifications reach servers, once, signed, in the end; and are never in anybody's way."""

from __future__ import annotations

import base64
import email
import hashlib
import hmac
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from email import policy
from pathlib import Path
from typing import Any

import pytest

import failsoft
from audited import CONTEXT
from failsoft.audit.channels import Channel, Delivery, Notifier
from failsoft.audit.means import Means, RefusedError
from failsoft.audit.means.calling import Calling
from failsoft.audit.means.mail import Mail
from failsoft.audit.means.syslog import Syslog, frame_of
from failsoft.audit.means.webhook import Webhook, secret_of, verify
from failsoft.audit.notices import Message, Notice
from failsoft.audit.outbox import Outbox
from failsoft.clock import SystemClock
from notified import PATIENCE, Records, certificate_for_localhost, free_port, hook, mailbox
from observed import NOW

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
DELIVERY = Delivery(first_delay=0.001)
NOTICE = Notice(
    id="0199aaaa-0000-7000-8000-000000000003",
    event="incident.opened",
    at=NOW,
    severity="critical",
    service="shop",
    host="web-1",
    incident="0199aaaa-0000-7000-8000-000000000003",
    rule="encryption",
    meaning="encrypting or decrypting failed",
    code="ENCRYPTION_ERROR",
    endpoint='GET /"odd]\n',
)
MESSAGE = Message.of([NOTICE], 0, NOW, "digest")


def notice(number: int, **fields: Any) -> Notice:
    values = {"id": f"n{number}", "incident": f"i{number}"} | fields
    return Notice(**({name: getattr(NOTICE, name) for name in NOTICE.__struct_fields__} | values))


@pytest.fixture
def records() -> Records:
    return Records(CONTEXT)


@pytest.fixture
def channels(records: Records) -> Iterator[Callable[..., Channel]]:
    made: list[Channel] = []

    def make(means: Means, delivery: Delivery = DELIVERY, outbox: Outbox | None = None, name: str = "test") -> Channel:
        made.append(Channel(name, means, delivery, sink=records, outbox=outbox, clock=SystemClock()))
        return made[-1]

    yield make
    for channel in made:
        channel.close(PATIENCE)


# --- webhooks


def test_a_webhook_is_posted_once_and_its_signature_verifies(
    channels: Callable[..., Channel], records: Records
) -> None:
    with hook() as server:
        channel = channels(Webhook(server.url, secret=secret_of(SECRET), timeout=10))
        channel.put(NOTICE)
        post = server.next()
        assert channel.flush(PATIENCE)
        assert server.posts.empty()
    headers = {name.lower(): value for name, value in post.headers.items()}
    assert headers["webhook-id"] == NOTICE.id
    signed = f"{NOTICE.id}.{headers['webhook-timestamp']}.".encode() + post.body
    digest = hmac.new(bytes(range(32)), signed, hashlib.sha256).digest()
    assert headers["webhook-signature"] == "v1," + base64.b64encode(digest).decode()
    now = float(headers["webhook-timestamp"])
    assert verify(SECRET, post.headers, post.body, now=now)
    assert not verify(SECRET, post.headers, post.body + b" ", now=now)
    assert not verify(SECRET, post.headers, post.body, now=now + 301)
    assert not verify("x" * 32, post.headers, post.body, now=now)
    assert post.data["type"] == "incident.opened"
    assert post.data["data"]["incident"] == NOTICE.incident
    (sent,) = records.of("notification.sent")
    assert (sent["notification"]["attempts"], sent["notification"]["means"]) == (1, "webhook")


@pytest.mark.parametrize("headers", [{}, {"webhook-timestamp": "x"}, {"webhook-timestamp": "²"}, {"webhook-id": "é"}])
def test_what_nobody_signed_does_not_verify(headers: dict[str, str]) -> None:
    assert not verify(SECRET, headers, b"{}", now=0)


def test_a_webhook_that_is_not_taken_is_sent_again_until_it_is(
    channels: Callable[..., Channel], records: Records
) -> None:
    with hook([503, 429, 500, 200]) as server:
        channel = channels(Webhook(server.url, secret=None, timeout=10))
        channel.put(NOTICE)
        posts = [server.next() for _ in range(4)]
        assert channel.flush(PATIENCE)
        assert server.posts.empty()
    assert {post.headers["webhook-id"] for post in posts} == {NOTICE.id}
    assert records.of("notification.sent")[0]["notification"]["attempts"] == 4


def test_a_server_that_comes_up_later_gets_it(channels: Callable[..., Channel], records: Records) -> None:
    tried = threading.Event()

    class Late(Webhook):
        def send(self, message: Message, at: float) -> None:
            try:
                super().send(message, at)
            finally:
                tried.set()

    url = f"http://127.0.0.1:{free_port()}/"
    channel = channels(Late(url, secret=None, timeout=10))
    channel.put(NOTICE)
    assert tried.wait(PATIENCE)
    with hook() as server:
        parts = Webhook(server.url, secret=None, timeout=10)
        channel.means._port = parts._port  # type: ignore[attr-defined]
        assert server.next().headers["webhook-id"] == NOTICE.id
        assert channel.flush(PATIENCE)
    assert records.of("notification.sent")[0]["notification"]["attempts"] > 1


@pytest.mark.parametrize("status", [301, 400, 401, 404, 410])
def test_a_webhook_that_is_refused_is_given_up_and_the_next_one_is_sent(
    channels: Callable[..., Channel], records: Records, status: int
) -> None:
    with hook([status, 200]) as server:
        channel = channels(Webhook(server.url, secret=None, timeout=10))
        channel.put(notice(1))
        channel.put(notice(2))
        assert channel.flush(PATIENCE)
    (failed,) = records.of("notification.failed")
    assert failed["notification"]["incidents"] == ["i1"]
    assert failed["details"]["error"] == f"HTTP status {status}"
    assert records.of("notification.sent")[0]["notification"]["incidents"] == ["i2"]


def test_a_secret_in_a_url_is_nowhere_to_be_seen(
    channels: Callable[..., Channel], records: Records, caplog: pytest.LogCaptureFixture
) -> None:
    url = f"http://hunter2:canary@127.0.0.1:{free_port()}/T0K3N-canary?key=canary"
    channel = channels(Webhook(url, secret=None, timeout=10), replace(DELIVERY, give_up=0.0))
    channel.put(NOTICE)
    assert channel.flush(PATIENCE)
    (failed,) = records.of("notification.failed")
    assert failed["details"]["error"] == "ConnectionRefusedError"
    assert "canary" not in caplog.text + json.dumps(records.there) + repr(channel.means)


# --- e-mail


def test_mail_goes_out_encrypted_after_a_log_in(
    channels: Callable[..., Channel], records: Records, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = certificate_for_localhost(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with mailbox(certificate) as server:
        means = Mail(
            "localhost", server.port, sender="failsoft@example.com", to=("a@example.com", "b@example.com"),
            tls="starttls", login=("shop", "canary"), timeout=10,
        )  # fmt: skip
        channel = channels(means)
        channel.put(NOTICE)
        mail = email.message_from_string(server.next(), policy=policy.default)
        assert channel.flush(PATIENCE)
        assert [said for said in server.said if "over TLS" not in said] == ["EHLO", "STARTTLS"]
        assert [said.split()[0] for said in server.said].count("RCPT") == 2
    assert (mail["From"], mail["To"]) == ("failsoft@example.com", "a@example.com, b@example.com")
    assert mail["Subject"].startswith("[critical] shop: encrypting or decrypting failed (rule encryption")
    assert NOTICE.incident in mail.get_content()
    assert len(records.of("notification.sent")) == 1


def test_nothing_is_sent_to_a_mail_server_whose_certificate_is_not_trusted(
    channels: Callable[..., Channel], records: Records, tmp_path: Path
) -> None:
    with mailbox(certificate_for_localhost(tmp_path)) as server:
        means = Mail(
            "localhost", server.port, sender="f@example.com", to=("a@example.com",), tls="starttls",
            login=("shop", "canary"), timeout=10,
        )  # fmt: skip
        channel = channels(means, replace(DELIVERY, give_up=0.0))
        channel.put(NOTICE)
        assert channel.flush(PATIENCE)
        assert server.mails.empty()
        assert "AUTH" not in " ".join(server.said)
    assert records.of("notification.failed")[0]["details"]["error"] == "SSLCertVerificationError"


def test_nothing_is_sent_to_a_mail_server_that_offers_no_encryption(
    channels: Callable[..., Channel], records: Records
) -> None:
    with mailbox() as server:
        means = Mail(
            "localhost", server.port, sender="f@example.com", to=("a@example.com",), tls="starttls", login=None,
            timeout=10,
        )  # fmt: skip
        channel = channels(means, replace(DELIVERY, give_up=0.0))
        channel.put(NOTICE)
        assert channel.flush(PATIENCE)
        assert server.mails.empty()
    assert "no STARTTLS" in records.of("notification.failed")[0]["details"]["error"]


@pytest.mark.parametrize(
    ("refuse", "kind"), [("450 greylisted", "notification.sent"), ("550 no", "notification.failed")]
)
def test_mail_is_sent_again_unless_it_was_refused_for_good(
    channels: Callable[..., Channel], records: Records, refuse: str, kind: str
) -> None:
    with mailbox(refuse=[refuse]) as server:
        means = Mail(
            "127.0.0.1", server.port, sender="f@example.com", to=("a@example.com",), tls="none", login=None, timeout=10
        )
        channel = channels(means)
        channel.put(NOTICE)
        assert channel.flush(PATIENCE)
    assert [made["kind"] for made in records.there] == [kind]


# --- syslog

_FRAME = re.compile(
    r"<(\d+)>1 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z web-1 shop \d+ incident\.opened "
    r"\[failsoft@32473 (.*)\] \ufeff(.*)",
    re.DOTALL,
)


def test_a_frame_is_that_of_the_rfc() -> None:
    match = _FRAME.fullmatch(frame_of(MESSAGE, NOW).decode())
    assert match is not None
    assert int(match[1]) == 10 * 8 + 2
    assert r'endpoint="GET /\"odd\]' in match[2]
    assert "\n" not in match[3]


def test_syslog_by_udp(channels: Callable[..., Channel], records: Records) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(PATIENCE)
        channel = channels(Syslog(f"udp://127.0.0.1:{server.getsockname()[1]}", timeout=10))
        channel.put(NOTICE)
        assert _FRAME.fullmatch(server.recv(4096).decode())
        assert channel.flush(PATIENCE)
    assert len(records.of("notification.sent")) == 1


def test_syslog_by_tcp_counts_octets(channels: Callable[..., Channel]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(PATIENCE)
        channels(Syslog(f"tcp://127.0.0.1:{server.getsockname()[1]}", timeout=10)).put(NOTICE)
        connection, _ = server.accept()
        with connection, connection.makefile("rb") as file:
            length, _, frame = file.read().partition(b" ")
    assert int(length) == len(frame)
    assert _FRAME.fullmatch(frame.decode())


def test_syslog_by_a_local_socket(channels: Callable[..., Channel], tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as server:
        server.bind(str(tmp_path / "log"))
        server.settimeout(PATIENCE)
        channels(Syslog(f"unix://{tmp_path / 'log'}", timeout=10)).put(NOTICE)
        assert _FRAME.fullmatch(server.recv(4096).decode())


@pytest.mark.parametrize("url", ["http://host:1", "udp://", "udp://host:99999", "unix://", "tcp:///x", "x"])
def test_another_syslog_url_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="expected udp://HOST:PORT"):
        Syslog(url, timeout=1)


# --- channels


class Gate:
    """Means that are held up, and keep what they get."""

    kind = "call"

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.entered, self.gate = threading.Event(), threading.Event()

    def send(self, message: Message, at: float) -> None:
        self.entered.set()
        assert self.gate.wait(PATIENCE)
        self.messages.append(message)


def test_what_comes_faster_than_the_rate_goes_out_as_one_digest(
    channels: Callable[..., Channel], records: Records
) -> None:
    gate = Gate()
    channel = channels(gate, Delivery(most=2, per=0.2))
    channel.put(notice(0))
    assert gate.entered.wait(PATIENCE)
    for number in range(1, 61):
        channel.put(notice(number, severity="critical" if number == 60 else "low"))
    gate.gate.set()
    assert channel.flush(PATIENCE)
    assert [message.event for message in gate.messages] == ["incident.opened", "incident.digest"]
    digest = gate.messages[1]
    assert (len(digest.notices), digest.dropped, digest.severity) == (50, 10, "critical")
    assert digest.subject == "[critical] shop: 60 incidents"
    assert digest.text.endswith("and 10 more; see the audit trail\n")
    (_, sent) = records.of("notification.sent")
    assert len(sent["notification"]["incidents"]) == 60


def test_a_channel_that_is_down_holds_up_no_request_and_no_other_channel(
    channels: Callable[..., Channel], records: Records
) -> None:
    gate, got = Gate(), list[Any]()
    down, up = channels(gate, name="down"), channels(Calling(got.append), name="up")
    notifier = Notifier([down, up], None)
    for number in range(2_000):
        notifier.notify(notice(number))
        if number < 5:
            assert up.flush(PATIENCE)
    assert len(got) >= 5
    assert gate.messages == []
    gate.gate.set()


def test_a_full_queue_drops_the_newest_and_the_digest_says_how_many(channels: Callable[..., Channel]) -> None:
    gate = Gate()
    channel = channels(gate, Delivery(most=10_000, per=1.0))
    channel.put(notice(0))
    assert gate.entered.wait(PATIENCE)
    for number in range(1, 1_501):
        channel.put(notice(number))
    gate.gate.set()
    assert channel.flush(PATIENCE)
    assert sum(len(message.notices) + message.dropped for message in gate.messages) == 1_501


def test_closing_waits_for_no_channel_longer_than_it_may(channels: Callable[..., Channel], tmp_path: Path) -> None:
    gates = [Gate() for _ in range(5)]
    box = Outbox(tmp_path)
    notifier = Notifier([channels(gate, outbox=box, name=str(number)) for number, gate in enumerate(gates)], box)
    notifier.notify(notice(1))
    for gate in gates:
        assert gate.entered.wait(PATIENCE)
    assert not notifier.close(0.0)
    for gate in gates:
        gate.gate.set()
    later = Outbox(tmp_path)
    assert len(later.adopt()) == 5


def test_only_what_a_channel_wants_is_sent_and_each_once(channels: Callable[..., Channel]) -> None:
    got = list[Any]()
    delivery = Delivery(severity="high", rules=("encryption",))
    channel = channels(Calling(got.append), delivery)
    notifier = Notifier([channel], None)
    for one in (
        notice(1), notice(1), notice(2, severity="medium"), notice(3, rule="tampering"),
        notice(4, event="incident.closed"),
    ):  # fmt: skip
        notifier.notify(one)
    assert channel.flush(PATIENCE)
    assert [message["data"]["id"] for message in got] == ["n1"]


def test_a_function_that_raises_is_called_again(channels: Callable[..., Channel], records: Records) -> None:
    answers: list[Exception | None] = [RuntimeError("canary"), KeyError("canary"), None]

    def page(_: Any) -> None:
        if (error := answers.pop(0)) is not None:
            raise error

    channel = channels(Calling(page))
    channel.put(NOTICE)
    assert channel.flush(PATIENCE)
    assert records.of("notification.sent")[0]["notification"]["attempts"] == 3
    assert "canary" not in json.dumps(records.there)


def test_what_is_not_delivered_at_the_end_is_said(channels: Callable[..., Channel], records: Records) -> None:
    tried = threading.Event()

    class Down:
        kind = "call"

        def send(self, message: Message, at: float) -> None:
            tried.set()
            raise OSError

    channel = channels(Down(), Delivery())
    channel.put(NOTICE)
    assert tried.wait(PATIENCE)
    assert channel.close(PATIENCE)
    (failed,) = records.of("notification.failed")
    assert failed["details"]["error"] == "OSError"


# --- the outbox


class Refusing:
    kind = "call"

    def send(self, message: Message, at: float) -> None:
        raise RefusedError("no")


def test_what_was_not_delivered_is_delivered_after_a_restart_and_once(
    channels: Callable[..., Channel], records: Records, tmp_path: Path
) -> None:
    class Down:
        kind = "call"

        def send(self, message: Message, at: float) -> None:
            raise OSError

    first = Notifier([channels(Down(), Delivery(), outbox=(box := Outbox(tmp_path)))], box)
    assert not first.waiting
    first.notify(notice(1))
    first.notify(notice(2))
    living = Notifier([], Outbox(tmp_path))
    living.begin()
    assert first.close(PATIENCE)
    assert records.there == []
    got = list[Any]()
    box = Outbox(tmp_path)
    second = Notifier([channel := channels(Calling(got.append), outbox=box)], box)
    assert second.waiting
    second.begin()
    assert channel.flush(PATIENCE)
    assert [message["data"]["id"] for message in got] == ["n1", "n2"]
    assert second.close(PATIENCE)
    assert list(tmp_path.iterdir()) == []
    assert not Notifier([], Outbox(tmp_path)).waiting


def test_what_a_living_process_is_about_to_deliver_is_not_taken_over(tmp_path: Path) -> None:
    living, other = Outbox(tmp_path), Outbox(tmp_path)
    living.add("c", notice(1))
    assert other.orphans()
    assert other.adopt() == []
    living.close()
    assert [one.id for _, one in other.adopt()] == ["n1"]
    other.done("c", notice(1))
    other.close()
    assert list(tmp_path.iterdir()) == []


def test_a_torn_line_and_a_strange_file_do_no_harm(tmp_path: Path) -> None:
    box = Outbox(tmp_path)
    box.add("c", notice(1))
    box.add("c", notice(2))
    box.done("c", notice(1))
    box.close()
    (path,) = tmp_path.iterdir()
    with path.open("ab") as file:
        file.write(b'{"channel":"c","notice":{"id":"n3",')
    (tmp_path / "notifications-0-strange.jsonl").write_bytes(b"\xff\x00[]\n7\n")
    (tmp_path / "notes.txt").write_text("mine")
    other = Outbox(tmp_path)
    assert [one.id for _, one in other.adopt()] == ["n2"]
    other.done("c", notice(2))
    other.close()
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_channel_that_is_gone_gets_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    box = Outbox(tmp_path)
    box.add("gone", notice(1))
    box.close()
    notifier = Notifier([], Outbox(tmp_path))
    notifier.begin()
    notifier.close(PATIENCE)
    assert "there is no channel gone any more" in caplog.text
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("named", [True, False])
def test_a_notification_is_delivered_after_its_process_was_killed(tmp_path: Path, named: bool) -> None:
    outbox = tmp_path / ("outbox" if named else "audit.db.spill")
    script = tmp_path / "app.py"
    script.write_text(
        "import sys, failsoft\n"
        "fs = failsoft.Failsoft(sys.argv[1])\n"
        "fs.handle(failsoft.EncryptionError('x'))\n"
        "assert fs.flush(30)\n"
        "print('recorded', flush=True)\n"
        "sys.stdin.read()\n"
    )
    if named:
        outbox.mkdir()

    def settings(url: str) -> str:
        path = tmp_path / "failsoft.toml"
        path.write_text(
            f"[audit]\nurl = 'sqlite:///{tmp_path}/audit.db'\nencryption = 'off'\n"
            + (f"outbox = '{outbox}'\n" if named else "")
            + f"[[audit.notifications]]\nwebhook = '{url}'\nsecret = 'env:HOOK_SECRET'\n"
        )
        return str(path)

    environ = {**os.environ, "HOOK_SECRET": SECRET}
    app = subprocess.Popen(
        [sys.executable, str(script), settings(f"http://127.0.0.1:{free_port()}/")],
        env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert app.stdin is not None
    assert app.stdout is not None
    with app, hook() as server:
        assert app.stdout.readline() == b"recorded\n"
        app.send_signal(signal.SIGKILL)
        app.wait(PATIENCE)
        os.environ["HOOK_SECRET"] = SECRET
        try:
            with failsoft.Failsoft(settings(server.url)) as fs:
                fs.audit.begin()
                post = server.next()
        finally:
            del os.environ["HOOK_SECRET"]
        assert server.posts.empty()
    assert verify(SECRET, post.headers, post.body, now=float(post.headers["webhook-timestamp"]))
    with failsoft.Failsoft({"audit": {"url": f"sqlite:///{tmp_path}/audit.db", "encryption": "off"}}) as fs:
        (opened,) = fs.audit.query(kind="incident.opened")
        (sent,) = fs.audit.query(kind="notification.sent")
    assert sent["notification"]["incidents"] == [opened["incident"]["id"]]
    assert list(outbox.iterdir()) == []
