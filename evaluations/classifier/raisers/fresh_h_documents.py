"""Documents, tables, images, places and numbers that a client sends."""

from __future__ import annotations

import io
import os
from typing import Any

from evaluations.classifier.cases import case
from evaluations.classifier.raisers._fresh_h import BUG, INPUT, SETTINGS, file_of, zip_of

DAMAGED: dict[str, Any] = {"transient": False, "status": (400, 415, 422), "severity": "low"}
NOT_IN_FILE: dict[str, Any] = {"transient": False, "status": 404, "severity": "info"}


@case("docx2python", "validation", **DAMAGED)
def fresh_h_no_zip() -> None:
    from docx2python import docx2python

    with file_of("just text", ".docx") as path, docx2python(path) as document:
        document.text


@case("docx2python", "validation", **DAMAGED)
def fresh_h_member_damaged() -> None:
    from docx2python import docx2python

    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    rels = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    rels += f'<Relationship Id="rId1" Type="{kind}" Target="word/document.xml"/></Relationships>'
    content = zip_of(
        {"_rels/.rels": rels, "word/document.xml": "<w:document><w:body>", "[Content_Types].xml": "<Types/>"}
    )
    with file_of(content, ".docx") as path, docx2python(path) as document:
        document.text


@case("xlsx2csv", "validation", **DAMAGED)
def fresh_h_no_workbook() -> None:
    from xlsx2csv import Xlsx2csv

    with file_of("a;b;c\n1;2;3\n", ".xlsx") as path:
        Xlsx2csv(path).convert(io.StringIO())


def _workbook() -> bytes:
    from openpyxl import Workbook

    book, buffer = Workbook(), io.BytesIO()
    book.active.append(["a", 1])
    book.save(buffer)
    return buffer.getvalue()


@case("xlsx2csv", "validation", **NOT_IN_FILE)
def fresh_h_sheet_not_found() -> None:
    from xlsx2csv import Xlsx2csv

    with file_of(_workbook(), ".xlsx") as path:
        Xlsx2csv(path).convert(io.StringIO(), sheetname="Prices")


@case("dbf", "validation", **DAMAGED)
def fresh_h_not_a_table() -> None:
    import dbf

    with file_of(b"not a table at all, but long enough to have a header" * 2, ".dbf") as path:
        dbf.Table(path).open()


@case("dbf", "system", **BUG)
def fresh_h_field_missing() -> None:
    import dbf

    table = dbf.Table(":memory:", "name C(10)", on_disk=False)
    table.open(dbf.READ_WRITE)
    table.append({"name": "a", "colour": "red"})


@case("dbf", "system", **BUG)
def fresh_h_table_closed() -> None:
    import dbf

    dbf.Table(":memory:", "name C(10)", on_disk=False).append({"name": "a"})


@case("dbf", "system", **BUG)
def fresh_h_field_spec_wrong() -> None:
    import dbf

    dbf.Table(":memory:", "name Q(10)", on_disk=False)


@case("pdfrw", "validation", **DAMAGED)
def fresh_h_no_pdf() -> None:
    from pdfrw import PdfReader

    PdfReader(fdata=b"<html>no pdf</html>")


