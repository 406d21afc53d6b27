"""Clouds of the east, searching and speaking, lookups, flags, watchers, files and mail by lesser clients."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import aliyunsdkcore.client
import aliyunsdkcore.request
import configcatclient
import elevenlabs
import ftputil
import gnupg
import imap_tools
import ipinfo
import langsmith
import linebot.v3.messaging
import ncclient.manager
import nomad
import puresnmp
import pyrad.client
import pyrad.dictionary
import qcloud_cos
import scrapy
import shodan
import tavily
import tencentcloud.common.credential
import tencentcloud.common.profile.client_profile
import tencentcloud.common.profile.http_profile
import winrm
import zabbix_utils
import zulip
from opencage.geocoder import OpenCageGeocode
from tencentcloud.common.common_client import CommonClient

from evaluations.classifier.raisers._peers import HOST, closed_port, dialogue, listening
from evaluations.classifier.raisers.scaffold_http import (
    FAILED,
    LINK,
    NONSENSE,
    OUR_BUG,
    OUR_SETTINGS,
    QUOTA,
    REFUSED_US,
    SILENT,
    THROTTLED,
    Answer,
    add,
    add_answers,
)


def _dead() -> str:
    return f"http://{HOST}:{closed_port()}"


# --- clouds -----------------------------------------------------------------------------------------------------------
def _tencent(url: str) -> Any:
    http = tencentcloud.common.profile.http_profile.HttpProfile(
        protocol="http", endpoint=url.removeprefix("http://"), reqTimeout=1
    )
    profile = tencentcloud.common.profile.client_profile.ClientProfile(httpProfile=http)
    credential = tencentcloud.common.credential.Credential("none", "none")
    return CommonClient("cvm", "2017-03-12", credential, "ap-x", profile).call_json("DescribeZones", {})


def _tc(code: str, message: str) -> Answer:
    return Answer(200, {"Response": {"Error": {"Code": code, "Message": message}, "RequestId": "1"}})


def _cos(url: str) -> Any:
    settings = qcloud_cos.CosConfig(
        Region="ap-x", SecretId="none", SecretKey="none", Scheme="http", Domain=url.removeprefix("http://"), Timeout=1
    )
    return qcloud_cos.CosS3Client(settings, retry=0).get_object(Bucket="invoices-1", Key="1.pdf")


def _cos_error(status: int, code: str, message: str) -> Answer:
    rest = "<Resource>/1.pdf</Resource><RequestId>1</RequestId><TraceId>1</TraceId>"
    body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>{message}</Message>{rest}</Error>"
    return Answer(status, body, {"x-cos-request-id": "1"}, type="application/xml")


def _aliyun(url: str) -> Any:
    client = aliyunsdkcore.client.AcsClient(
        "none", "none", auto_retry=False, port=int(url.rpartition(":")[2]), timeout=1
    )
    request = aliyunsdkcore.request.CommonRequest(
        domain=HOST, version="2014-05-26", action_name="DescribeInstances", product="Ecs"
    )
    request.set_protocol_type("http")
    return client.do_action_with_exception(request)


add_answers(
    "tencentcloud-sdk-python-common",
    _tencent,
    {
        "signature": (REFUSED_US, _tc("AuthFailure.SignatureFailure", "The provided credentials could not be valid.")),
        "limited": (THROTTLED, _tc("RequestLimitExceeded", "Request limit exceeded.")),
    },
)
add("tencentcloud-sdk-python-common", "refused", LINK, lambda: _tencent(_dead()))
add_answers(
    "aliyun-python-sdk-core",
    _aliyun,
    {
        "throttled": (
            THROTTLED,
            Answer(400, {"Code": "Throttling.User", "Message": "Request was denied due to user flow control."}),
        ),
        "denied": (REFUSED_US, Answer(403, {"Code": "Forbidden.RAM", "Message": "User not authorized to operate."})),
    },
)
add("aliyun-python-sdk-core", "refused", LINK, lambda: _aliyun(_dead()))
add_answers(
    "cos-python-sdk-v5",
    _cos,
    {
        "no_key": (FAILED, _cos_error(404, "NoSuchKey", "The specified key does not exist.")),
        "no_bucket": (OUR_SETTINGS, _cos_error(404, "NoSuchBucket", "The specified bucket does not exist.")),
        "slow_down": (THROTTLED, _cos_error(503, "SlowDown", "Reduce your request rate.")),
    },
)


# --- searching, speaking, tracing -------------------------------------------------------------------------------------
def _search(url: str) -> Any:
    return tavily.TavilyClient("none", api_base_url=url).search("hats", timeout=1)


def _speak(url: str) -> Any:
    return elevenlabs.ElevenLabs(base_url=url, api_key="none", timeout=1).models.list()


def _trace(url: str) -> Any:
    return langsmith.Client(url, api_key="none", timeout_ms=1000, auto_batch_tracing=False).read_run("1" * 32)


add_answers(
    "tavily-python",
    _search,
    {
        "plan_limit": (QUOTA, Answer(432, {"detail": {"error": "This request exceeds your plan's set usage limit."}})),
        "key": (REFUSED_US, Answer(401, {"detail": {"error": "Unauthorized: missing or invalid API key."}})),
    },
)
add_answers(
    "elevenlabs",
    _speak,
    {
        "quota": (QUOTA, Answer(401, {"detail": {"status": "quota_exceeded", "message": "This exceeds your quota."}})),
        "busy": (THROTTLED, Answer(429, {"detail": {"status": "system_busy", "message": "Heavy traffic"}})),
    },
)
add_answers(
    "langsmith",
    _trace,
    {
        "key": (REFUSED_US, Answer(401, {"detail": "Invalid token"})),
        "absent": (FAILED, Answer(404, {"detail": "Run not found"})),
    },
)


# --- lookups ----------------------------------------------------------------------------------------------------------
def _place(url: str) -> Any:
    client = OpenCageGeocode("none")
    client.url = f"{url}/geocode/v1/json"
    return client.geocode("hat street")


def _address(url: str) -> Any:
    handler = ipinfo.getHandler("none", request_options={"timeout": 1})
    ipinfo.handler.API_URL = url
    return handler.getDetails("9.9.9.9")


def _host(url: str) -> Any:
    client = shodan.Shodan("none")
    client.base_url = url
    return client.host("192.0.2.1")


add_answers(
    "opencage",
    _place,
    {
        "quota": (QUOTA, Answer(402, {"status": {"code": 402, "message": "quota exceeded"}})),
        "nonsense": (FAILED, NONSENSE),
    },
)
add("opencage", "no_query", OUR_BUG, lambda: OpenCageGeocode("none").geocode(b"hat"))
add_answers(
    "ipinfo",
    _address,
    {
        "quota": (QUOTA, Answer(429, {"title": "Rate limit exceeded", "message": "You have hit your monthly limit"})),
        "failed": (FAILED, Answer(500, {"error": "Internal Server Error"})),
    },
)
add_answers("shodan", _host, {"key": (REFUSED_US, Answer(401, {"error": "Invalid API key"}))})
add("shodan", "refused", LINK, lambda: _host(_dead()))


# --- messages, flags --------------------------------------------------------------------------------------------------
def _line(url: str) -> Any:
    settings = linebot.v3.messaging.Configuration(host=url, access_token="none")
    with linebot.v3.messaging.ApiClient(settings) as client:
        return linebot.v3.messaging.MessagingApi(client).get_profile("U1", _request_timeout=1)


def _zulip(url: str) -> Any:
    return zulip.Client(email="bot@example.test", api_key="none", site=url, retry_on_errors=False)


add_answers(
    "line-bot-sdk",
    _line,
    {
        "monthly_limit": (QUOTA, Answer(429, {"message": "You have reached your monthly limit."})),
        "token": (REFUSED_US, Answer(401, {"message": "Authentication failed. Confirm that the token is valid."})),
    },
)
add("zulip", "refused", LINK, lambda: _zulip(_dead()))
add("zulip", "no_settings", OUR_SETTINGS, lambda: zulip.Client(config_file="/no/such/zuliprc"))
add("configcat-client", "no_key", OUR_SETTINGS, lambda: configcatclient.get(""))


# --- watchers, schedulers, devices ------------------------------------------------------------------------------------
def _zabbix(url: str) -> Any:
    client = zabbix_utils.ZabbixAPI(url=url, skip_version_check=True, timeout=1)
    client.login(user="shop", password="x")
    return client


def _nomad(url: str) -> Any:
    return nomad.Nomad(host=HOST, port=int(url.rpartition(":")[2]), timeout=1).job.get_job("deploy")


def _snmp() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mute:
        mute.bind((HOST, 0))
        client = puresnmp.Client(HOST, puresnmp.V2C("public"), port=mute.getsockname()[1])
        with client.reconfigure(timeout=1, retries=1):
            asyncio.run(client.get(puresnmp.ObjectIdentifier("1.3.6.1.2.1.1.1.0")))


def _netconf() -> Any:
    return ncclient.manager.connect(
        host=HOST, port=closed_port(), username="shop", password="x", hostkey_verify=False, timeout=1
    )


def _windows(url: str) -> Any:
    return winrm.Session(
        f"{url}/wsman", auth=("shop", "x"), transport="basic", read_timeout_sec=2, operation_timeout_sec=1
    ).run_cmd("dir")


add_answers(
    "python-nomad",
    _nomad,
    {
        "absent": (FAILED, Answer(404, "job not found", type="text/plain")),
        "denied": (REFUSED_US, Answer(403, "Permission denied", type="text/plain")),
        "no_leader": (FAILED, Answer(500, "No cluster leader", type="text/plain")),
    },
)
add("zabbix-utils", "refused", LINK, lambda: _zabbix(_dead()))
add_answers("zabbix-utils", _zabbix, {"nonsense": (FAILED, NONSENSE)})
add("puresnmp", "silent", SILENT, _snmp)
add("ncclient", "refused", LINK, _netconf)
add_answers(
    "pywinrm",
    _windows,
    {
        "password": (REFUSED_US, Answer(401, "", {"WWW-Authenticate": "Basic realm=WSMAN"})),
        "failed": (FAILED, Answer(500, "<html>Internal Server Error</html>", type="text/html")),
    },
)


# --- files, mail, keys ------------------------------------------------------------------------------------------------
def _ftp(answers: dict[bytes, bytes]) -> None:
    class Session(ftputil.session.ftplib.FTP):
        def __init__(self, host: str, user: str, password: str, port: int) -> None:
            super().__init__()
            self.connect(host, port, timeout=1)
            self.login(user, password)

    with listening(dialogue(b"220 ready\r\n", answers, b"200 fine\r\n")) as port:
        ftputil.FTPHost(HOST, "shop", "x", port, session_factory=Session).remove("/invoice.pdf")


def _mailbox(answers: dict[bytes, bytes], folder: str = "INBOX") -> None:
    with listening(dialogue(b"* OK ready\r\n", answers, b"{tag} OK done\r\n")) as port:
        imap_tools.MailBoxUnencrypted(HOST, port, timeout=1).login("shop", "x", initial_folder=folder)


_CAPABLE = b"* CAPABILITY IMAP4rev1\r\n{tag} OK done\r\n"
add("ftputil", "password", REFUSED_US, lambda: _ftp({b"USER": b"331 password\r\n", b"PASS": b"530 incorrect\r\n"}))
add(
    "imap-tools",
    "password",
    REFUSED_US,
    lambda: _mailbox({b"CAPABILITY": _CAPABLE, b"LOGIN": b"{tag} NO [AUTHENTICATIONFAILED] Invalid credentials\r\n"}),
)
add(
    "imap-tools",
    "no_folder",
    OUR_SETTINGS,
    lambda: _mailbox({b"CAPABILITY": _CAPABLE, b"SELECT": b"{tag} NO [NONEXISTENT] Unknown Mailbox\r\n"}),
)
add("python-gnupg", "no_program", OUR_SETTINGS, lambda: gnupg.GPG(gpgbinary="/no/such/gpg"))


def _radius() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mute:
        mute.bind((HOST, 0))
        client = pyrad.client.Client(
            HOST, mute.getsockname()[1], secret=b"x", dict=pyrad.dictionary.Dictionary(), retries=1, timeout=0.2
        )
        client.SendPacket(client.CreateAuthPacket(code=1))


add("pyrad", "silent", SILENT, _radius)
add("scrapy", "no_scheme", OUR_BUG, lambda: scrapy.Request("supplier.example/hats"))
