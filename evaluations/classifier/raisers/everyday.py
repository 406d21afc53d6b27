"""Templates, settings, locks, limits, state machines, dates and languages."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import arrow
import babel
import babel.numbers
import boltons.iterutils
import chameleon
import croniter
import dateutil.parser
import dynaconf
import environs
import filelock
import hydra
import jinja2
import jinja2.sandbox
import limits
import mako.lookup
import mako.template
import omegaconf
import pendulum
import portalocker
import prometheus_client
import pydantic_settings
import pytz
import statemachine
import structlog
import transitions
from decouple import Config, RepositoryEmpty

from evaluations.classifier.cases import case
from evaluations.classifier.raisers.scaffold_http import (
    CONTENTION,
    INVALID,
    OUR_BUG,
    OUR_LIMIT,
    OUR_SETTINGS,
    UNPARSABLE,
    Means,
    add,
    free_port,
)

RULE = Means("business_logic", False, (409, 422), "low")
STORE = Means("network", True, (502, 503), "high")


# --- templates -------------------------------------------------------------------------------------------------------
_jinja = jinja2.Environment(loader=jinja2.DictLoader({"bad": "{% if %}", "includes": "{% include 'none' %}"}))
_strict = jinja2.Environment(undefined=jinja2.StrictUndefined)
add("Jinja2", "missing", OUR_SETTINGS, lambda: _jinja.get_template("none.html"))
add("Jinja2", "none_of_several", OUR_SETTINGS, lambda: _jinja.select_template(["a", "b"]))
add("Jinja2", "included_missing", OUR_SETTINGS, lambda: _jinja.get_template("includes").render())
add("Jinja2", "syntax", OUR_SETTINGS, lambda: _jinja.get_template("bad"))
add("Jinja2", "filter_unknown", OUR_SETTINGS, lambda: _jinja.from_string("{{ a|nonsense }}"))
add("Jinja2", "undefined", OUR_BUG, lambda: _strict.from_string("{{ a }}").render())
add("Jinja2", "undefined_attribute", OUR_BUG, lambda: _jinja.from_string("{{ a.b.c }}").render())
add(
    "Jinja2",
    "sandbox",
    OUR_BUG,
    lambda: jinja2.sandbox.SandboxedEnvironment().from_string("{{ ''.__class__.mro() }}").render(),
    note="a template of ours that does what it may not",
)
add("Mako", "missing", OUR_SETTINGS, lambda: mako.lookup.TemplateLookup(["/nonexistent"]).get_template("none.html"))
add("Mako", "syntax", OUR_SETTINGS, lambda: mako.template.Template("<%def>"))
add("Mako", "undefined", OUR_BUG, lambda: mako.template.Template("${a}").render())
add("Chameleon", "missing", OUR_SETTINGS, lambda: chameleon.PageTemplateLoader("/nonexistent")["none.pt"])
add("Chameleon", "syntax", OUR_SETTINGS, lambda: chameleon.PageTemplate("<a tal:content='(('/>").render())
add("Chameleon", "undefined", OUR_BUG, lambda: chameleon.PageTemplate("<a>${nothing_there}</a>").render())


# --- settings --------------------------------------------------------------------------------------------------------
class _Settings(pydantic_settings.BaseSettings):
    no_such_setting: str


class _JsonSettings(pydantic_settings.BaseSettings):
    corpus_list: list[int]


def _environment(work: Callable[[], Any], **values: str) -> Any:
    os.environ.update(values)
    try:
        return work()
    finally:
        for name in values:
            del os.environ[name]


add("pydantic-settings", "missing", OUR_SETTINGS, _Settings)
add("pydantic-settings", "malformed", OUR_SETTINGS, lambda: _environment(_JsonSettings, CORPUS_LIST="not json"))
add("python-decouple", "missing", OUR_SETTINGS, lambda: Config(RepositoryEmpty())("NO_SUCH_SETTING"))
add(
    "python-decouple",
    "cast",
    OUR_SETTINGS,
    lambda: _environment(lambda: Config(RepositoryEmpty())("CORPUS_INT", cast=bool), CORPUS_INT="maybe"),
    note="a ValueError from the settings",
)
add("environs", "missing", OUR_SETTINGS, lambda: environs.Env().str("NO_SUCH_SETTING"))
add(
    "environs",
    "malformed",
    OUR_SETTINGS,
    lambda: _environment(lambda: environs.Env().int("CORPUS_INT"), CORPUS_INT="x"),
)
add(
    "dynaconf",
    "validator",
    OUR_SETTINGS,
    lambda: dynaconf.Dynaconf(validators=[dynaconf.Validator("NO_SUCH", must_exist=True)]).validators.validate(),
)
add(
    "dynaconf",
    "attribute",
    OUR_SETTINGS,
    lambda: dynaconf.Dynaconf().NO_SUCH_SETTING,
    note="an AttributeError from the settings object",
)
add("omegaconf", "missing", OUR_SETTINGS, lambda: omegaconf.OmegaConf.create({"a": "???"}).a)
add("omegaconf", "interpolation", OUR_SETTINGS, lambda: omegaconf.OmegaConf.create({"a": "${b}"}).a)
add(
    "omegaconf",
    "type_wrong",
    OUR_SETTINGS,
    lambda: omegaconf.OmegaConf.structured(_Structured()).merge_with({"a": "x"}),
)
add("hydra-core", "file_missing", OUR_SETTINGS, lambda: _hydra())


class _Structured:
    pass


import dataclasses  # noqa: E402

_Structured = dataclasses.make_dataclass("_Structured", [("a", int, 1)])  # type: ignore[misc, assignment]


def _hydra() -> None:
    with hydra.initialize_config_dir(tempfile.gettempdir(), version_base=None):
        hydra.compose("no-such-config")


# --- locks, limits, machines -----------------------------------------------------------------------------------------
def _file_lock() -> None:
    path = Path(tempfile.mkdtemp()) / "lock"
    with filelock.FileLock(path), filelock.FileLock(path, timeout=0.05):
        pass


def _port_lock() -> None:
    path = Path(tempfile.mkdtemp()) / "lock"
    with portalocker.Lock(path, timeout=0.05), portalocker.Lock(path, timeout=0.05, check_interval=0.01):
        pass


add("filelock", "timeout", CONTENTION, _file_lock)
add("portalocker", "locked", CONTENTION, _port_lock)
add("limits", "no_such_storage", OUR_SETTINGS, lambda: limits.storage.storage_from_string("nonsense://"))
add("limits", "unparsable", OUR_BUG, lambda: limits.parse("ten per fortnight"))
add(
    "limits",
    "storage_refused",
    STORE,
    lambda: limits.strategies.FixedWindowRateLimiter(
        limits.storage.storage_from_string(f"redis://127.0.0.1:{free_port()}")
    ).hit(limits.parse("1/minute")),
)


def _machine() -> Any:
    return transitions.Machine(states=["new", "paid"], transitions=[["pay", "new", "paid"]], initial="new")


def _paid_twice() -> None:
    machine = _machine()
    machine.pay()
    machine.pay()


class _OrderMachine(statemachine.StateMachine):
    new = statemachine.State(initial=True)
    paid = statemachine.State(final=True)
    pay = new.to(paid)


def _state_paid_twice() -> None:
    machine = _OrderMachine()
    machine.pay()
    machine.pay()


add("transitions", "not_from_here", RULE, _paid_twice)
add(
    "transitions",
    "state_unknown",
    OUR_BUG,
    lambda: _machine().get_state("nowhere"),
    note="a ValueError: a typo in our own code",
)
add("python-statemachine", "not_allowed", RULE, _state_paid_twice)
add(
    "python-statemachine",
    "definition",
    OUR_BUG,
    lambda: type("M", (statemachine.StateMachine,), {"a": statemachine.State(initial=True), "b": statemachine.State()}),
)


def _slow_down() -> Any:
    from flask_limiter import Limiter
    from flask_limiter.util import get_remote_address

    import flask

    app = flask.Flask(__name__)
    limiter = Limiter(get_remote_address, app=app, storage_uri="memory://")

    @app.route("/")
    @limiter.limit("1/hour")
    def view() -> str:
        return ""

    caught: list[BaseException] = []
    app.register_error_handler(429, lambda exc: (caught.append(exc), "")[1])
    client = app.test_client()
    client.get("/")
    client.get("/")
    raise caught[0]


def _slowapi() -> Any:
    import fastapi
    from fastapi.testclient import TestClient
    from slowapi import Limiter
    from slowapi.errors import RateLimitExceeded
    from slowapi.util import get_remote_address

    limiter = Limiter(get_remote_address)
    app = fastapi.FastAPI()
    app.state.limiter = limiter
    caught: list[BaseException] = []

    async def handler(request: Any, exc: Exception) -> Any:
        caught.append(exc)
        return fastapi.responses.JSONResponse({})

    app.add_exception_handler(RateLimitExceeded, handler)

    async def view(request: fastapi.Request) -> None:
        del request

    view.__annotations__["request"] = fastapi.Request
    app.get("/")(limiter.limit("1/hour")(view))
    client = TestClient(app)
    client.get("/")
    client.get("/")
    raise caught[0]


add("Flask-Limiter", "exceeded", OUR_LIMIT, _slow_down)
add("slowapi", "exceeded", OUR_LIMIT, _slowapi)


def _flask_csrf() -> Any:
    from flask_wtf.csrf import CSRFProtect

    import flask

    app = flask.Flask(__name__)
    app.config["SECRET_KEY"] = "not-a-secret"
    protect = CSRFProtect(app)
    with app.test_request_context("/", method="POST"):
        protect.protect()


add("Flask-WTF", "csrf_missing", UNPARSABLE, _flask_csrf, note="a 400 by its own word")

# --- dates, languages, and the rest ----------------------------------------------------------------------------------
add("Babel", "locale_unknown", INVALID, lambda: babel.Locale.parse("xx_YY"), note="the client's language")
add("Babel", "number", INVALID, lambda: babel.numbers.parse_decimal("x", locale="en"), note="the client's input")
add("arrow", "unparsable", UNPARSABLE, lambda: arrow.get("yesterday"), note="the client's date")
add("pendulum", "unparsable", UNPARSABLE, lambda: pendulum.parse("yesterday"), note="the client's date")
add("pendulum", "zone_unknown", INVALID, lambda: pendulum.timezone("Mars/Base"), note="the client's time zone")
add("python-dateutil", "unparsable", UNPARSABLE, lambda: dateutil.parser.parse("someday"), note="the client's date")
add("pytz", "zone_unknown", INVALID, lambda: pytz.timezone("Mars/Base"), note="the client's time zone")
add(
    "pytz",
    "time_ambiguous",
    INVALID,
    lambda: pytz.timezone("Europe/Berlin").localize(__import__("datetime").datetime(2026, 10, 25, 2, 30), is_dst=None),
    note="the client's time",
)
add("croniter", "expression", INVALID, lambda: croniter.croniter("every day"), note="an expression of the client")
add(
    "croniter", "never", INVALID, lambda: croniter.croniter("0 0 31 2 *").get_next(), note="an expression of the client"
)
add(
    "prometheus-client",
    "registered_twice",
    OUR_BUG,
    lambda: [prometheus_client.Counter("corpus_a", "x") for _ in range(2)],
)
add("prometheus-client", "labels", OUR_BUG, lambda: prometheus_client.Gauge("corpus_b", "x", ["a"]).labels("1", "2"))
add("structlog", "dropped", OUR_BUG, lambda: structlog.processors.CallsiteParameterAdder({"nonsense"}))  # type: ignore[arg-type]
add("boltons", "remap", OUR_BUG, lambda: boltons.iterutils.get_path({"a": 1}, ("a", "b")))


@case("opentelemetry-sdk", "system", transient=False, status=500, severity="high")
def sampler_out_of_range() -> None:
    from opentelemetry.sdk.trace.sampling import TraceIdRatioBased

    TraceIdRatioBased(2.0)
