"""What the flaky upstream does, seen from outside: over HTTP and over bare sockets."""

from __future__ import annotations

import asyncio
import gc
import json
import socket
import struct
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest
from example_apps.flaky_upstream import in_thread, serve
from example_apps.flaky_upstream.server import MAX_BODY, MAX_HEAD

GET_QUOTE = b"GET /quotes/ACME HTTP/1.1\r\nHost: upstream\r\n\r\n"


class Times:
    """The upstream's time: it stands still unless a test moves it; sleeps are noted and cost nothing."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def read(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


@pytest.fixture
def times() -> Times:
    return Times()


@pytest.fixture
def client(times: Times) -> Iterator[httpx.Client]:
    with (
        in_thread(serve(now=times.read, sleep=times.sleep)) as upstream,
        httpx.Client(base_url=upstream.url, trust_env=False, timeout=30) as client,
    ):
        yield client


def play(client: httpx.Client, *steps: dict[str, object], key: str | None = None) -> None:
    headers = {} if key is None else {"X-Test-Key": key}
    client.put("/_script", json=list(steps), headers=headers).raise_for_status()


def statuses(client: httpx.Client, path: str, number: int, **headers: str) -> list[int]:
    return [client.get(path, headers=headers).status_code for _ in range(number)]


def connect(client: httpx.Client) -> socket.socket:
    address = urlsplit(str(client.base_url))
    return socket.create_connection((address.hostname or "", address.port or 0), timeout=30)


def converse(client: httpx.Client, *sent: bytes) -> bytes:
    """Send, say that nothing follows, and read to the end of the connection."""
    with connect(client) as sock:
        for piece in sent:
            sock.sendall(piece)
        sock.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: sock.recv(65_536), b""))


def wait_until_held(client: httpx.Client, number: int, **headers: str) -> None:
    for _ in range(2_000):
        if client.get("/_stats", headers=headers).json()["held"] == number:
            return
    pytest.fail(f"never were {number} requests held")


class TestTheHealthyService:
    def test_a_quote_depends_on_nothing_but_its_symbol(self, client: httpx.Client) -> None:
        first, again, other = (client.get(f"/quotes/{symbol}") for symbol in ("ACME", "ACME", "EMCA"))
        assert first.status_code == 200
        assert first.headers["content-type"] == "application/json"
        assert first.json() == {"symbol": "ACME", "price": "755.10", "currency": "EUR"}
        assert again.content == first.content
        assert other.json()["price"] != first.json()["price"]

    def test_a_payment_is_created_once_for_each_idempotency_key(self, client: httpx.Client) -> None:
        keys = ["one", "one", "two", None, None]
        answers = [client.post("/payments", json={}, headers={"Idempotency-Key": key} if key else {}) for key in keys]
        assert [answer.status_code for answer in answers] == [201] * 5
        first, repeated, *others = [answer.json()["id"] for answer in answers]
        assert repeated == first
        assert len({first, *others}) == 4
        assert client.get("/_stats").json()["payments"] == {"booked": 4, "repeated": 1}

    def test_the_oldest_of_many_idempotency_keys_is_forgotten(self, client: httpx.Client) -> None:
        first, *_ = [client.post("/payments", headers={"Idempotency-Key": str(key)}).json() for key in range(2_001)]
        assert client.post("/payments", headers={"Idempotency-Key": "0"}).json() != first
        assert client.get("/_stats").json()["payments"] == {"booked": 2_002}

    def test_a_path_may_be_percent_encoded(self, client: httpx.Client) -> None:
        assert client.get("/quotes/%41CME").content == client.get("/quotes/ACME").content

    @pytest.mark.parametrize("path", ["/", "/quotes", "/quotes/", "/quotes/a/b", "/quotes/%00", "/_nothing", "/%ff"])
    def test_what_it_does_not_know_is_not_found(self, client: httpx.Client, path: str) -> None:
        assert client.get(path).status_code == 404

    def test_it_says_that_it_is_well_whatever_the_script_says(self, client: httpx.Client) -> None:
        play(client, {"fault": "reset"})
        assert client.get("/_health").json() == {"status": "ok"}

    def test_head_gets_the_headers_of_get_and_no_body(self, client: httpx.Client) -> None:
        length = len(client.get("/quotes/ACME").content)
        head = client.head("/quotes/ACME")
        assert (head.status_code, head.headers["content-length"], head.content) == (200, str(length), b"")
        assert client.get("/quotes/ACME").status_code == 200


class TestTheScript:
    def test_steps_follow_one_another_and_then_all_is_well(self, client: httpx.Client) -> None:
        play(
            client,
            {"path": "/quotes", "fault": "status", "status": 503, "count": 2},
            {"path": "/quotes", "fault": "healthy", "count": 1},
            {"path": "/quotes", "fault": "status", "status": 500, "count": 1},
        )
        assert statuses(client, "/quotes/ACME", 6) == [503, 503, 200, 500, 200, 200]

    def test_a_path_means_itself_and_what_is_below_it(self, client: httpx.Client) -> None:
        play(client, {"path": "/quotes/ACME", "fault": "status", "status": 503})
        assert statuses(client, "/quotes/ACME", 1) == [503]
        assert statuses(client, "/quotes/ACME/x?y=1", 1) == [503]
        assert statuses(client, "/quotes/ACMES", 1) == [200]
        assert client.post("/payments").status_code == 201

    def test_a_step_in_seconds_runs_from_its_first_request(self, client: httpx.Client, times: Times) -> None:
        play(client, {"fault": "status", "status": 503, "seconds": 10})
        seen = []
        for times.now in (100.0, 109.9, 110.0):
            seen += statuses(client, "/quotes/ACME", 1)
        assert seen == [503, 503, 200]

    def test_a_step_without_a_bound_lasts_until_the_script_is_replaced(self, client: httpx.Client) -> None:
        play(client, {"fault": "status", "status": 503})
        assert statuses(client, "/quotes/ACME", 20) == [503] * 20
        play(client)
        assert statuses(client, "/quotes/ACME", 1) == [200]

    @pytest.mark.parametrize(
        "body",
        [
            b'[{"fault": "explode"}]',
            b"[%s]" % b",".join([b'{"fault":"reset"}'] * 2_001),
            b"",
            b"{",
            b"\xff",
            b"[" * 60_000,
        ],
        ids=["faulty", "too long", "empty", "cut", "not UTF-8", "deep"],
    )
    def test_a_refused_script_changes_nothing(self, client: httpx.Client, body: bytes) -> None:
        play(client, {"fault": "status", "status": 503})
        refused = client.put("/_script", content=body)
        assert refused.status_code == 400
        assert refused.json()["error"]
        assert statuses(client, "/quotes/ACME", 1) == [503]


class TestFaults:
    @pytest.mark.parametrize("status", [400, 401, 429, 500, 503, 599])
    def test_a_status_is_answered_and_the_payment_not_booked(self, client: httpx.Client, status: int) -> None:
        play(client, {"fault": "status", "status": status})
        answer = client.post("/payments", json={})
        assert (answer.status_code, answer.json()) == (status, {"error": "failed by script"})
        assert ("www-authenticate" in answer.headers) == (status == 401)
        assert "retry-after" not in answer.headers
        assert client.get("/_stats").json()["payments"] == {}

    @pytest.mark.parametrize("retry_after", [0, 7, "Fri, 31 Dec 2027 23:59:59 GMT"])
    def test_a_status_carries_the_retry_after_it_was_given(self, client: httpx.Client, retry_after: int | str) -> None:
        play(client, {"fault": "status", "status": 429, "retry_after": retry_after})
        assert client.get("/quotes/ACME").headers["retry-after"] == str(retry_after)

    def test_latency_carries_out_and_then_answers_late(self, client: httpx.Client, times: Times) -> None:
        play(client, {"fault": "latency", "ms": 250, "count": 1})
        assert [client.post("/payments").status_code for _ in range(2)] == [201, 201]
        assert times.slept == [0.25]
        assert client.get("/_stats").json()["payments"] == {"booked": 2}

    def test_a_client_that_leaves_ends_the_latency_but_has_paid(self, times: Times) -> None:
        async def forever(seconds: float) -> None:
            await asyncio.Event().wait()

        with (
            in_thread(serve(sleep=forever)) as upstream,
            httpx.Client(base_url=upstream.url, trust_env=False) as client,
        ):
            play(client, {"fault": "latency", "ms": 1})
            assert converse(client, b"POST /payments HTTP/1.1\r\nContent-Length: 0\r\n\r\n") == b""
            assert client.get("/_stats").json()["payments"] == {"booked": 1}

    def test_a_reset_comes_before_any_byte(self, client: httpx.Client) -> None:
        play(client, {"fault": "reset", "count": 1})
        with connect(client) as sock:
            sock.sendall(GET_QUOTE)
            with pytest.raises(ConnectionResetError):
                sock.recv(1)
        assert statuses(client, "/quotes/ACME", 1) == [200]

    def test_a_truncated_body_is_half_of_what_its_length_promises(self, client: httpx.Client) -> None:
        whole = client.get("/quotes/ACME").content
        play(client, {"fault": "truncate", "count": 1})
        head, _, body = converse(client, GET_QUOTE).partition(b"\r\n\r\n")
        assert f"Content-Length: {len(whole)}".encode() in head.split(b"\r\n")
        assert body == whole[: len(whole) // 2]

    def test_a_client_library_notices_a_truncated_body(self, client: httpx.Client) -> None:
        play(client, {"fault": "truncate", "count": 1})
        with pytest.raises(httpx.RemoteProtocolError):
            client.post("/payments")
        assert client.get("/_stats").json()["payments"] == {"booked": 1}

    def test_garbage_is_no_http(self, client: httpx.Client) -> None:
        play(client, {"fault": "garbage", "count": 1})
        with pytest.raises(httpx.RemoteProtocolError):
            client.get("/quotes/ACME")

    def test_bad_json_is_a_good_answer_with_a_body_that_breaks_off(self, client: httpx.Client) -> None:
        play(client, {"fault": "bad_json", "count": 1})
        answer = client.post("/payments")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
        with pytest.raises(json.JSONDecodeError):
            answer.json()
        assert client.get("/_stats").json()["payments"] == {"booked": 1}

    def test_a_blackout_holds_a_request_until_the_script_is_replaced(self, client: httpx.Client) -> None:
        play(client, {"fault": "blackout"})
        with connect(client) as sock:
            sock.sendall(GET_QUOTE)
            wait_until_held(client, 1)
            play(client)
            assert sock.recv(12) == b"HTTP/1.1 200"
        wait_until_held(client, 0)

    def test_a_blackout_lets_go_of_a_client_that_has_left(self, client: httpx.Client) -> None:
        play(client, {"fault": "blackout"})
        with connect(client) as sock:
            sock.sendall(GET_QUOTE)
            wait_until_held(client, 1)
        wait_until_held(client, 0)
        assert client.get("/_stats").json()["faults"] == {"blackout": 1}

    def test_a_client_that_resets_the_connection_troubles_nobody(
        self, client: httpx.Client, caplog: pytest.LogCaptureFixture
    ) -> None:
        play(client, {"fault": "blackout"})
        for sent, held in ((b"GET /quo", 0), (GET_QUOTE, 1)):
            with connect(client) as sock:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                sock.sendall(sent)
                wait_until_held(client, held)
            wait_until_held(client, 0)
        gc.collect()
        assert [record for record in caplog.records if record.name == "asyncio"] == []

    def test_a_key_releases_its_own_requests_only(self, client: httpx.Client) -> None:
        held = GET_QUOTE.replace(b"\r\n\r\n", b"\r\nX-Test-Key: %s\r\n\r\n")
        for key in ("a", "b"):
            play(client, {"fault": "blackout"}, key=key)
        with connect(client) as first, connect(client) as second:
            first.sendall(held % b"a")
            second.sendall(held % b"b")
            wait_until_held(client, 2)
            play(client, key="a")
            assert first.recv(12) == b"HTTP/1.1 200"
            wait_until_held(client, 1, **{"X-Test-Key": "b"})


class TestKeys:
    def test_a_key_meets_its_own_steps_first_and_then_everybodys(self, client: httpx.Client) -> None:
        play(
            client,
            {"fault": "status", "status": 500, "count": 2},
            {"fault": "status", "status": 503, "count": 1, "key": "abc"},
        )
        assert statuses(client, "/quotes/ACME", 2, **{"X-Test-Key": "abc"}) == [503, 500]
        assert statuses(client, "/quotes/ACME", 2) == [500, 200]

    def test_other_requests_do_not_see_the_steps_of_a_key(self, client: httpx.Client) -> None:
        play(client, {"fault": "status", "status": 503, "key": "abc"})
        assert statuses(client, "/quotes/ACME", 1) == [200]
        assert statuses(client, "/quotes/ACME", 1, **{"X-Test-Key": "other"}) == [200]

    def test_a_script_put_under_a_key_leaves_all_others_alone(self, client: httpx.Client) -> None:
        play(client, {"fault": "status", "status": 500})
        for key, status in (("a", 502), ("b", 503), ("a", 504)):
            play(client, {"fault": "status", "status": status}, key=key)
        seen = [
            statuses(client, "/quotes/ACME", 1, **headers) for headers in ({}, {"X-Test-Key": "a"}, {"X-Test-Key": "b"})
        ]
        assert seen == [[500], [504], [503]]

    def test_idempotency_keys_of_two_tests_do_not_meet(self, client: httpx.Client) -> None:
        answers = [client.post("/payments", headers={"X-Test-Key": key, "Idempotency-Key": "1"}) for key in "ab"]
        assert answers[0].json() != answers[1].json()


class TestStats:
    def test_requests_are_counted_per_path_fault_and_key(self, client: httpx.Client) -> None:
        play(client, {"path": "/quotes", "fault": "status", "status": 503, "count": 2})
        statuses(client, "/quotes/ACME?fresh=1", 2)
        statuses(client, "/quotes/EMCA", 1, **{"X-Test-Key": "abc"})
        assert client.get("/_stats").json() == {
            "requests": 3,
            "held": 0,
            "paths": {"/quotes/ACME": 2, "/quotes/EMCA": 1},
            "faults": {"status": 2},
            "keys": {"abc": 1},
            "payments": {},
        }

    def test_a_key_sees_and_forgets_its_own_numbers(self, client: httpx.Client) -> None:
        for key in ("a", "a", "b"):
            client.get("/quotes/ACME", headers={"X-Test-Key": key})
        assert client.get("/_stats", headers={"X-Test-Key": "a"}).json()["paths"] == {"/quotes/ACME": 2}
        client.delete("/_stats", headers={"X-Test-Key": "a"})
        assert client.get("/_stats").json()["keys"] == {"b": 1}

    def test_deleting_answers_the_numbers_for_the_last_time(self, client: httpx.Client) -> None:
        client.get("/quotes/ACME")
        assert [client.delete("/_stats").json()["requests"] for _ in range(2)] == [1, 0]

    def test_paths_are_counted_up_to_a_bound(self, client: httpx.Client) -> None:
        statuses(client, "/quotes/ACME", 1)
        for number in range(2_010):
            client.get(f"/{number}")
        stats = client.get("/_stats").json()
        assert stats["requests"] == 2_011
        assert len(stats["paths"]) == 2_001
        assert stats["paths"]["(other)"] == 11


class TestConnections:
    def test_one_connection_carries_many_requests(self, client: httpx.Client) -> None:
        with connect(client) as sock, sock.makefile("rb") as answers:
            for body in (b"", b"{}"):
                sock.sendall(b"POST /payments HTTP/1.1\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
                lines = list(iter(answers.readline, b"\r\n"))
                assert lines[0] == b"HTTP/1.1 201 Created\r\n"
                assert json.loads(answers.read(len(b'{"id": "pay_000001", "status": "booked"}')))

    def test_pipelined_requests_are_answered_in_order_past_empty_lines(self, client: httpx.Client) -> None:
        play(client, {"fault": "status", "status": 503, "count": 1})
        answers = converse(client, GET_QUOTE + b"\r\n" + GET_QUOTE * 2)
        assert answers.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
        assert answers.count(b"HTTP/1.1 200 OK") == 2

    @pytest.mark.parametrize(
        "head", [b"GET /quotes/A HTTP/1.0\r\n\r\n", b"GET /quotes/A HTTP/1.1\r\nConnection: close\r\n\r\n"]
    )
    def test_a_connection_ends_when_the_client_asks_for_it(self, client: httpx.Client, head: bytes) -> None:
        with connect(client) as sock:
            sock.sendall(head)
            answer = b"".join(iter(lambda: sock.recv(65_536), b""))
        assert b"\r\nConnection: close\r\n" in answer

    @pytest.mark.parametrize(
        ("sent", "status"),
        [
            (b"\r\n\r\n", 400),
            (b"nonsense\r\n\r\n", 400),
            (b"GET http://elsewhere/ HTTP/1.1\r\n\r\n", 400),
            (b"GET /\xff HTTP/1.1\r\n\r\n", 400),
            (b"GET / HTTP/2.0\r\n\r\n", 400),
            (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", 400),
            (b"GET / HTTP/1.1\r\nA: b\r\n folded\r\n\r\n", 400),
            (b"POST /payments HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
            (b"POST /payments HTTP/1.1\r\nContent-Length: 9999999999999\r\n\r\n", 400),
            (b"POST /payments HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411),
            (b"POST /payments HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % (MAX_BODY + 1) + b"x" * (MAX_BODY + 1), 413),
            (b"POST /payments HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % (16 * MAX_BODY) + b"x" * 16 * MAX_BODY, 413),
            (b"GET / HTTP/1.1\r\nA: " + b"x" * MAX_HEAD + b"\r\n\r\n", 431),
            (b"x" * 2 * MAX_HEAD, 431),
        ],
        ids=lambda value: repr(value)[:60],
    )
    def test_a_bad_request_is_refused_and_the_server_lives(
        self, client: httpx.Client, sent: bytes, status: int
    ) -> None:
        assert converse(client, sent).startswith(f"HTTP/1.1 {status} ".encode())
        assert statuses(client, "/quotes/ACME", 1) == [200]

    @pytest.mark.parametrize("sent", [b"", b"GET /quo", b"POST /payments HTTP/1.1\r\nContent-Length: 9\r\n\r\nhalf"])
    def test_a_client_that_breaks_off_gets_no_answer(self, client: httpx.Client, sent: bytes) -> None:
        assert converse(client, sent) == b""
        assert client.get("/_stats").json()["requests"] == 0

    def test_a_body_of_the_largest_size_is_taken(self, client: httpx.Client) -> None:
        assert client.post("/payments", content=b"x" * MAX_BODY).status_code == 201
