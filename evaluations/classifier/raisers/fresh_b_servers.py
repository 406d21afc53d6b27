"""Sanic, Tornado, Falcon, Bottle, Pyramid, Connexion, aiohttp as a server, and templates."""

from __future__ import annotations

import asyncio
import datetime as dt
import io
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
import aiohttp.web
import bottle
import chameleon
import connexion.exceptions
import connexion.resolver
import falcon
import falcon.media.validators
import falcon.testing
import hypercorn.utils
import jinja2
import jinja2.sandbox
import mako.lookup
import mako.template
import multidict
import pyramid.config
import pyramid.exceptions
import pyramid.request
import sanic
import sanic.exceptions
import tornado.gen
import tornado.httpclient
import tornado.iostream
import tornado.locks
import tornado.options
import tornado.queues
import tornado.web
import tornado.websocket
import webob
from aiohttp.test_utils import TestClient, TestServer
from sanic.request import Request as SanicRequest

from evaluations.classifier.raisers._fresh_b import ABSENT, CLIENT_GONE, RULE, just, put
from evaluations.classifier.raisers._peers import hang_up, listening
from evaluations.classifier.raisers.scaffold_http import (
    CONTENTION,
    LINK,
    OUR_BUG,
    OUR_SETTINGS,
    SILENT,
    UNPARSABLE,
    Means,
)

_POOL = Means("resource", True, 503, "medium")


def _at(category: str, status: int, severity: str = "low", transient: bool = False) -> Means:
    return Means(category, transient, status, severity)


# --- Sanic ------------------------------------------------------------------------------------------------------------
def _sanic() -> sanic.Sanic[Any, Any]:
    sanic.Sanic.test_mode = True
    return sanic.Sanic(f"shop{len(sanic.Sanic._app_registry)}")


def _sanic_json() -> Any:
    request = SanicRequest(b"/", {}, "1.1", "POST", None, _sanic())  # type: ignore[arg-type]
    request.body = b'{"sku": '
    return request.json


def _sanic_route_twice() -> Any:
    app = _sanic()
    for name in ("one", "two"):
        app.add_route(lambda request: None, "/orders", name=name)
    app.router.finalize()


def _sanic_settings() -> Any:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "settings.py"
        file.write_text("DEBUG = = 1\n", "utf-8")
        _sanic().update_config(file)


put("sanic", "json_cut_off", UNPARSABLE, _sanic_json)
put("sanic", "route_twice", OUR_BUG, _sanic_route_twice, note="configuration is defensible")
put("sanic", "settings_file_is_no_python", OUR_SETTINGS, _sanic_settings)
put("sanic", "method", _at("validation", 405, "info"), just(sanic.exceptions.MethodNotAllowed("no", "PUT", ["GET"])))
put("sanic", "file_missing", ABSENT, just(sanic.exceptions.FileNotFound("File not found", "/srv", "a.pdf")))
put("sanic", "socket_of_the_client_closed", CLIENT_GONE, just(sanic.exceptions.WebsocketClosed()))


# --- Tornado ----------------------------------------------------------------------------------------------------------
async def _tornado_stream() -> Any:
    with listening(hang_up) as port:
        stream = await tornado.tcpclient.TCPClient().connect("127.0.0.1", port)
        await stream.write(b"PRICE 4\n")
        return await stream.read_until(b"\n")


async def _tornado_late() -> Any:
    return await tornado.gen.with_timeout(dt.timedelta(milliseconds=20), asyncio.sleep(1))


async def _tornado_lock() -> Any:
    lock = tornado.locks.Lock()
    await lock.acquire()
    return await lock.acquire(timeout=dt.timedelta(milliseconds=20))


async def _tornado_queue() -> Any:
    queue: Any = tornado.queues.Queue(maxsize=1)
    queue.put_nowait(1)
    return queue.put_nowait(2)


async def _tornado_hangs_up() -> Any:
    with listening(hang_up) as port:
        return await tornado.httpclient.AsyncHTTPClient(force_instance=True).fetch(f"http://127.0.0.1:{port}")


put("tornado", "stream_closed_by_the_peer", LINK, _tornado_stream)
put("tornado", "future_late", SILENT, _tornado_late, note="what was waited for is not known; network like any timeout")
put("tornado", "lock_not_had", CONTENTION, _tornado_lock, note="a TimeoutError of a lock; network is defensible")
put("tornado", "queue_full", _POOL, _tornado_queue)
put("tornado", "client_hung_up_on", LINK, _tornado_hangs_up)
put("tornado", "socket_of_the_client_closed", CLIENT_GONE, just(tornado.websocket.WebSocketClosedError()))
put("tornado", "option_unknown", OUR_SETTINGS, lambda: tornado.options.OptionParser().parse_command_line(["x", "--no"]))
put("tornado", "finish_error_507", _at("resource", 507, "critical"), just(tornado.web.HTTPError(507, "disk is full")))


