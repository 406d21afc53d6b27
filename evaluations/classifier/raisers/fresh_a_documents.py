"""Files and documents: spreadsheets, pictures, PDF, XML, tables."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Callable
from typing import Any

import bs4
import docx
import h5py
import lxml.etree
import lxml.html
import numpy as np
import openpyxl
import pandas as pd
import pikepdf
import PIL.Image
import pptx
import pypdf
import reportlab.platypus
import tablib
import xarray
import xlsxwriter
import zarr
from reportlab.lib.styles import getSampleStyleSheet

from evaluations.classifier.raisers._fresh_a import fresh
from evaluations.classifier.raisers.scaffold_http import (
    INVALID,
    OUR_BUG,
    OUR_SETTINGS,
    UNPARSABLE,
    UNREADABLE,
    Means,
)

_UPLOAD = "an upload of the client"
_NOT_TAKEN = Means("validation", False, (400, 415, 422), "low")


def _workbook(change: Callable[[Any], Any] | None = None) -> io.BytesIO:
    book = openpyxl.Workbook()
    if change:
        change(book)
    held = io.BytesIO()
    book.save(held)
    held.seek(0)
    return held


# --- spreadsheets and office ------------------------------------------------------------------------------------------
@fresh("openpyxl", "value_of_a_list", OUR_BUG)
def _() -> None:
    _workbook(lambda book: book.active.append([["a", "b"]]))


@fresh("openpyxl", "row_of_zero", OUR_BUG)
def _() -> None:
    _workbook(lambda book: book.active.cell(0, 1))


@fresh("openpyxl", "saved_twice_in_write_only_mode", OUR_BUG)
def _() -> None:
    book = openpyxl.Workbook(write_only=True)
    book.create_sheet("a")
    for _ in range(2):
        book.save(io.BytesIO())


@fresh("openpyxl", "sheet_broken_within", UNPARSABLE, _UPLOAD)
def _() -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(_workbook()) as good, zipfile.ZipFile(held, "w") as bad:
        for name in good.namelist():
            data = good.read(name)
            bad.writestr(name, data[:-30] if name == "xl/workbook.xml" else data)
    openpyxl.load_workbook(held)


@fresh("XlsxWriter", "ranges_overlap", OUR_BUG)
def _() -> None:
    sheet = xlsxwriter.Workbook(io.BytesIO()).add_worksheet()
    sheet.merge_range("A1:B2", "a")
    sheet.merge_range("B2:C3", "b")


@fresh("XlsxWriter", "folder_missing", OUR_BUG, "as any file whose folder is not there; configuration is defensible")
def _() -> None:
    xlsxwriter.Workbook("/srv/failsoft-fresh/report.xlsx").close()


@fresh("python-docx", "workbook_instead_of_a_document", _NOT_TAKEN, _UPLOAD)
def _() -> None:
    docx.Document(_workbook())


@fresh("python-docx", "heading_level_out_of_range", OUR_BUG)
def _() -> None:
    docx.Document().add_heading("Offer", level=12)


@fresh("python-pptx", "workbook_instead_of_slides", _NOT_TAKEN, _UPLOAD)
def _() -> None:
    pptx.Presentation(_workbook())


@fresh("tablib", "columns_without_headers", OUR_BUG)
def _() -> None:
    tablib.Dataset(["a", 1])["name"]


# --- pictures and PDF -------------------------------------------------------------------------------------------------
def _picture(kind: str = "PNG") -> bytes:
    held = io.BytesIO()
    PIL.Image.new("RGB", (9, 9)).save(held, kind)
    return held.getvalue()


@fresh("Pillow", "size_of_nothing", OUR_BUG, "a bug, also where the client's input led to it")
def _() -> None:
    PIL.Image.new("RGB", (9, 9)).resize((0, -3))


@fresh("Pillow", "ending_unknown", OUR_BUG)
def _() -> None:
    PIL.Image.new("RGB", (9, 9)).save("/tmp/a.picture")


@fresh("Pillow", "pictures_of_other_sizes", OUR_BUG)
def _() -> None:
    PIL.Image.blend(PIL.Image.new("RGB", (9, 9)), PIL.Image.new("RGB", (8, 8)), 0.5)


@fresh("Pillow", "no_more_frames", OUR_BUG, "an EOFError; a page that the client asked for (404) is defensible")
def _() -> None:
    PIL.Image.open(io.BytesIO(_picture("GIF"))).seek(7)


def _pdf(**more: Any) -> io.BytesIO:
    writer = pypdf.PdfWriter()
    writer.add_blank_page(99, 99)
    if more:
        writer.encrypt(**more)
    held = io.BytesIO()
    writer.write(held)
    held.seek(0)
    return held


@fresh("pypdf", "password_wrong", UNPARSABLE, "a document of the client's whose password is wrong")
def _() -> None:
    pypdf.PdfReader(_pdf(user_password="not-real", algorithm="RC4-128"), password="other")


@fresh("pypdf", "page_missing", OUR_BUG, "an IndexError; a page that the client asked for (404) is defensible")
def _() -> None:
    pypdf.PdfReader(_pdf()).pages[7]


@fresh("pypdf", "header_missing", UNPARSABLE, _UPLOAD)
def _() -> None:
    pypdf.PdfReader(io.BytesIO(b"hello " * 400), strict=True)


@fresh("pikepdf", "page_missing", OUR_BUG, "an IndexError; a page that the client asked for (404) is defensible")
def _() -> None:
    with pikepdf.open(_pdf()) as document:
        document.pages[7]


@fresh("reportlab", "table_larger_than_the_page", OUR_BUG)
def _() -> None:
    text = reportlab.platypus.Paragraph("a" * 9, getSampleStyleSheet()["Normal"])
    rows = reportlab.platypus.Table([[text]], rowHeights=[9_999])
    reportlab.platypus.SimpleDocTemplate(io.BytesIO()).build([rows])


@fresh("reportlab", "markup_malformed", OUR_BUG, "a client's name in markup of ours; validation is defensible")
def _() -> None:
    reportlab.platypus.Paragraph("Dear <b>A & B", getSampleStyleSheet()["Normal"])


# --- XML and HTML -----------------------------------------------------------------------------------------------------
@fresh("lxml", "html_empty", UNPARSABLE, _UPLOAD)
def _() -> None:
    lxml.html.fromstring("")


@fresh("lxml", "text_with_a_declared_encoding", OUR_BUG, "a ValueError: bytes are due; the client's document led to it")
def _() -> None:
    lxml.etree.fromstring('<?xml version="1.0" encoding="utf-8"?><a/>')


@fresh("lxml", "prefix_not_mapped", OUR_BUG)
def _() -> None:
    lxml.etree.fromstring("<a/>").xpath("//soap:Body")


@fresh("lxml", "document_of_none", OUR_BUG)
def _() -> None:
    nothing: Any = None
    lxml.etree.fromstring(nothing)


@fresh("beautifulsoup4", "element_missing", OUR_BUG, "the page was not as thought; external_service is defensible")
def _() -> None:
    found: Any = bs4.BeautifulSoup("<p>Hello</p>", "html.parser").find("table")
    found.find_all("tr")


@fresh("beautifulsoup4", "attribute_missing", OUR_BUG)
def _() -> None:
    link: Any = bs4.BeautifulSoup("<a>Hello</a>", "html.parser").a
    link["href"]


# --- tables -----------------------------------------------------------------------------------------------------------
@fresh("pandas", "table_of_a_database_missing", OUR_SETTINGS)
def _() -> None:
    import sqlite3

    pd.read_sql("SELECT * FROM sales", sqlite3.connect(":memory:"))


@fresh("pandas", "columns_of_an_upload_missing", INVALID, "a ValueError out of the parser of an upload")
def _() -> None:
    pd.read_csv(io.StringIO("sku,amount\n1,2\n"), usecols=["sku", "price"])


@fresh("pandas", "columns_selected_missing", OUR_BUG)
def _() -> None:
    pd.DataFrame({"sku": [1]})[["sku", "price"]]


@fresh("pandas", "not_a_number_as_an_integer", OUR_BUG)
def _() -> None:
    pd.Series([1.0, float("nan")]).astype("int64")


@fresh("pandas", "name_in_a_query_unknown", OUR_BUG)
def _() -> None:
    pd.DataFrame({"sku": [1]}).query("price > 3")


@fresh("pandas", "workbook_of_no_sheet", OUR_BUG, "nothing to write")
def _() -> None:
    with pd.ExcelWriter(io.BytesIO(), engine="openpyxl"):
        pass


@fresh("numpy", "text_as_a_number", OUR_BUG)
def _() -> None:
    np.array(["1", "two"]).astype(float)


@fresh("numpy", "types_of_an_operation", OUR_BUG)
def _() -> None:
    np.array(["a"]) * np.array([1.5])


@fresh("numpy", "stored_array_cut", UNREADABLE, "an array of ours in a file; validation is defensible")
def _() -> None:
    held = io.BytesIO()
    np.save(held, np.arange(99))
    np.load(io.BytesIO(held.getvalue()[:-80]))


@fresh("xarray", "variable_missing", OUR_BUG)
def _() -> None:
    xarray.Dataset({"rain": ("day", [1, 2])})["snow"]


@fresh("zarr", "written_read_only", OUR_BUG)
def _() -> None:
    with tempfile.TemporaryDirectory() as folder:
        zarr.create_array(f"{folder}/a.zarr", shape=(3,), dtype="i4")
        zarr.open_array(f"{folder}/a.zarr", mode="r")[0] = 1


@fresh("h5py", "data_set_missing", OUR_BUG)
def _() -> None:
    with h5py.File(io.BytesIO(), "w") as file:
        file["rain"]
