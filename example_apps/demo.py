"""`make demo`: start the upstream, the collector and the shops, send traffic, and show what came of it."""

from __future__ import annotations

import argparse
import base64
import json
import os
import re
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parents[1]
SHOPS = {
    "Starlette": ("uvicorn", "example_apps.starlette_shop:app"),
    "FastAPI": ("uvicorn", "example_apps.fastapi_shop:app"),
    "Django": ("gunicorn", "example_apps.django_shop.wsgi:app"),
    "Flask": ("gunicorn", "example_apps.flask_shop:app"),
}
_VARIES = re.compile(r'"(instance|error_id|request_id|trace_id|timestamp|support_reference)":"[^"]*"')


def say(title: str) -> None:
    print(f"\n\033[1m{title}\033[0m" if sys.stdout.isatty() else f"\n{title}")


@contextmanager
def process(command: list[str], folder: Path, log: str, **environ: str) -> Iterator[subprocess.Popen[str]]:
    env = {**os.environ, "PYTHONPATH": str(ROOT), **environ}
    with (folder / log).open("w") as errors:
        child = subprocess.Popen(command, cwd=folder, env=env, stdout=subprocess.PIPE, stderr=errors, text=True)
        try:
            yield child
        finally:
            child.send_signal(signal.SIGINT if "uvicorn" in command else signal.SIGTERM)
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
            if child.stdout is not None:
                child.stdout.close()


def announced(child: subprocess.Popen[str], log: Path) -> str:
    """The URL that a process prints when it is ready."""
    assert child.stdout is not None
    for line in child.stdout:
        if match := re.search(r"http://127\.0\.0\.1:\d+", line):
            return match[0]
    raise SystemExit(f"a process ended before it was ready; see {log}:\n{log.read_text()[-2000:]}")


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_shop(stack: ExitStack, name: str, folder: Path, **environ: str) -> str:
    server, target = SHOPS[name]
    port = free_port()
    if server == "uvicorn":
        command = [sys.executable, "-m", "uvicorn", target, "--port", str(port), "--log-level", "warning"]
    else:
        command = [sys.executable, "-m", "gunicorn", target, "--bind", f"127.0.0.1:{port}", "--log-level", "warning"]
        command += ["--worker-class", "gthread", "--threads", "4"]
    log = f"{name.lower()}.log"
    child = stack.enter_context(process(command, folder, log, OTEL_SERVICE_NAME=f"{name.lower()}-shop", **environ))
    url = f"http://127.0.0.1:{port}"
    for _ in range(400):
        if child.poll() is not None:
            break
        try:
            httpx.get(f"{url}/catalogue", timeout=2)
            return url
        except httpx.TransportError:
            time.sleep(0.05)
    raise SystemExit(f"{name} did not start; see {folder / log}:\n{(folder / log).read_text()[-3000:]}")


def without_ids(text: str) -> str:
    """A problem without what differs from one occurrence to the next."""
    return _VARIES.sub(r'"\1":"…"', text)


def same_failure(urls: dict[str, str]) -> None:
    say("1. One bug, told the same way by four frameworks (its text held a database password)")
    bodies = {}
    for name, url in urls.items():
        reply = httpx.get(f"{url}/crash")
        bodies[name] = without_ids(reply.text)
        print(f"   {name:10} {reply.status_code}  X-Error-ID {reply.headers['x-error-id']}")
    print(json.dumps(json.loads(next(iter(bodies.values()))), indent=2, ensure_ascii=False))
    print(f"   bodies identical but for ids and time: {len(set(bodies.values())) == 1}")

    say("2. What the shop refuses on purpose")
    requests: list[tuple[str, str, Any, dict[str, str]]] = [
        ("GET", "/catalogue/sugar", None, {}),
        ("POST", "/orders", {"sku": "pot", "quantity": 2}, {}),
        ("POST", "/orders", {"sku": "pot", "quantity": 2}, {"Accept-Language": "de"}),
        ("POST", "/login", {"user": "ada", "password": "wrong-and-fake"}, {}),
    ]
    for method, path, body, headers in requests:
        replies = {n: httpx.request(method, url + path, json=body, headers=headers) for n, url in urls.items()}
        first = next(iter(replies.values())).json()
        statuses = {reply.status_code for reply in replies.values()}
        print(f"   {method} {path}: {sorted(statuses)} {first['code']}: {first['detail']}")


def script(upstream: str, *steps: dict[str, Any], key: str = "") -> None:
    """What the upstream is to do next; with a key, only to requests that carry it."""
    headers = {"X-Test-Key": key} if key else {}
    httpx.put(f"{upstream}/_script", json={"steps": list(steps)}, headers=headers).raise_for_status()


def saved_by_retry(urls: dict[str, str], upstream: str) -> None:
    say("3. The upstream fails every request twice, then answers: retries save the requests")
    for name, url in urls.items():
        script(
            upstream,
            {"path": "/quotes", "fault": "status", "status": 503, "count": 1},
            {"path": "/quotes", "fault": "reset", "count": 1},
        )
        reply = httpx.get(f"{url}/quotes/TEA", timeout=10)
        print(f"   {name:10} {reply.status_code} {reply.text}")
    script(upstream)


