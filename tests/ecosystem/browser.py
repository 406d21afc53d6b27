"""A client with a cookie jar that calls an application in this process, as a server would."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import httpx

from ecosystem import deeds

__all__ = ["Browser"]

_HERE = "http://shop.example"


class Browser:
    """Keeps cookies, sends an `Origin`, and swallows what escapes the application, as servers do.

    Parameters:
        app: the application.
        asynchronous: it speaks ASGI; else WSGI.
    """

    def __init__(self, app: Any, *, asynchronous: bool) -> None:
        self._app = app
        self._asynchronous = asynchronous
        self._cookies = httpx.Cookies()
        self._raised: BaseException | None = None

    def get(self, path: str) -> dict[str, Any]:
        """Ask for a path: what was answered, and the type of what escaped the application."""
        return self.request("GET", path)

    def preflight(self, path: str) -> dict[str, Any]:
        """What a browser asks before a request that is not simple."""
        return self.request("OPTIONS", path, {"Access-Control-Request-Method": "GET"})

    def request(self, method: str, path: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
        self._raised = None
        sent = {"Origin": deeds.ORIGIN, **(headers or {})}
        asynchronous = self._asynchronous
        response = asyncio.run(self._asgi(method, path, sent)) if asynchronous else self._wsgi(method, path, sent)
        self._cookies.update(response.cookies)
        return {
            "status": response.status_code,
            "headers": {key.lower(): value for key, value in response.headers.items()},
            "body": response.text,
            "raised": None if self._raised is None else type(self._raised).__name__,
        }

    async def _asgi(self, method: str, path: str, headers: dict[str, str]) -> httpx.Response:
        transport = httpx.ASGITransport(self._noting_asgi, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=_HERE, cookies=self._cookies) as client:
            return await client.request(method, path, headers=headers)

    async def _noting_asgi(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            await self._app(scope, receive, send)
        except Exception as error:
            self._raised = error
            raise

    def _wsgi(self, method: str, path: str, headers: dict[str, str]) -> httpx.Response:
        transport = httpx.WSGITransport(self._noting_wsgi, raise_app_exceptions=False)
        with httpx.Client(transport=transport, base_url=_HERE, cookies=self._cookies) as client:
            return client.request(method, path, headers=headers)

    def _noting_wsgi(self, environ: Any, start_response: Any) -> Any:
        try:
            return self._app(environ, start_response)
        except Exception as error:
            self._raised = error
            start_response("500 Internal Server Error", [("Content-Type", "text/plain")], sys.exc_info())
            return [b"the server's own"]