# --- Falcon -----------------------------------------------------------------------------------------------------------
class _Order:
    @falcon.media.validators.jsonschema.validate({"type": "object", "required": ["sku"]})
    def on_post(self, request: falcon.Request, response: falcon.Response) -> None:
        """Take an order."""


class _Page:
    def on_get(self, request: falcon.Request, response: falcon.Response) -> None:
        response.media = request.get_param_as_int("page", min_value=1)

    def on_post(self, request: falcon.Request, response: falcon.Response) -> None:
        for _ in request.get_media():
            pass


def _falcon(resource: Any, method: str, **request: Any) -> Callable[[], Any]:
    def run() -> Any:
        app = falcon.App()
        seen: list[Exception] = []

        def keep(request: Any, response: Any, error: Exception, params: Any) -> None:
            seen.append(error)

        app.add_error_handler(Exception, keep)
        app.add_error_handler(falcon.HTTPError, keep)
        app.add_route("/", resource)
        falcon.testing.TestClient(app).simulate_request(method, request.pop("path", "/"), **request)
        raise seen[0]

    return run


put("falcon", "media_against_schema", UNPARSABLE, _falcon(_Order(), "POST", json={"a": 1}))
put("falcon", "method_of_resource", _at("validation", 405, "info"), _falcon(_Page(), "DELETE"))
put("falcon", "no_such_route", ABSENT, _falcon(_Page(), "GET", path="/orders"))
put(
    "falcon",
    "multipart_malformed",
    UNPARSABLE,
    _falcon(_Page(), "POST", body=b"nonsense", headers={"Content-Type": "multipart/form-data; boundary=x"}),
)
put("falcon", "route_malformed", OUR_BUG, lambda: falcon.App().add_route("orders", _Page()), note="a ValueError")
put("falcon", "socket_client_gone", CLIENT_GONE, just(falcon.WebSocketDisconnected(1001)))
put("falcon", "inventory_answers_nonsense", _at("external_service", 502, "medium", True), just(falcon.HTTPBadGateway()))


# --- Bottle, Pyramid, WebOb, Connexion, Hypercorn ---------------------------------------------------------------------
def _bottle_multipart() -> Any:
    environ = {
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": "multipart/form-data; boundary=x",
        "CONTENT_LENGTH": "8",
        "wsgi.input": io.BytesIO(b"nonsense"),
    }
    return bottle.BaseRequest(environ).POST


def _pyramid_json() -> Any:
    return pyramid.request.Request.blank("/", method="POST", body=b'{"sku": ').json_body


def _pyramid_view_of_nothing() -> Any:
    config = pyramid.config.Configurator()
    config.add_view(lambda request: {}, name="bill", route_name="bill")
    config.commit()


put("bottle", "multipart_malformed", UNPARSABLE, _bottle_multipart)
put("bottle", "route_malformed", OUR_BUG, lambda: bottle.Router().add("/<id:re:(>", "GET", None))
put("bottle", "template_malformed", OUR_SETTINGS, lambda: bottle.template("% end end\n{{a"), note="a template of ours")
put("bottle", "template_undefined", OUR_BUG, lambda: bottle.template("{{customer}}"), note="a NameError in a template")
put("bottle", "cookie_too_long", OUR_BUG, lambda: bottle.BaseResponse().set_cookie("cart", "x" * 5_000))
put("pyramid", "json_cut_off", UNPARSABLE, _pyramid_json, note="the client's body, read by the request object")
put("pyramid", "view_of_an_unknown_route", OUR_SETTINGS, _pyramid_view_of_nothing)
put("pyramid", "predicates_do_not_fit", ABSENT, just(pyramid.exceptions.PredicateMismatch("no view for GET")))
put(
    "pyramid",
    "origin_not_trusted",
    Means("authentication", False, 400, "low"),
    just(pyramid.exceptions.BadCSRFOrigin("https://other.example is not trusted")),
    note="carries 400; validation is defensible",
)
put("WebOb", "status_malformed", OUR_BUG, lambda: webob.Response(status="?"))
put(
    "connexion",
    "operation_unknown",
    OUR_SETTINGS,
    lambda: connexion.resolver.Resolver().resolve_function_from_operation_id("shop.orders.list"),
)
put(
    "connexion",
    "parameter_type_wrong",
    UNPARSABLE,
    just(connexion.exceptions.TypeValidationError("integer", "query", "page")),
)
put("hypercorn", "application_missing", OUR_SETTINGS, lambda: hypercorn.utils.load_application("shop_of_nobody:app", 1))
put("multidict", "header_left_out", OUR_BUG, lambda: multidict.CIMultiDict()["X-Tenant"], note="the view should check")


