"""What a service is operated with: secrets, clusters, containers, hosts, directories, mail."""

from __future__ import annotations

import email
import email.policy
import imaplib
import io
import logging
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any

import consul
import docker
import docker.errors
import hvac
import kubernetes.client
import kubernetes.config
import ldap3
import ldap3.core.exceptions
import paramiko

from evaluations.classifier.cases import case
from evaluations.classifier.raisers._fresh_e_web import (
    answering,
    bug,
    declined,
    distrusted,
    edit_conflict,
    failed,
    label,
    not_now,
    refused,
    refused_us,
    settings,
    silent,
    throttled,
    unparsable,
)
from evaluations.classifier.raisers._peers import (
    base_url,
    closed_port,
    dialogue,
    listening,
    saying,
    silence,
    untrusted_url,
)


# --- hvac -------------------------------------------------------------------------------------------------------------
def _vault(status: int, *errors: str) -> None:
    with answering(status, {"errors": list(errors)}) as url:
        hvac.Client(url, token="none", timeout=2).secrets.kv.v2.read_secret_version(
            "shop/db", raise_on_deleted_version=True
        )


@case("hvac", **refused_us)
def fresh_e_policy_does_not_allow() -> None:
    _vault(403, "1 error occurred:\n\t* permission denied\n\n")


@case("hvac", note="a secret is set up beforehand", **settings)
def fresh_e_secret_was_never_written() -> None:
    _vault(404)


@case("hvac", **not_now)
def fresh_e_vault_is_sealed() -> None:
    _vault(503, "Vault is sealed")


@case("hvac", **failed)
def fresh_e_vault_has_an_error() -> None:
    _vault(500, "internal error")


@case("hvac", **refused)
def fresh_e_vault_is_not_there() -> None:
    hvac.Client(f"http://127.0.0.1:{closed_port()}", timeout=2).auth.token.lookup_self()


# --- consul -----------------------------------------------------------------------------------------------------------
def _consul(status: int, text: str) -> None:
    with answering(status, text, kind="text/plain") as url:
        consul.Consul("127.0.0.1", int(url.rpartition(":")[2])).kv.get("shop/flags")


@case("python-consul", **refused_us)
def fresh_e_acl_denies() -> None:
    _consul(403, "Permission denied")


@case("python-consul", **failed)
def fresh_e_no_cluster_leader() -> None:
    _consul(500, "No known Consul servers")


@case("python-consul", **refused)
def fresh_e_agent_is_down() -> None:
    consul.Consul("127.0.0.1", closed_port()).kv.get("shop/flags")


# --- kubernetes -------------------------------------------------------------------------------------------------------
def _cluster(url: str, **options: Any) -> kubernetes.client.BatchV1Api:
    there = kubernetes.client.Configuration(host=url)
    there.retries = False
    return kubernetes.client.BatchV1Api(kubernetes.client.ApiClient(there, **options))


def _job(status: int, reason: str, message: str) -> None:
    said = {"kind": "Status", "status": "Failure", "reason": reason, "message": message, "code": status}
    with answering(status, said) as url:
        _cluster(url).create_namespaced_job("shop", {"metadata": {"name": "report"}})


@case("kubernetes", **refused_us)
def fresh_e_service_account_may_not() -> None:
    _job(
        403, "Forbidden", 'jobs.batch is forbidden: User "system:serviceaccount:shop:web" cannot create resource "jobs"'
    )


@case("kubernetes", **throttled)
def fresh_e_api_server_throttles() -> None:
    _job(429, "TooManyRequests", "the server has received too many requests and has asked us to try again later")


@case("kubernetes", **not_now)
def fresh_e_api_server_is_starting() -> None:
    _job(503, "ServiceUnavailable", "the server is currently unable to handle the request")


@case("kubernetes", note="to a client of ours it may be contention at a peer", **edit_conflict | {"status": (409, 503)})
def fresh_e_object_has_been_modified() -> None:
    message = "the object has been modified; please apply your changes to the latest version and try again"
    with answering(409, {"kind": "Status", "reason": "Conflict", "message": message, "code": 409}) as url:
        _cluster(url).replace_namespaced_job("report", "shop", {"metadata": {"resourceVersion": "1"}})


@case("kubernetes", **declined)
def fresh_e_manifest_is_invalid() -> None:
    _job(422, "Invalid", 'Job.batch "Report" is invalid: metadata.name: Invalid value: "Report"')


@case("kubernetes", **settings)
def fresh_e_no_kubeconfig() -> None:
    kubernetes.config.load_kube_config("/nonexistent/config")


