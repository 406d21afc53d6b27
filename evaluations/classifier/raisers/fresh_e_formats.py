"""Templates, settings files, documents and pictures."""

from __future__ import annotations

import configparser
import csv
import io
import json
import tempfile
import tomllib
import xml.etree.ElementTree as ET
import xml.sax
import zipfile
from pathlib import Path
from typing import Any
from unittest import mock

import bs4
import defusedxml.ElementTree
import jinja2
import jinja2.sandbox
import lxml.etree
import PIL.Image
import pypdf
import pypdf.errors
import toml
import yaml

from evaluations.classifier.cases import case
from evaluations.classifier.raisers._fresh_e_web import (
    bad_input,
    bug,
    settings,
    too_large,
    unparsable,
    unreadable,
)


class InvoiceNotRendered(Exception):
    """An application's own, for whatever goes wrong with a document."""


# --- jinja2 -----------------------------------------------------------------------------------------------------------
_TEMPLATES = jinja2.Environment(
    loader=jinja2.DictLoader(
        {"broken.html": "{% for line in lines %}{{ line }}", "child.html": "{% extends 'gone' %}"}
    ),
    undefined=jinja2.StrictUndefined,
    autoescape=True,
)


@case("Jinja2", **settings)
def fresh_e_no_template_of_this_name() -> None:
    _TEMPLATES.get_template("invoice.html")


@case("Jinja2", **settings)
def fresh_e_loop_without_an_end() -> None:
    _TEMPLATES.get_template("broken.html")


@case("Jinja2", **settings)
def fresh_e_parent_of_a_template_is_gone() -> None:
    _TEMPLATES.get_template("child.html").render()


@case("Jinja2", **bug)
def fresh_e_variable_was_not_given() -> None:
    _TEMPLATES.from_string("Dear {{ customer }}").render()


@case("Jinja2", **bug)
def fresh_e_attribute_of_nothing() -> None:
    _TEMPLATES.from_string("{{ order.customer.name }}").render(order={})


@case("Jinja2", **settings)
def fresh_e_filter_that_is_not_registered() -> None:
    _TEMPLATES.from_string("{{ price | euro }}")


@case("Jinja2", **settings)
def fresh_e_invoice_not_rendered() -> None:
    try:
        _TEMPLATES.get_template("invoice-fr.html")
    except jinja2.TemplateError as exc:
        raise InvoiceNotRendered("invoice 7") from exc


# --- yaml, toml and ini -----------------------------------------------------------------------------------------------
@case("PyYAML", **unparsable)
def fresh_e_uploaded_manifest_is_none() -> None:
    yaml.safe_load("jobs:\n  build: [\n  test: yes")


@case("PyYAML", **unparsable)
def fresh_e_tab_in_an_indent() -> None:
    yaml.safe_load("jobs:\n\tbuild: yes")


@case("PyYAML", **unparsable)
def fresh_e_tag_that_nobody_may_use() -> None:
    yaml.safe_load("!!python/object/apply:os.system ['true']")


@case("PyYAML", **unparsable)
def fresh_e_two_documents_for_one() -> None:
    yaml.safe_load("a: 1\n---\nb: 2\n")


@case("PyYAML", **bug)
def fresh_e_object_that_yaml_cannot_write() -> None:
    yaml.safe_dump({"lock": object()})


@case("toml", **unparsable)
def fresh_e_value_without_quotes() -> None:
    toml.loads("name = shop")


@case("python", note="the file is named in the text: a part of the installation", **settings)
def fresh_e_toml_of_the_installation() -> None:
    class SettingsUnreadable(Exception):
        """A file of settings that we cannot read."""

    try:
        tomllib.loads("[database\nurl = 1")
    except tomllib.TOMLDecodeError as exc:
        raise SettingsUnreadable("shop.toml") from exc


@case("python", **settings)
def fresh_e_ini_without_the_section() -> None:
    configparser.ConfigParser().get("database", "url")


@case("python", **settings)
def fresh_e_ini_without_the_option() -> None:
    ini = configparser.ConfigParser()
    ini.read_string("[database]\nhost = db.example.test\n")
    ini.get("database", "url")


@case("python", **settings)
def fresh_e_ini_without_a_head() -> None:
    configparser.ConfigParser().read_string("url = x\n")


@case("python", **settings)
def fresh_e_ini_names_what_is_not() -> None:
    ini = configparser.ConfigParser()
    ini.read_string("[paths]\nlogs = %(home)s/logs\n")
    ini.get("paths", "logs")


# --- xml and html -----------------------------------------------------------------------------------------------------
@case("python", **unparsable)
def fresh_e_element_never_closed() -> None:
    ET.fromstring("<order><line></order>")


@case("python", **unparsable)
def fresh_e_sax_of_an_empty_document() -> None:
    xml.sax.parseString(b"", xml.sax.ContentHandler())