def breaker(urls: dict[str, str], upstream: str) -> None:
    say("4. The upstream goes away: the circuit opens, rejects at once, and closes when it is back")
    for name, url in urls.items():
        script(upstream, {"path": "/quotes", "fault": "status", "status": 500, "count": 1000})
        seen: list[str] = []
        for _ in range(8):
            reply = httpx.get(f"{url}/quotes/TEA", timeout=10)
            seen.append(f"{reply.status_code} {reply.json().get('code', 'ok')}")
        before = reply.headers.get("retry-after")
        script(upstream)
        begun = time.monotonic()
        while httpx.get(f"{url}/quotes/TEA", timeout=10).status_code != 200 and time.monotonic() - begun < 20:
            time.sleep(0.2)
        runs = ", ".join(f"{seen.count(s)} x {s}" for s in dict.fromkeys(seen))
        print(f"   {name:10} {runs}; Retry-After {before}; closed again after {time.monotonic() - begun:.1f} s")


def traces(collector: str) -> None:
    say("5. The trace of a request that was retried, as the collector received it")
    for _ in range(50):
        spans = httpx.get(f"{collector}/traces").json()
        retried = [s for s in spans if s["name"] == "failsoft.attempt"]
        if retried:
            break
        time.sleep(0.1)
    if not retried:
        print("   nothing came")
        return
    trace = retried[0]["trace_id"]
    family = [s for s in spans if s["trace_id"] == trace]
    ids = {s["span_id"] for s in family}

    def show(parent: str | None, depth: int) -> None:
        for span in sorted(family, key=lambda s: s["start"]):
            above = span.get("parent_span_id") or None
            if above == parent or (parent is None and above not in ids):
                notes = {k: v for k, v in span["attributes"].items() if k.startswith("failsoft.") or k == "error.type"}
                print(f"   {'   ' * depth}{span['name']} {notes or ''}")
                show(span["span_id"], depth + 1)

    show(None, 0)


def failsoft(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line with the settings of the shops."""
    command = [sys.executable, "-m", "failsoft.cli", "--settings", str(ROOT / "example_apps/shop/failsoft.toml")]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run([*command, *arguments], cwd=folder, env=env, capture_output=True, text=True, check=False)


def audit(folder: Path) -> None:
    say("6. The audit trail: encrypted, chained, searched with the key")
    time.sleep(0.5)
    for arguments in (
        ("audit", "search", "--kind", "failure.handled", "--limit", "8"),
        ("audit", "search", "--status", "500", "--limit", "1", "--json"),
        ("audit", "report", "--since", "1h"),
        ("audit", "verify"),
    ):
        print(f"   $ failsoft {' '.join(arguments)}")
        done = failsoft(folder, *arguments)
        print("".join(f"   {line[:220]}\n" for line in (done.stdout or done.stderr).splitlines()))
    files = b"".join(path.read_bytes() for path in folder.glob("failsoft-audit.db*") if path.is_file())
    print(f"   a message of the records in clear on the disk: {b'postgresql://' in files}")


def start(stack: ExitStack, folder: Path) -> tuple[Path, str, str, dict[str, str]]:
    """Start everything; returns the folder, and the URLs of the upstream, the collector and the shops."""
    key = os.open(folder / "audit.key", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    os.write(key, base64.b64encode(secrets.token_bytes(32)))
    os.close(key)
    module = [sys.executable, "-m"]
    upstream_process = stack.enter_context(
        process([*module, "example_apps.flaky_upstream", "--port", "0"], folder, "upstream.log")
    )
    collector_process = stack.enter_context(
        process([*module, "example_apps.collector", "--port", "0"], folder, "collector.log")
    )
    upstream = announced(upstream_process, folder / "upstream.log")
    collector = announced(collector_process, folder / "collector.log")
    urls = {
        shop: start_shop(
            stack,
            shop,
            folder,
            SHOP_UPSTREAM=upstream,
            SHOP_DATABASE=str(folder / "shop.db"),
            OTEL_EXPORTER_OTLP_ENDPOINT=collector,
        )
        for shop in SHOPS
    }
    return folder, upstream, collector, urls


def main() -> None:
    """Run the demonstration."""
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--once", action="store_true", help="show, then exit instead of staying up")
    once = parser.parse_args().once
    with tempfile.TemporaryDirectory(prefix="failsoft-demo-") as name, ExitStack() as stack:
        folder, upstream, collector, urls = start(stack, Path(name))
        same_failure(urls)
        saved_by_retry(urls, upstream)
        breaker(urls, upstream)
        traces(collector)
        audit(folder)
        say("Up and running")
        for shop, url in urls.items():
            print(f"   {shop:10} {url}   try: curl -i {url}/crash")
        print(f"   upstream   {upstream}   PUT /_script makes it fail\n   collector  {collector}/traces")
        if not once:
            print("\nCtrl-C ends it.")
            try:
                signal.pause()
            except KeyboardInterrupt:
                print()


if __name__ == "__main__":
    main()