@case("kubernetes", **settings)
def fresh_e_not_inside_a_cluster() -> None:
    kubernetes.config.load_incluster_config()


@case("kubernetes", **silent)
def fresh_e_api_server_is_silent() -> None:
    _cluster(f"{base_url()}/slow").list_namespaced_job("shop", _request_timeout=(0.3, 0.3))


# --- docker -----------------------------------------------------------------------------------------------------------
@contextmanager
def _engine(status: int, message: str) -> Iterator[docker.DockerClient]:
    with answering(status, {"message": message}) as url:
        yield docker.DockerClient(url.replace("http", "tcp"), version="1.44", timeout=2)


@case("docker", **declined)
def fresh_e_container_is_gone() -> None:
    with _engine(404, "No such container: render") as engine:
        engine.containers.get("render")


@case("docker", **failed)
def fresh_e_engine_has_an_error() -> None:
    with _engine(500, "driver failed programming external connectivity on endpoint render") as engine:
        engine.containers.get("render")


@case("docker", **refused)
def fresh_e_engine_is_not_running() -> None:
    docker.DockerClient(f"tcp://127.0.0.1:{closed_port()}", version="1.44", timeout=2).ping()


@case("docker", **bug)
def fresh_e_container_run_with_an_unknown_word() -> None:
    with _engine(200, "") as engine:
        engine.containers.run("shop/render:9", memory="1g")


# --- paramiko ---------------------------------------------------------------------------------------------------------
logging.getLogger("paramiko.transport").setLevel(logging.CRITICAL)


class _Gate(paramiko.ServerInterface):
    def check_auth_password(self, username: str, password: str) -> int:
        return paramiko.AUTH_SUCCESSFUL if password == "right" else paramiko.AUTH_FAILED

    def get_allowed_auths(self, username: str) -> str:
        return "password"


_HOST_KEY = paramiko.ECDSAKey.generate()


def _ssh(password: str, policy: paramiko.MissingHostKeyPolicy, known: paramiko.PKey | None = None) -> None:
    def serve(connection: socket.socket) -> None:
        gate = paramiko.Transport(connection)
        gate.add_server_key(_HOST_KEY)
        try:
            gate.start_server(server=_Gate(), event=threading.Event())
            gate.join(3)
        finally:
            gate.close()

    with listening(serve) as port, paramiko.SSHClient() as client:
        client.set_missing_host_key_policy(policy)
        if known:
            client.get_host_keys().add(f"[127.0.0.1]:{port}", known.get_name(), known)
        client.connect("127.0.0.1", port, "backup", password, timeout=2, allow_agent=False, look_for_keys=False)
        client.open_sftp()


@case("paramiko", **refused_us)
def fresh_e_password_of_the_backup_user() -> None:
    _ssh("wrong", paramiko.AutoAddPolicy())


@case("paramiko", note="trust in a host, as with TLS", **distrusted)
def fresh_e_host_key_has_changed() -> None:
    _ssh("right", paramiko.RejectPolicy(), paramiko.ECDSAKey.generate())


@case("paramiko", **refused)
def fresh_e_ssh_port_is_closed() -> None:
    paramiko.SSHClient().connect("127.0.0.1", closed_port(), "backup", timeout=2)


@case("paramiko", **label("network", True, (502, 503, 504), "medium"))
def fresh_e_no_banner() -> None:
    with listening(silence) as port, paramiko.SSHClient() as client:
        client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
        client.connect("127.0.0.1", port, "backup", "right", timeout=1, banner_timeout=0.3)


@case("paramiko", **settings)
def fresh_e_private_key_of_rubbish() -> None:
    paramiko.RSAKey.from_private_key(io.StringIO("-----BEGIN RSA PRIVATE KEY-----\nnone\n"))


# --- ldap3 ------------------------------------------------------------------------------------------------------------
@case("ldap3", **not_now)
def fresh_e_directory_is_busy() -> None:
    busy = bytes.fromhex("300c02010161070a013304000400")
    with listening(saying(busy)) as port:
        there = ldap3.Server("127.0.0.1", port, get_info=ldap3.NONE, connect_timeout=1)
        ldap3.Connection(there, "cn=web,o=shop", "right", raise_exceptions=True, receive_timeout=2).bind()


@case("ldap3", **refused)
def fresh_e_directory_is_down() -> None:
    ldap3.Connection(ldap3.Server("127.0.0.1", closed_port(), connect_timeout=1)).open()


@case("ldap3", **bug)
def fresh_e_filter_without_an_end() -> None:
    link = ldap3.Connection(ldap3.Server("fake"), client_strategy=ldap3.MOCK_SYNC, raise_exceptions=True)
    link.bind()
    link.search("o=shop", "(cn=web")