@case("pdfrw", "validation", **DAMAGED)
def fresh_h_pdf_cut_off() -> None:
    from pdfrw import PdfReader

    PdfReader(fdata=b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog")


@case("pypdf2", "validation", **DAMAGED)
def fresh_h_empty_file() -> None:
    from PyPDF2 import PdfReader

    PdfReader(io.BytesIO(b""))


@case("pypdf2", "validation", **DAMAGED)
def fresh_h_eof_marker_missing() -> None:
    from PyPDF2 import PdfReader

    PdfReader(io.BytesIO(b"%PDF-1.7\n" + b"1 0 obj << >> endobj\n" * 20))


def _locked() -> io.BytesIO:
    from PyPDF2 import PdfWriter

    writer, buffer = PdfWriter(), io.BytesIO()
    writer.add_blank_page(100, 100)
    writer.encrypt("secret")
    writer.write(buffer)
    return buffer


@case("pypdf2", "validation", **INPUT, note="a document of the client's that is locked")
def fresh_h_not_decrypted() -> None:
    from PyPDF2 import PdfReader

    PdfReader(_locked()).pages[0]


@case("pypdf2", "validation", **INPUT, note="a document of the client's, with the wrong password")
def fresh_h_pypdf2_wrong_password() -> None:
    from PyPDF2 import PdfReader

    PdfReader(_locked(), password="guess")


@case("weasyprint", "configuration", **SETTINGS, note="a template of the installation that is not there")
def fresh_h_template_missing() -> None:
    from weasyprint import HTML

    HTML(filename="/nonexistent/templates/invoice.html").write_pdf()


@case("weasyprint", "system", **BUG)
def fresh_h_no_source() -> None:
    from weasyprint import HTML

    HTML()


@case("pypandoc", "configuration", **SETTINGS)
def fresh_h_pandoc_not_installed() -> None:
    import pypandoc

    os.environ.pop("PYPANDOC_PANDOC", None)
    pypandoc.convert_text("# Title", "html", format="md")


@case("pypandoc", "system", **BUG)
def fresh_h_source_is_no_file() -> None:
    import pypandoc

    pypandoc.convert_file("/nonexistent/a.md", "html")


@case("python-magic", "configuration", **SETTINGS)
def fresh_h_database_missing() -> None:
    import magic

    magic.Magic(magic_file="/nonexistent/magic.mgc").from_buffer(b"abc")


@case("python-magic", "configuration", **SETTINGS)
def fresh_h_database_damaged() -> None:
    import magic

    with file_of(b"\x1c\x04\x1e\xf1garbage", ".mgc") as path:
        magic.Magic(magic_file=path).from_buffer(b"abc")


@case("mercantile", "system", **BUG)
def fresh_h_zoom_of_a_parent_is_larger() -> None:
    import mercantile

    mercantile.parent(mercantile.Tile(1, 1, 2), zoom=5)


@case("mercantile", "validation", **INPUT)
def fresh_h_quadkey_malformed() -> None:
    import mercantile

    mercantile.quadkey_to_tile("03134x")


@case("mercantile", "validation", **INPUT)
def fresh_h_latitude_of_the_pole() -> None:
    import mercantile

    mercantile.tile(10, 90, 5)


@case("pygeoif", "validation", **INPUT)
def fresh_h_wkt_malformed() -> None:
    import pygeoif

    pygeoif.from_wkt("POLYGON (30 10, 40")


@case("pygeoif", "validation", **INPUT)
def fresh_h_wkt_of_unknown_kind() -> None:
    import pygeoif

    pygeoif.from_wkt("CIRCLE (30 10)")


@case("isbnlib", "validation", **INPUT)
def fresh_h_not_an_isbn() -> None:
    import isbnlib

    isbnlib.meta("978-0-00-000000-1")


@case("isbnlib", "system", **BUG)
def fresh_h_service_not_recognized() -> None:
    import isbnlib

    isbnlib.meta("9780140449136", service="library-of-nowhere")


@case("pyjks", "validation", **DAMAGED, note="an upload of the client's")
def fresh_h_no_keystore() -> None:
    import jks

    jks.KeyStore.loads(b"-----BEGIN CERTIFICATE-----", "changeit")


@case("pyjks", "validation", **INPUT, note="an upload of the client's, with the wrong password")
def fresh_h_pyjks_wrong_password() -> None:
    import jks

    jks.KeyStore.loads(jks.KeyStore.new("jks", []).saves("changeit"), "guess")


@case("pybranca", "authentication", transient=False, status=401, severity="low")
def fresh_h_pybranca_token_expired() -> None:
    from branca import Branca

    branca = Branca(key=b"supersecretkeyyoushouldnotcommit")
    branca.decode(branca.encode(b"user 7", timestamp=1), ttl=60)


@case("pybranca", "authentication", transient=False, status=401, severity="low")
def fresh_h_token_forged() -> None:
    from branca import Branca

    token = Branca(key=b"anothersecretkeyyoushouldnotknow").encode(b"user 7")
    Branca(key=b"supersecretkeyyoushouldnotcommit").decode(token)


def _cwt(claims: dict[int, Any], *, other: bool = False) -> None:
    import cwt
    from cwt import COSEKey

    key = COSEKey.generate_symmetric_key(alg="HS256", kid="01")
    wrong = COSEKey.generate_symmetric_key(alg="HS256", kid="01")
    cwt.decode(cwt.encode(claims, key), wrong if other else key)


@case("cwt", "authentication", transient=False, status=401, severity="low")
def fresh_h_cwt_token_expired() -> None:
    _cwt({1: "coap://as.example.com", 4: 1})


@case("cwt", "authentication", transient=False, status=401, severity="low")
def fresh_h_signature_wrong() -> None:
    _cwt({1: "coap://as.example.com"}, other=True)


@case("cwt", "authentication", transient=False, status=401, severity="low")
def fresh_h_not_yet_valid() -> None:
    _cwt({1: "coap://as.example.com", 5: 4_000_000_000})


@case("dataclasses-json", "validation", **INPUT)
def fresh_h_no_json() -> None:
    _order().from_json("id=1")


@case("dataclasses-json", "validation", **INPUT)
def fresh_h_unknown_field() -> None:
    _order().from_json('{"id": 1, "name": "a", "colour": "red"}')


def _order() -> Any:
    from dataclasses import make_dataclass

    from dataclasses_json import DataClassJsonMixin, Undefined, config

    kind = make_dataclass("Order", [("id", int), ("name", str)], bases=(DataClassJsonMixin,))
    kind.dataclass_json_config = config(undefined=Undefined.RAISE)["dataclasses_json"]
    return kind


@case("marshmallow-dataclass", "validation", **INPUT)
def fresh_h_field_required() -> None:
    from dataclasses import make_dataclass

    import marshmallow_dataclass

    marshmallow_dataclass.class_schema(make_dataclass("Order", [("id", int), ("name", str)]))().load({"id": "x"})


@case("marshmallow-dataclass", "validation", **INPUT)
def fresh_h_field_unknown() -> None:
    from dataclasses import make_dataclass

    import marshmallow_dataclass

    marshmallow_dataclass.class_schema(make_dataclass("Order", [("id", int)]))().load({"id": 1, "colour": "red"})
