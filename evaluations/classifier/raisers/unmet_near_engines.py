"""Templates, grammars, rules, injection and workflows that run inside the process."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import celpy
import chevron
import cssutils
import dependency_injector.containers
import dependency_injector.providers
import dishka
import docutils.core
import dpath
import genshi.template
import glom
import injector
import lagom
import lark
import liquid
import minijinja
import parsimonious
import punq
import pygments.lexers
import pystache
import rule_engine
import sass
import svcs
import textx
from automat import MethodicalMachine
from RestrictedPython import compile_restricted, safe_globals
from sismic.interpreter import Interpreter
from sismic.io import import_from_yaml
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser

from evaluations.classifier.raisers.scaffold_http import (
    INVALID,
    OUR_BUG,
    OUR_SETTINGS,
    UNPARSABLE,
    Means,
    add,
)

_RULED = Means("business_logic", False, (409, 422), "low")
_TEMPLATE = "a template is a file of the installation"


# --- templates --------------------------------------------------------------------------------------------------------
def _liquid(text: str, **more: Any) -> Any:
    def run() -> Any:
        settings = {"undefined": liquid.StrictUndefined, "strict_filters": True, **more}
        return liquid.Environment(**settings).from_string(text).render(items=range(99))

    return run


class _Bounded(liquid.Environment):
    loop_iteration_limit = 10


add("python-liquid", "syntax", OUR_SETTINGS, _liquid("{% if x %}"), note=_TEMPLATE)
add("python-liquid", "undefined", OUR_BUG, _liquid("{{ customer.name }}"))
add(
    "python-liquid",
    "too_many_rounds",
    Means("resource", False, (422, 500, 503), "medium"),
    lambda: _Bounded().from_string("{% for i in items %}x{% endfor %}").render(items=range(99)),
    note="a bound that we set on a template of somebody else; validation and system are defensible",
)
add(
    "python-liquid",
    "no_template",
    OUR_SETTINGS,
    lambda: liquid.Environment(loader=liquid.DictLoader({})).get_template("bill.liquid"),
)
add("pystache", "syntax", OUR_SETTINGS, lambda: pystache.render("{{#a}} x {{/b}}", {}), note=_TEMPLATE)
add("pystache", "no_template", OUR_SETTINGS, lambda: pystache.Renderer(search_dirs=["/no/such"]).load_template("bill"))
add("pystache", "undefined", OUR_BUG, lambda: pystache.Renderer(missing_tags="strict").render("{{name}}", {}))
add("chevron", "syntax", OUR_SETTINGS, lambda: chevron.render("{{#a}} x {{/b}}", {}), note=_TEMPLATE)
add("Genshi", "syntax", OUR_SETTINGS, lambda: genshi.template.MarkupTemplate("<p>${3 +}</p>"), note=_TEMPLATE)
add("Genshi", "undefined", OUR_BUG, lambda: genshi.template.MarkupTemplate("<p>${name.first}</p>").generate().render())
add("Genshi", "no_template", OUR_SETTINGS, lambda: genshi.template.TemplateLoader(["/no/such"]).load("bill.html"))
add("minijinja", "syntax", OUR_SETTINGS, lambda: minijinja.Environment().render_str("{% if %}"), note=_TEMPLATE)
add("minijinja", "no_template", OUR_SETTINGS, lambda: minijinja.Environment().render_template("bill.html"))
add("minijinja", "undefined", OUR_BUG, lambda: minijinja.Environment(undefined_behavior="strict").render_str("{{ a }}"))

# --- markup -----------------------------------------------------------------------------------------------------------
add(
    "docutils",
    "severe",
    UNPARSABLE,
    lambda: docutils.core.publish_string(
        "a\n===\n\n.. nonsense::\n", settings_overrides={"halt_level": 2, "report_stream": False}
    ),
)
add(
    "libsass",
    "syntax",
    OUR_SETTINGS,
    lambda: sass.compile(string="a { b: ; "),
    note="a sheet is a file of the installation",
)
add("libsass", "import_missing", OUR_SETTINGS, lambda: sass.compile(string='@import "none";'))
add(
    "Pygments",
    "language_unknown",
    INVALID,
    lambda: pygments.lexers.get_lexer_by_name("klingon"),
    note="the client names the language",
)


add("cssutils", "syntax", UNPARSABLE, lambda: cssutils.css.CSSStyleSheet().insertRule("a { ", 0))

# --- grammars ---------------------------------------------------------------------------------------------------------
_WORDS = parsimonious.Grammar('line = word " " word\nword = ~"[a-z]+"')


class _Words(parsimonious.NodeVisitor):
    grammar = _WORDS

    def visit_line(self, node: Any, children: Any) -> Any:
        return children[99]

    def generic_visit(self, node: Any, children: Any) -> Any:
        return node


add("lark", "unexpected", UNPARSABLE, lambda: lark.Lark('start: "a" "b"').parse("ac"))
add(
    "lark",
    "grammar_malformed",
    OUR_BUG,
    lambda: lark.Lark("start: nothing"),
    note="our own grammar; configuration is defensible",
)
add("parsimonious", "unparsable", UNPARSABLE, lambda: _WORDS.parse("one 2"))
add(
    "parsimonious",
    "visitor_broken",
    OUR_BUG,
    lambda: _Words().parse("one two"),
    note="raised from an IndexError of ours",
)

_HELLO = "Model: 'hello' people+=Person; Person: name=ID likes=[Person]?;"
add("textX", "unparsable", UNPARSABLE, lambda: textx.metamodel_from_str(_HELLO).model_from_str("goodbye ada"))
add("textX", "reference_unknown", INVALID, lambda: textx.metamodel_from_str(_HELLO).model_from_str("hello ada bob cy"))
add(
    "textX",
    "grammar_malformed",
    OUR_BUG,
    lambda: textx.metamodel_from_str("Model: Nothing;"),
    note="our own grammar; configuration is defensible",
)


# --- paths into data --------------------------------------------------------------------------------------------------
add(
    "glom",
    "path_missing",
    OUR_BUG,
    lambda: glom.glom({"a": {}}, "a.b.c"),
    note="a KeyError and AttributeError too: the view should have checked",
)
add("glom", "check", INVALID, lambda: glom.glom({"age": "x"}, ("age", glom.Check(type=int))))
add("dpath", "no_such_path", OUR_BUG, lambda: dpath.get({"a": {}}, "a/b"), note="a KeyError")


# --- rules ------------------------------------------------------------------------------------------------------------
add("rule-engine", "syntax", UNPARSABLE, lambda: rule_engine.Rule("price >"), note="a rule that a client wrote")


def _cel(text: str) -> Any:
    def run() -> Any:
        environment = celpy.Environment()
        return environment.program(environment.compile(text)).evaluate({})

    return run


add("cel-python", "syntax", UNPARSABLE, _cel("price >"), note="a rule that a client wrote")


def _restricted(text: str) -> Any:
    return lambda: exec(compile_restricted(text, "<rule>", "exec"), dict(safe_globals))


add(
    "RestrictedPython",
    "private_attribute",
    Means("validation", False, (400, 403, 422), "low"),
    _restricted("x = ().__class__"),
    note="a SyntaxError of the text that a client wrote; authentication is defensible",
)


# --- injection --------------------------------------------------------------------------------------------------------
class _Mailer:
    def __init__(self, host: str) -> None:
        self.host = host


class _Container(dependency_injector.containers.DeclarativeContainer):
    config = dependency_injector.providers.Configuration(strict=True)
    mailer = dependency_injector.providers.Factory(_Mailer, host=config.mail.host)
    clock = dependency_injector.providers.Dependency()


add("dependency-injector", "setting_missing", OUR_SETTINGS, lambda: _Container().mailer())
add("dependency-injector", "not_provided", OUR_SETTINGS, lambda: _Container().clock(), note="system is defensible")
add(
    "injector",
    "not_bound",
    OUR_SETTINGS,
    lambda: injector.Injector(auto_bind=False).get(_Mailer),
    note="system is defensible",
)
add("punq", "not_registered", OUR_SETTINGS, lambda: punq.Container().resolve(_Mailer), note="system is defensible")
add("lagom", "cannot_build", OUR_SETTINGS, lambda: lagom.Container()[_Mailer], note="system is defensible")
add(
    "svcs",
    "not_registered",
    OUR_SETTINGS,
    lambda: svcs.Container(svcs.Registry()).get(_Mailer),
    note="system is defensible",
)
add("dishka", "graph_incomplete", OUR_SETTINGS, lambda: _dishka(), note="system is defensible")


def _dishka() -> Any:
    provider = dishka.Provider(scope=dishka.Scope.APP)
    provider.provide(_Mailer)
    return dishka.make_container(provider)


# --- workflows --------------------------------------------------------------------------------------------------------
class _Turnstile:
    machine = MethodicalMachine()

    @machine.input()
    def push(self) -> None:
        """Push."""

    @machine.input()
    def pay(self) -> None:
        """Pay."""

    @machine.state(initial=True)
    def locked(self) -> None:
        """Locked."""

    @machine.state()
    def unlocked(self) -> None:
        """Unlocked."""

    locked.upon(pay, enter=unlocked, outputs=[])


add("automat", "not_in_this_state", _RULED, lambda: _Turnstile().push())

_CHART = """
statechart:
  name: lift
  root state:
    name: root
    initial: floor
    states:
      - name: floor
        contract: [{kind}]
        transitions:
          - {{target: floor, event: go, action: "{action}"}}
