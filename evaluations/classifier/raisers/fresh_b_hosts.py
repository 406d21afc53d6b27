"""Mail, shells of other hosts, commands of our own, and files and copies behind a client of HTTP."""

from __future__ import annotations

import asyncio
import email.message
from collections.abc import Callable
from typing import Any

import aiosmtplib
import asyncssh
import invoke
import paramiko
import requests
from cachecontrol import CacheControl
from requests_file import FileAdapter

from evaluations.classifier.raisers._fresh_b import dead, put
from evaluations.classifier.raisers._peers import dialogue, listening
from evaluations.classifier.raisers.scaffold_http import (
    FAILED,
    LINK,
    OUR_BUG,
    OUR_SETTINGS,
    SILENT,
    Means,
)


# --- mail -------------------------------------------------------------------------------------------------------------
def _mail(answers: dict[bytes, bytes], **more: Any) -> Callable[[], Any]:
    async def run() -> Any:
        message = email.message.EmailMessage()
        message["From"], message["To"], message["Subject"] = "a@example.test", "b@example.test", "bill"
        answers.setdefault(b"EHLO", b"250-mail\r\n250 SIZE 1000\r\n")
        with listening(dialogue(b"220 mail\r\n", answers, b"250 ok\r\n")) as port:
            return await aiosmtplib.send(message, hostname="127.0.0.1", port=port, timeout=0.4, **more)

    return run


put("aiosmtplib", "content_refused", FAILED, _mail({b"DATA": b"554 5.7.1 looks like spam\r\n"}))
put(
    "aiosmtplib",
    "mailbox_full",
    FAILED,
    _mail({b"RCPT": b"552 5.2.2 mailbox full\r\n"}),
    note="the mailbox of the recipient; resource is defensible",
)
put(
    "aiosmtplib",
    "no_starttls_offered",
    OUR_SETTINGS,
    _mail({}, start_tls=True),
    note="we want TLS, the server has none; external_service is defensible",
)
put(
    "aiosmtplib",
    "no_login_offered",
    FAILED,
    _mail({}, username="a", password="b", start_tls=False),
    note="the server takes no login; configuration is defensible",
)
put("aiosmtplib", "silent_after_greeting", SILENT, _mail({b"MAIL": b"\0"}), note="half a line, and no more")


# --- SSH, local commands, files over requests -------------------------------------------------------------------------
class _Host(asyncssh.SSHServer):
    def begin_auth(self, username: str) -> bool:
        return False


async def _process(process: asyncssh.SSHServerProcess[str]) -> None:
    if process.command == "wait":
        await asyncio.sleep(1)
    process.stderr.write("no space left\n")
    process.exit(2)


def _ssh(act: Callable[[asyncssh.SSHClientConnection], Any]) -> Callable[[], Any]:
    async def run() -> Any:
        key = asyncssh.generate_private_key("ssh-ed25519")
        more = {"process_factory": _process, "sftp_factory": True}
        server = await asyncssh.create_server(_Host, "127.0.0.1", 0, server_host_keys=[key], **more)
        async with server:
            port = server.get_port()
            async with asyncssh.connect("127.0.0.1", port, known_hosts=None, username="a", config=None) as link:
                return await act(link)

    return run


async def _sftp_missing(link: asyncssh.SSHClientConnection) -> Any:
    async with link.start_sftp_client() as files:
        return await files.open("/nonexistent/bill.pdf")


def _changed_key() -> Any:
    one, other = paramiko.RSAKey.generate(1024), paramiko.RSAKey.generate(1024)
    raise paramiko.BadHostKeyException("sftp.shop.test", one, other)


put(
    "asyncssh",
    "command_failed",
    FAILED,
    _ssh(lambda link: link.run("price", check=True)),
    note="the other host answered with failure; system is defensible",
)
put(
    "asyncssh",
    "command_late",
    SILENT,
    _ssh(lambda link: link.run("wait", check=True, timeout=0.1)),
    note="asyncssh.TimeoutError of a command; external_service is defensible",
)
put(
    "asyncssh",
    "remote_file_missing",
    FAILED,
    _ssh(_sftp_missing),
    note="SFTPNoSuchFile: a peer says that it is not there",
)
put(
    "asyncssh",
    "forwarding_refused",
    FAILED,
    _ssh(lambda link: link.open_connection("127.0.0.1", 1)),
    note="ChannelOpenError: the other host does not connect us",
)
put(
    "paramiko",
    "key_of_the_host_changed",
    Means("network", False, (502, 503), "high"),
    _changed_key,
    made="a server with two keys is two servers; the class is made as the client makes it",
)
put("paramiko", "key_file_of_no_kind", OUR_SETTINGS, lambda: paramiko.PKey.from_type_string("ssh-none", b"x"))
put(
    "invoke",
    "command_failed",
    OUR_BUG,
    lambda: invoke.run("exit 3", hide=True, in_stream=False),
    note="a child process that failed",
)
put(
    "invoke",
    "command_late",
    Means("system", True, (500, 504), "medium"),
    lambda: invoke.run("sleep 2", hide=True, timeout=0.1, in_stream=False),
    note="a child process that was ended for taking too long; network is no question",
)
put("requests-file", "host_in_a_file_url", OUR_BUG, lambda: _files("file://shop.test/a.txt"), note="a ValueError")
put("CacheControl", "refused_without_a_copy", LINK, lambda: CacheControl(requests.Session()).get(dead(), timeout=1))


def _files(url: str) -> Any:
    session = requests.Session()
    session.mount("file://", FileAdapter())
    return session.get(url)