# --- smtplib ----------------------------------------------------------------------------------------------------------
_GREETING = b"220 mail.example.test ESMTP\r\n"
_HELLO = {b"EHLO": b"250-mail.example.test\r\n250-AUTH PLAIN LOGIN\r\n250 SIZE 100\r\n", b"QUIT": b"221 Bye\r\n"}


def _send(answers: dict[bytes, bytes], *, user: str = "", greeting: bytes = _GREETING) -> None:
    with listening(dialogue(greeting, {**_HELLO, **answers}, b"250 OK\r\n")) as port:
        with smtplib.SMTP("127.0.0.1", port, timeout=2) as client:
            if user:
                client.login(user, "wrong")
            message = EmailMessage()
            message["From"], message["To"], message["Subject"] = "a@example.test", "b@example.test", "Hello"
            client.send_message(message)


@case("python", **refused_us)
def fresh_e_smtp_login_is_refused() -> None:
    _send({b"AUTH": b"535 5.7.8 Authentication credentials invalid\r\n"}, user="shop")


@case("python", **declined | {"status": (502, 503)})
def fresh_e_smtp_mailbox_does_not_exist() -> None:
    _send({b"RCPT": b"550 5.1.1 user unknown\r\n"})


@case("python", **not_now)
def fresh_e_smtp_is_shutting_down() -> None:
    _send({}, greeting=b"421 4.3.2 Service not available, closing transmission channel\r\n")


@case("python", **not_now)
def fresh_e_smtp_greylists() -> None:
    _send({b"RCPT": b"451 4.7.1 Greylisting in action, please come back later\r\n"})


@case("python", **refused)
def fresh_e_smtp_hangs_up_in_the_middle() -> None:
    _send({b"MAIL": b""})


@case("python", note="we ask for what this server never had", **settings)
def fresh_e_smtp_does_not_know_starttls() -> None:
    with listening(dialogue(_GREETING, _HELLO, b"250 OK\r\n")) as port, smtplib.SMTP("127.0.0.1", port) as client:
        client.starttls()


@case("python", **silent)
def fresh_e_smtp_never_greets() -> None:
    with listening(silence) as port:
        smtplib.SMTP("127.0.0.1", port, timeout=0.3)


@case("python", **failed)
def fresh_e_smtp_talks_nonsense() -> None:
    with listening(saying(b"HTTP/1.1 400 Bad Request\r\n\r\n", at_once=True)) as port:
        smtplib.SMTP("127.0.0.1", port, timeout=1)


@case("python", **refused)
def fresh_e_wrapped_receipt_not_sent() -> None:
    try:
        smtplib.SMTP("127.0.0.1", closed_port(), timeout=1)
    except OSError as exc:
        raise RuntimeError("receipt of order 7 was not sent") from exc


# --- imaplib and email ------------------------------------------------------------------------------------------------
@case("python", **refused_us)
def fresh_e_imap_login_is_refused() -> None:
    says = {b"LOGIN": b"{tag} NO [AUTHENTICATIONFAILED] Invalid credentials\r\n"}
    says[b"CAPABILITY"] = b"* CAPABILITY IMAP4rev1\r\n{tag} OK done\r\n"
    with listening(dialogue(b"* OK ready\r\n", says, b"{tag} OK done\r\n")) as port:
        imaplib.IMAP4("127.0.0.1", port, timeout=2).login("shop", "wrong")


@case("python", **refused)
def fresh_e_imap_hangs_up() -> None:
    with listening(saying(b"", at_once=True)) as port:
        imaplib.IMAP4("127.0.0.1", port, timeout=4)


@case("python", **bug)
def fresh_e_imap_search_before_select() -> None:
    says = {b"CAPABILITY": b"* CAPABILITY IMAP4rev1\r\n{tag} OK done\r\n"}
    with listening(dialogue(b"* OK ready\r\n", says, b"{tag} OK done\r\n")) as port:
        imaplib.IMAP4("127.0.0.1", port, timeout=2).search(None, "ALL")


@case("python", **unparsable)
def fresh_e_mail_without_a_head() -> None:
    email.message_from_bytes(b"Subject: Hello\nno header at all\n\nbody", policy=email.policy.strict)


@case("python", **distrusted)
def fresh_e_ldaps_certificate_is_not_trusted() -> None:
    port = int(untrusted_url().rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), 2) as plain:
        ssl.create_default_context().wrap_socket(plain, server_hostname="127.0.0.1")