@case("defusedxml", **unparsable)
def fresh_e_document_that_defines_entities() -> None:
    defusedxml.ElementTree.fromstring('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')


@case("lxml", **unparsable)
def fresh_e_uploaded_feed_is_cut_off() -> None:
    lxml.etree.fromstring(b"<feed><entry><title>One</title>")


@case("lxml", **unparsable)
def fresh_e_uploaded_page_is_empty() -> None:
    lxml.etree.fromstring(b"")


@case("lxml", **bad_input)
def fresh_e_order_against_its_schema() -> None:
    rules = b'<s:schema xmlns:s="http://www.w3.org/2001/XMLSchema"><s:element name="n" type="s:integer"/></s:schema>'
    schema = lxml.etree.XMLSchema(lxml.etree.fromstring(rules))
    schema.assertValid(lxml.etree.fromstring(b"<n>many</n>"))


@case("lxml", **bug)
def fresh_e_path_with_a_slip() -> None:
    lxml.etree.fromstring(b"<a/>").xpath("//line[")


@case("beautifulsoup4", **settings)
def fresh_e_parser_that_is_not_installed() -> None:
    bs4.BeautifulSoup("<p>Hello", "html5lib-of-another-day")


@case("beautifulsoup4", **bug)
def fresh_e_element_that_was_not_found() -> None:
    found: Any = bs4.BeautifulSoup("<p>Hello</p>", "html.parser").find("table")
    found.find_all("tr")


# --- pictures ---------------------------------------------------------------------------------------------------------
def _picture(kind: str = "PNG", size: int = 64) -> bytes:
    file = io.BytesIO()
    PIL.Image.effect_noise((size, size), 90).save(file, kind)
    return file.getvalue()


@case("Pillow", **unparsable | {"status": (400, 415, 422)})
def fresh_e_avatar_is_a_text() -> None:
    PIL.Image.open(io.BytesIO(b"not a picture"))


@case("Pillow", **unparsable | {"status": (400, 422)})
def fresh_e_avatar_is_cut_off() -> None:
    PIL.Image.open(io.BytesIO(_picture("JPEG")[:700])).load()


@case("Pillow", **too_large | {"status": (400, 413, 422)})
def fresh_e_avatar_is_a_bomb() -> None:
    with mock.patch.object(PIL.Image, "MAX_IMAGE_PIXELS", 100):
        PIL.Image.open(io.BytesIO(_picture()))


@case("Pillow", **bug)
def fresh_e_alpha_into_a_jpeg() -> None:
    PIL.Image.new("RGBA", (4, 4)).save(io.BytesIO(), "JPEG")


@case("Pillow", **bug)
def fresh_e_thumbnail_of_an_unknown_kind() -> None:
    PIL.Image.new("RGB", (4, 4)).save("/tmp/fresh_e_thumbnail.unknown")


# --- pdf --------------------------------------------------------------------------------------------------------------
def _pdf(**options: str) -> bytes:
    writer = pypdf.PdfWriter()
    writer.add_blank_page(10, 10)
    if options:
        writer.encrypt(**options)
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


@case("pypdf", **unparsable)
def fresh_e_contract_is_a_text() -> None:
    pypdf.PdfReader(io.BytesIO(b"Dear all, please find attached"), strict=True)


@case("pypdf", **unparsable | {"status": (400, 415, 422)})
def fresh_e_contract_is_empty() -> None:
    pypdf.PdfReader(io.BytesIO(b""))


@case("pypdf", **bad_input)
def fresh_e_contract_is_locked() -> None:
    print(len(pypdf.PdfReader(io.BytesIO(_pdf(user_password="secret", algorithm="RC4-128"))).pages))


@case("pypdf", **bug)
def fresh_e_page_by_an_index_too_high() -> None:
    pypdf.PdfReader(io.BytesIO(_pdf())).pages[7].extract_text()


# --- the standard library's -------------------------------------------------------------------------------------------
@case("python", **unparsable)
def fresh_e_json_body_with_a_comma_too_many() -> None:
    json.loads('{"sku": "A-1",}')


@case("python", **unparsable)
def fresh_e_upload_is_no_zip() -> None:
    zipfile.ZipFile(io.BytesIO(b"PK but not more"))


@case("python", **unparsable | {"status": (400, 413, 422)})
def fresh_e_csv_with_a_field_too_large() -> None:
    list(csv.reader([f'"{"x" * 200_000}"']))


@case("python", note="what we wrote ourselves, and cannot read", **unreadable)
def fresh_e_stored_state_is_cut_off() -> None:
    class StoredStateCorrupt(Exception):
        """A state that we stored ourselves."""

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "state.json")
        file.write_text('{"step": 3, ')
        try:
            json.loads(file.read_text())
        except json.JSONDecodeError as exc:
            raise StoredStateCorrupt("checkpoint of workflow 7 cannot be read") from exc


@case("python", **bug)
def fresh_e_answer_with_a_set() -> None:
    json.dumps({"tags": {"a", "b"}})