# --- aiohttp as a server ----------------------------------------------------------------------------------------------
def _aiohttp(view: Callable[[Any], Any], method: str = "post", **request: Any) -> Callable[[], Any]:
    async def run() -> Any:
        seen: list[BaseException] = []

        @aiohttp.web.middleware
        async def keep(request: aiohttp.web.Request, handler: Any) -> Any:
            try:
                return await handler(request)
            except Exception as error:
                seen.append(error)
                return aiohttp.web.Response()

        app = aiohttp.web.Application(middlewares=[keep], client_max_size=1_000)
        app.router.add_route(method.upper(), "/", view)
        async with TestClient(TestServer(app)) as client, client.request(method, "/", **request) as answer:
            await answer.read()
        raise seen[0]

    return run


async def _take_json(request: aiohttp.web.Request) -> Any:
    return aiohttp.web.json_response(await request.json())


async def _take_form(request: aiohttp.web.Request) -> Any:
    return aiohttp.web.json_response(str(await request.post()))


_POOL_KEY = aiohttp.web.AppKey("pool", str)


async def _take_pool(request: aiohttp.web.Request) -> Any:
    return aiohttp.web.Response(text=request.app[_POOL_KEY])


async def _not_answered(request: aiohttp.web.Request) -> Any:
    raise aiohttp.web.HTTPNotAcceptable


put("aiohttp", "view_gets_half_a_json", UNPARSABLE, _aiohttp(_take_json, data=b'{"sku": '))
put("aiohttp", "view_finds_no_pool", OUR_BUG, _aiohttp(_take_pool), note="a KeyError: nothing was put there at start")
put("aiohttp", "view_cannot_please", _at("validation", 406), _aiohttp(_not_answered))
put("aiohttp", "stale_version", Means("concurrency", False, 412, "low"), just(aiohttp.web.HTTPPreconditionFailed()))
put(
    "aiohttp",
    "own_disk_full",
    _at("resource", 507, "critical"),
    just(aiohttp.web.HTTPInsufficientStorage(text="no space left for uploads")),
)
put("aiohttp", "plan_ended", _at("business_logic", 402), just(aiohttp.web.HTTPPaymentRequired()), note="money is due")


# --- templates --------------------------------------------------------------------------------------------------------
def _not_utf8(name: str, load: Callable[[str], Any]) -> Callable[[], Any]:
    def run() -> Any:
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / name).write_bytes(b"Gr\xfc\xdfe {{ name }} ${name}")
            return load(folder)

    return run


def _jinja_strict(source: str, **values: Any) -> Callable[[], Any]:
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=True)
    return lambda: environment.from_string(source).render(**values)


_SANDBOX = jinja2.sandbox.SandboxedEnvironment()

put("Jinja2", "strict_undefined_in_a_sum", OUR_BUG, _jinja_strict("{{ price + tax }}", price=3))
put(
    "Jinja2", "filter_argument", OUR_BUG, _jinja_strict("{{ 3.14|round(1, 'up') }}"), note="configuration is defensible"
)
put("Jinja2", "text_and_number", OUR_BUG, _jinja_strict("{{ 'total: ' + total }}", total=3), note="a TypeError")
put(
    "Jinja2",
    "file_is_latin_1",
    OUR_SETTINGS,
    _not_utf8(
        "bill.html", lambda folder: jinja2.Environment(loader=jinja2.FileSystemLoader(folder)).get_template("bill.html")
    ),
    note="a UnicodeDecodeError: a file of the installation",
)
put(
    "Jinja2",
    "sandbox_range_too_big",
    OUR_BUG,
    lambda: _SANDBOX.from_string("{% for i in range(999999999) %}{% endfor %}").render(),
    note="an OverflowError: a limit of the sandbox; resource is defensible",
)
put(
    "Mako",
    "file_is_latin_1",
    OUR_SETTINGS,
    _not_utf8("bill.txt", lambda folder: mako.lookup.TemplateLookup([folder]).get_template("bill.txt")),
)
put("Mako", "text_and_number", OUR_BUG, lambda: mako.template.Template("${'total: ' + total}").render(total=3))
put(
    "Chameleon",
    "file_not_well_formed",
    OUR_SETTINGS,
    lambda: chameleon.PageTemplate("<p>${name}</b>")(name="a"),
    note="a template of ours",
)
put("Chameleon", "division_in_a_template", OUR_BUG, lambda: chameleon.PageTemplate("<p>${1 / n}</p>")(n=0))
put(
    "blinker",
    "receiver_fails",
    RULE,
    lambda: _receiver(),
    note="a domain rule out of a receiver; the signal only passes it on",
)


class CreditLimitReached(Exception):
    """A rule of the domain."""


def _receiver() -> Any:
    import blinker

    placed = blinker.Signal("order-placed")

    @placed.connect
    def check(sender: Any) -> None:
        raise CreditLimitReached("customer 4 owes 500.00")

    return placed.send("shop")
