"""pandas, NumPy, PyArrow, openpyxl: uploads that are read, tables that are computed with."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.dataset
import pyarrow.ipc
import pyarrow.json
import pyarrow.parquet

from evaluations.classifier.raisers import _fresh_e as e
from evaluations.classifier.raisers._fresh_e import broken_file, fresh
from evaluations.classifier.raisers._peers import HOST, closed_port

FILE = e.Label("validation", False, (400, 415, 422), "low")
"""A file that the client uploaded, and that is not what it should be."""
ORDERS = pd.DataFrame({"number": [1, 2, 2], "total": [5, 6, 7]})


# --- pandas -----------------------------------------------------------------------------------------------------------
@fresh("pandas", FILE)
def csv_with_ragged_rows() -> None:
    pd.read_csv(io.StringIO("number,total\n1,5\n2,6,7,8\n"))


@fresh("pandas", FILE)
def csv_empty() -> None:
    pd.read_csv(io.StringIO(""))


@fresh("pandas", FILE)
def csv_not_utf8() -> None:
    pd.read_csv(io.BytesIO(b"name\nJ\xf6rg\n"))


@fresh("pandas", FILE, note="columns that the upload has to have")
def csv_lacks_columns() -> None:
    pd.read_csv(io.StringIO("number,total\n1,5\n"), usecols=["number", "currency"])


@fresh("pandas", FILE)
def excel_is_none() -> None:
    pd.read_excel(io.BytesIO(b"this is no workbook"))


@fresh("pandas", FILE)
def json_malformed() -> None:
    pd.read_json(io.StringIO('{"number": [1, 2'))


@fresh("pandas", e.BUG)
def column_missing() -> None:
    ORDERS["currency"]


@fresh("pandas", e.BUG)
def merge_on_nothing() -> None:
    ORDERS.merge(pd.DataFrame({"a": [1]}))


@fresh("pandas", e.BUG)
def truth_is_ambiguous() -> None:
    if ORDERS["total"] > 5:
        pass


@fresh("pandas", e.BUG)
def lengths_differ() -> None:
    ORDERS.assign(currency=["EUR"])


@fresh("pandas", e.SETUP)
def dependency_not_installed() -> None:
    ORDERS.to_hdf("/nowhere/orders.h5", key="orders")


@fresh("pandas", e.LOST)
def database_refuses() -> None:
    import sqlalchemy as sa

    url = f"postgresql+psycopg://app@{HOST}:{closed_port()}/app"
    pd.read_sql("select 1", sa.create_engine(url))


# --- NumPy ------------------------------------------------------------------------------------------------------------
@fresh("numpy", e.BUG)
def shapes_do_not_fit() -> None:
    np.ones(3) + np.ones(4)


@fresh("numpy", e.BUG)
def index_out_of_bounds() -> None:
    np.ones(3)[7]


@fresh("numpy", e.BUG)
def matrix_is_singular() -> None:
    np.linalg.inv(np.zeros((2, 2)))


@fresh("numpy", e.Label("resource", False, (500, 503), "critical"))
def array_too_large() -> None:
    np.ones((1 << 25, 1 << 25))


@fresh("numpy", e.BUG, note="the answer holds what json does not know")
def integer_not_serializable() -> None:
    import json

    json.dumps({"total": np.int64(5)})


# --- PyArrow ----------------------------------------------------------------------------------------------------------
@fresh("pyarrow", FILE)
def parquet_is_none() -> None:
    pyarrow.parquet.read_table(io.BytesIO(b"this is not parquet, whatever its name says"))


@fresh("pyarrow", FILE)
def csv_of_arrow_ragged() -> None:
    pyarrow.csv.read_csv(io.BytesIO(b"a,b\n1,2\n3\n"))


@fresh("pyarrow", FILE)
def json_of_arrow_malformed() -> None:
    pyarrow.json.read_json(io.BytesIO(b'{"a": 1}\n{"a": nope}\n'))


@fresh("pyarrow", e.BUG)
def types_do_not_fit() -> None:
    pa.array([1, "two", 3.0])


@fresh("pyarrow", e.BUG)
def no_such_field() -> None:
    pa.table({"a": [1]}).column("b")


@fresh("pyarrow", e.BUG)
def schema_differs() -> None:
    pa.concat_tables([pa.table({"a": [1]}), pa.table({"b": [1]})])


# --- openpyxl ---------------------------------------------------------------------------------------------------------
@fresh("openpyxl", FILE)
def extension_unknown() -> None:
    with broken_file(b"\xd0\xcf\x11\xe0 an old workbook", "upload.xls") as path:
        openpyxl.load_workbook(path)


@fresh("openpyxl", FILE)
def not_a_zip() -> None:
    with broken_file(b"number;total\n", "upload.xlsx") as path:
        openpyxl.load_workbook(path)


@fresh("openpyxl", FILE)
def zip_without_a_workbook() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("hello.txt", "hello")
    openpyxl.load_workbook(buffer)


@fresh("openpyxl", e.ABSENT, note="a sheet that the client's file lacks, in words of the library")
def sheet_missing() -> None:
    openpyxl.Workbook()["Orders"]


@fresh("openpyxl", e.BUG)
def value_cannot_be_converted() -> None:
    openpyxl.Workbook().active.append([{"a": 1}])


@fresh("openpyxl", FILE)
def import_error_from_not_a_zip() -> None:
    class ImportFailed(Exception):
        pass

    try:
        not_a_zip()
    except zipfile.BadZipFile as fault:
        raise ImportFailed("the workbook was not imported") from fault
