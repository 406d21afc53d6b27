"""GraphQL, gRPC and SOAP, as a server and as a client."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from typing import Any

import ariadne
import gql
import graphene
import graphql
import grpc.aio
import strawberry
import strawberry.permission
import zeep
from gql.transport.httpx import HTTPXTransport
from gql.transport.requests import RequestsHTTPTransport

from evaluations.classifier.raisers._fresh_b import INPUT, RULE, dead, put, served
from evaluations.classifier.raisers._peers import (
    HOST,
    black_hole,
    closed_port,
)
from evaluations.classifier.raisers.scaffold_http import (
    DOWN,
    FAILED,
    LINK,
    MAY_NOT,
    OUR_BUG,
    OUR_SETTINGS,
    REFUSED_US,
    SILENT,
    THROTTLED,
    WHO,
    Answer,
    serving,
)


# --- GraphQL ----------------------------------------------------------------------------------------------------------
class Forbidden(Exception):
    """A refusal of the application."""


class StockNotReserved(Exception):
    """A rule of the domain."""


_SCHEMA = graphql.build_schema("type Query { stock(sku: ID!): Int! me: Int kind(of: Kind): Int } enum Kind { NEW OLD }")


def _graphql(query: str, **root: Any) -> Callable[[], Any]:
    def run() -> Any:
        result = graphql.graphql_sync(_SCHEMA, query, root_value=root)
        raise (result.errors or [AssertionError()])[0]

    return run


def _failing(exc: Exception) -> Callable[..., Any]:
    def resolve(*_: Any, **__: Any) -> Any:
        raise exc

    return resolve


class _IsStaff(strawberry.permission.BasePermission):
    message = "staff only"

    def has_permission(self, source: Any, info: Any, **kwargs: Any) -> bool:
        return False


@strawberry.type
class _Query:
    @strawberry.field(permission_classes=[_IsStaff])
    def ledger(self) -> int:
        return 1


def _strawberry(query: str) -> Any:
    result = strawberry.Schema(_Query).execute_sync(query)
    raise (result.errors or [AssertionError()])[0]


class _Root(graphene.ObjectType):  # type: ignore[misc]
    stock = graphene.Int(sku=graphene.ID())

    def resolve_stock(root: Any, info: Any, sku: str) -> int:
        raise StockNotReserved(f"nothing reserved of {sku}")


def _graphene(query: str) -> Any:
    raise graphene.Schema(_Root).execute(query).errors[0]


def _asked(answer: Answer, transport: Any = RequestsHTTPTransport) -> Callable[[], Any]:
    def call(url: str) -> Any:
        return gql.Client(transport=transport(url=url, timeout=1)).execute(gql.gql("{ me }"))

    return served(answer, call)


def _said(code: str, message: str) -> Answer:
    return Answer(200, {"errors": [{"message": message, "extensions": {"code": code}}]})


put("graphql-core", "null_for_required", OUR_BUG, _graphql('{ stock(sku: "4") }'), note="our resolver gave nothing")
put("graphql-core", "enum_value_unknown", INPUT, _graphql("{ kind(of: WORN) }"))
put("graphql-core", "resolver_refused", LINK, _graphql("{ me }", me=_failing(ConnectionRefusedError(111, "refused"))))
put("graphql-core", "resolver_forbids", MAY_NOT, _graphql("{ me }", me=_failing(Forbidden("not your order"))))
put(
    "graphql-core",
    "code_unauthenticated",
    WHO,
    _graphql("{ me }", me=_failing(graphql.GraphQLError("log in first", extensions={"code": "UNAUTHENTICATED"}))),
)
put("strawberry-graphql", "permission_class_refuses", MAY_NOT, lambda: _strawberry("{ ledger }"))
put("strawberry-graphql", "syntax", INPUT, lambda: _strawberry("{ ledger"))
put("graphene", "rule_of_a_resolver", RULE, lambda: _graphene("{ stock(sku: 4) }"))
put("ariadne", "schema_file_missing", OUR_SETTINGS, lambda: ariadne.load_schema_from_path("/nonexistent/s.graphql"))
put("gql", "bad_gateway", DOWN, _asked(Answer(502, "<html>", type="text/html")))
put(
    "gql", "code_throttled", THROTTLED, _asked(_said("THROTTLED", "Throttled")), note="a plain query error that says so"
)
put("gql", "code_unauthenticated", REFUSED_US, _asked(_said("UNAUTHENTICATED", "token expired")))
put(
    "gql", "refused_by_httpx", LINK, lambda: gql.Client(transport=HTTPXTransport(url=dead())).execute(gql.gql("{ me }"))
)
put("gql", "transport_closed", OUR_BUG, lambda: RequestsHTTPTransport(url=dead()).execute(gql.gql("{ me }")))


# --- gRPC, SOAP -------------------------------------------------------------------------------------------------------
async def _rpc(target: str, seconds: float) -> Any:
    async with grpc.aio.insecure_channel(target) as channel:
        return await channel.unary_unary("/shop.Stock/Get")(b"", timeout=seconds)


async def _rpc_to_http() -> Any:
    with serving(Answer(200, "hello")) as url:
        return await _rpc(url.removeprefix("http://"), 1)


async def _rpc_to_nobody() -> Any:
    with black_hole() as port:
        return await _rpc(f"{HOST}:{port}", 0.3)


_WSDL = """<definitions name="S" targetNamespace="urn:s" xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:s="urn:s"
 xmlns:x="http://www.w3.org/2001/XMLSchema" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/">
