"""Images, documents and tables of data."""

from __future__ import annotations

import io
from typing import Any

import docx
import numpy as np
import openpyxl
import pandas as pd
import PIL.Image
import polars as pl
import pyarrow as pa
import pyarrow.parquet
import pypdf
import reportlab.lib.utils
import xlsxwriter

from evaluations.classifier.raisers.scaffold_http import (
    ABSENT,
    OUR_BUG,
    UNPARSABLE,
    Means,
    add,
)


# --- images, documents, data -----------------------------------------------------------------------------------------
def _png(cut: int = 0) -> io.BytesIO:
    file = io.BytesIO()
    PIL.Image.new("RGB", (40, 40)).save(file, "PNG")
    return io.BytesIO(file.getvalue()[: -cut or None])


def _bomb() -> None:
    before, PIL.Image.MAX_IMAGE_PIXELS = PIL.Image.MAX_IMAGE_PIXELS, 10
    try:
        PIL.Image.open(_png())
    finally:
        PIL.Image.MAX_IMAGE_PIXELS = before


_UPLOAD = "an upload of the client"
add("Pillow", "unidentified", UNPARSABLE, lambda: PIL.Image.open(io.BytesIO(b"garbage")), note=_UPLOAD)
add("Pillow", "bomb", Means("validation", False, (400, 413), "low"), _bomb, note=_UPLOAD)
add("Pillow", "truncated", UNPARSABLE, lambda: PIL.Image.open(_png(60)).load(), note=_UPLOAD)
add("Pillow", "format_unknown", OUR_BUG, lambda: PIL.Image.new("RGB", (1, 1)).save(io.BytesIO(), "NONSENSE"))
add("numpy", "shapes", OUR_BUG, lambda: np.zeros((2, 2)) @ np.zeros((3, 3)))
add("numpy", "singular", OUR_BUG, lambda: np.linalg.inv(np.zeros((2, 2))))
add("numpy", "axis", OUR_BUG, lambda: np.zeros(2).sum(axis=3))
add("numpy", "too_large", Means("resource", False, 500, "critical"), lambda: np.zeros((1 << 45,)))
add("numpy", "pickled", OUR_BUG, lambda: np.load(_npy()), note="ValueError: a file that asks for allow_pickle")
add("pandas", "column_missing", OUR_BUG, lambda: pd.DataFrame({"a": [1]})["b"])
add("pandas", "csv_malformed", UNPARSABLE, lambda: pd.read_csv(io.StringIO("a,b\n1,2\n1,2,3\n")), note=_UPLOAD)
add("pandas", "csv_empty", UNPARSABLE, lambda: pd.read_csv(io.StringIO("")), note=_UPLOAD)
add("pandas", "merge", OUR_BUG, lambda: pd.merge(pd.DataFrame({"a": [1]}), pd.DataFrame({"b": [1]})))
add(
    "pandas",
    "merge_duplicates",
    OUR_BUG,
    lambda: pd.merge(pd.DataFrame({"a": [1, 1]}), pd.DataFrame({"a": [1]}), validate="one_to_one"),
)
add("pandas", "date_malformed", UNPARSABLE, lambda: pd.Timestamp("9999999-01-01"), note="the client's date")
add("pandas", "intervals_overlap", OUR_BUG, lambda: pd.Series([1, 2]).astype("no-such-type"))
add("pyarrow", "csv_malformed", UNPARSABLE, lambda: _arrow_csv(b"a,b\n1,2,3\n"), note=_UPLOAD)
add(
    "pyarrow", "parquet_malformed", UNPARSABLE, lambda: pa.parquet.read_table(io.BytesIO(b"garbage" * 10)), note=_UPLOAD
)
add("pyarrow", "type_wrong", OUR_BUG, lambda: pa.array(["x"], pa.int64()))
add("pyarrow", "key_missing", OUR_BUG, lambda: pa.table({"a": [1]}).column("b"))
add("pyarrow", "not_implemented", OUR_BUG, lambda: pa.array([{}]).cast(pa.int64()))
add("polars", "column_missing", OUR_BUG, lambda: pl.DataFrame({"a": [1]}).select("b"))
add("polars", "csv_empty", UNPARSABLE, lambda: pl.read_csv(io.BytesIO(b"")), note=_UPLOAD)
add(
    "polars",
    "csv_malformed",
    UNPARSABLE,
    lambda: pl.read_csv(io.BytesIO(b"a\n1\nx\n"), schema={"a": pl.Int64}),
    note=_UPLOAD,
)
add("polars", "shapes", OUR_BUG, lambda: pl.DataFrame({"a": [1], "b": [1, 2]}))
add("polars", "cast", OUR_BUG, lambda: pl.Series(["x"]).cast(pl.Int64))
add("polars", "schema", OUR_BUG, lambda: pl.DataFrame({"a": ["x"]}).select(pl.col("a").dt.year()))
add("openpyxl", "not_a_workbook", UNPARSABLE, lambda: openpyxl.load_workbook(io.BytesIO(b"garbage")), note=_UPLOAD)
add("openpyxl", "extension", UNPARSABLE, lambda: openpyxl.load_workbook("x.doc"), note=_UPLOAD)
add("openpyxl", "sheet_missing", ABSENT, lambda: openpyxl.Workbook()["none"])
add("openpyxl", "characters", OUR_BUG, lambda: openpyxl.Workbook().active.append(["\x00"]))
add("python-docx", "not_a_document", UNPARSABLE, lambda: docx.Document(io.BytesIO(b"garbage")), note=_UPLOAD)
add("python-docx", "package_missing", OUR_BUG, lambda: docx.Document("/no/such.docx"))
add("pypdf", "not_a_pdf", UNPARSABLE, lambda: pypdf.PdfReader(io.BytesIO(b"garbage")), note=_UPLOAD)
add("pypdf", "empty", UNPARSABLE, lambda: pypdf.PdfReader(io.BytesIO(b"")), note=_UPLOAD)
add("pypdf", "encrypted", UNPARSABLE, lambda: _encrypted_pdf(), note=_UPLOAD)
add("reportlab", "image", UNPARSABLE, lambda: reportlab.lib.utils.ImageReader(io.BytesIO(b"garbage")), note=_UPLOAD)
add("XlsxWriter", "sheet_name", OUR_BUG, lambda: xlsxwriter.Workbook(io.BytesIO()).add_worksheet("x" * 40))
add("XlsxWriter", "sheet_twice", OUR_BUG, lambda: _sheet_twice())


def _npy() -> io.BytesIO:
    file = io.BytesIO()
    np.save(file, np.array([{}], dtype=object), allow_pickle=True)
    file.seek(0)
    return file


def _arrow_csv(content: bytes) -> Any:
    import pyarrow.csv

    return pyarrow.csv.read_csv(io.BytesIO(content))


def _encrypted_pdf() -> Any:
    writer, file = pypdf.PdfWriter(), io.BytesIO()
    writer.add_blank_page(10, 10)
    writer.encrypt("not-a-password", algorithm="RC4-128")
    writer.write(file)
    return len(pypdf.PdfReader(io.BytesIO(file.getvalue())).pages)


def _sheet_twice() -> None:
    book = xlsxwriter.Workbook(io.BytesIO())
    book.add_worksheet("a")
    book.add_worksheet("a")