"""


def _chart(kind: str = "always: True", action: str = "x = 1") -> Any:
    def run() -> None:
        machine = Interpreter(import_from_yaml(_CHART.format(kind="{" + kind + "}", action=action)))
        machine.queue("go")
        machine.execute()

    return run


add(
    "sismic",
    "invariant",
    OUR_BUG,
    _chart(kind="always: False"),
    note="an assertion of the chart that does not hold; business_logic is defensible",
)
add("sismic", "action_broken", OUR_BUG, _chart(action="floor + 1"))
add(
    "sismic",
    "chart_malformed",
    OUR_SETTINGS,
    lambda: import_from_yaml("statechart:\n  name: x"),
    note="a chart is a file of the installation",
)


def _bpmn(text: str) -> Any:
    def run() -> Any:
        path = Path(tempfile.mkdtemp(prefix="blind-d-")) / "order.bpmn"
        path.write_text(text)
        parser = BpmnParser()
        parser.add_bpmn_file(str(path))
        return parser.get_spec("order")

    return run


_BPMN = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL">{}</definitions>'
add(
    "SpiffWorkflow",
    "process_missing",
    OUR_SETTINGS,
    _bpmn(_BPMN.format("")),
    note="a process is a file of the installation",
)
add(
    "SpiffWorkflow",
    "no_start",
    OUR_SETTINGS,
    _bpmn(_BPMN.format('<process id="order" isExecutable="true"/>')),
    note="a process is a file of the installation",
)