<types><x:schema targetNamespace="urn:s"><x:element name="Ask"><x:complexType><x:sequence>
<x:element name="sku" type="x:int"/></x:sequence></x:complexType></x:element>
<x:element name="Told" type="x:int"/></x:schema></types>
<message name="in"><part name="a" element="s:Ask"/></message>
<message name="out"><part name="b" element="s:Told"/></message>
<portType name="p"><operation name="Price"><input message="s:in"/><output message="s:out"/></operation></portType>
<binding name="b" type="s:p"><soap:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>
<operation name="Price"><soap:operation soapAction="Price"/><input><soap:body use="literal"/></input>
<output><soap:body use="literal"/></output></operation></binding>
<service name="S"><port name="p" binding="s:b"><soap:address location="URL"/></port></service></definitions>"""


def _soap(url: str, act: Callable[[Any], Any], text: str = _WSDL) -> Any:
    with tempfile.NamedTemporaryFile("w", suffix=".wsdl") as file:
        file.write(text.replace("URL", url))
        file.flush()
        return act(zeep.Client(file.name))


def _fault(code: str, text: str) -> Answer:
    fault = f"<faultcode>{code}</faultcode><faultstring>{text}</faultstring>"
    body = f"<e:Body><e:Fault>{fault}</e:Fault></e:Body>"
    return Answer(
        500, f'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/">{body}</e:Envelope>', type="text/xml"
    )


def _price(url: str) -> Any:
    return _soap(url, lambda client: client.service.Price(sku=4))


put("grpcio", "aio_refused", LINK, lambda: _rpc(f"{HOST}:{closed_port()}", 1))
put(
    "grpcio",
    "aio_peer_is_http",
    FAILED,
    _rpc_to_http,
    note="no gRPC server; network is defensible",
)
put("grpcio", "aio_never_connected", SILENT, _rpc_to_nobody)
put("zeep", "element_left_out", OUR_BUG, lambda: _soap(dead(), lambda client: client.service.Price()))
put("zeep", "type_unknown", OUR_BUG, lambda: _soap(dead(), lambda client: client.get_type("ns0:NoSuchType")))
put(
    "zeep",
    "fault_about_the_server",
    FAILED,
    served(_fault("e:Server", "internal error"), _price),
)
put(
    "zeep",
    "fault_about_our_login",
    REFUSED_US,
    served(_fault("wsse:FailedAuthentication", "The security token could not be authenticated"), _price),
)
put(
    "zeep",
    "wsdl_file_cut",
    OUR_SETTINGS,
    lambda: _soap(dead(), str, _WSDL[:400]),
    note="a file of ours; 502 if it came from a peer",
)
