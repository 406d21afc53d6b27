"""Numbers, places, graphs, units, dates and languages: what a view computes by itself."""

from __future__ import annotations

import datetime as dt
import io
import tempfile
from pathlib import Path
from typing import Any

import aniso8601
import ciso8601
import currency_converter
import fluent.runtime
import geopandas
import h3
import h5py
import holidays
import i18n
import igraph
import iso8601
import jdatetime
import langcodes
import langdetect
import num2words
import numexpr
import numpy as np
import pandas as pd
import pandera.pandas as pandera
import polib
import pulp
import pyproj
import rdflib
import rustworkx
import scipy.linalg
import scipy.optimize
import sklearn.linear_model
import sympy
import unyt
import whenever
import xarray
import zarr

from evaluations.classifier.raisers.scaffold_http import (
    INVALID,
    OUR_BUG,
    OUR_SETTINGS,
    UNPARSABLE,
    UNREADABLE,
    Means,
    add,
)

_FOLDER = Path(tempfile.mkdtemp(prefix="blind-d-"))
_STORED = "a file of our store; validation, had a client sent it"


def _file(name: str, content: bytes = b"no such format\n" * 99) -> str:
    path = _FOLDER / name
    path.write_bytes(content)
    return str(path)


# --- numbers ----------------------------------------------------------------------------------------------------------
add(
    "scipy",
    "singular",
    OUR_BUG,
    lambda: scipy.linalg.inv(np.zeros((2, 2))),
    note="numbers that cannot be inverted; validation is defensible",
)
add("scikit-learn", "not_fitted", OUR_BUG, lambda: sklearn.linear_model.LinearRegression().predict([[1.0]]))
add("sympy", "unparsable", UNPARSABLE, lambda: sympy.sympify("2 *** x"), note="a formula that a client wrote")
add("sympy", "not_invertible", OUR_BUG, lambda: sympy.Matrix([[1, 1], [1, 1]]).inv())
add("numexpr", "name_unknown", OUR_BUG, lambda: numexpr.evaluate("a + b", {"a": 1}, {}), note="a KeyError")
add("PuLP", "no_solver", OUR_SETTINGS, lambda: pulp.LpProblem("a").solve(pulp.COIN_CMD(path="/no/such/cbc")))

# --- frames and files of numbers --------------------------------------------------------------------------------------
_PRICES = pandera.DataFrameSchema({"price": pandera.Column(float, pandera.Check.gt(0))})


def _cut_off() -> Any:
    path = _FOLDER / "a.h5"
    with h5py.File(path, "w") as file:
        file["a"] = list(range(999))
    path.write_bytes(path.read_bytes()[:900])
    return h5py.File(path)


def _closed() -> Any:
    file = h5py.File(_FOLDER / "b.h5", "w")
    group = file.create_group("a")
    file.close()
    return group.create_group("b")


add("pandera", "value", INVALID, lambda: _PRICES.validate(pd.DataFrame({"price": [-1.0]})))
add("h5py", "cut_off", UNREADABLE, _cut_off, note=_STORED)
add("h5py", "closed", OUR_BUG, _closed)
add(
    "zarr",
    "no_array",
    OUR_SETTINGS,
    lambda: zarr.open_array(str(_FOLDER / "none.zarr"), mode="r"),
    note="a store that is not set up; validation is defensible",
)
add(
    "zarr",
    "exists",
    Means("data_integrity", False, 409, "medium"),
    lambda: [zarr.create_array(str(_FOLDER / "c.zarr"), shape=(1,), dtype="i4", overwrite=False) for _ in "ab"],
    note="a duplicate; system is defensible",
)
add(
    "xarray",
    "cannot_be_merged",
    OUR_BUG,
    lambda: xarray.merge([xarray.Dataset({"a": 1}), xarray.Dataset({"a": 2})], compat="no_conflicts"),
)

# --- places -----------------------------------------------------------------------------------------------------------
add(
    "pyproj",
    "projection_unknown",
    INVALID,
    lambda: pyproj.CRS.from_user_input("EPSG:999999"),
    note="a client names the projection; system is defensible",
)
add(
    "h3",
    "not_neighbours",
    INVALID,
    lambda: h3.cells_to_directed_edge(h3.latlng_to_cell(0, 0, 5), h3.latlng_to_cell(40, 40, 5)),
)
add("geopandas", "no_projection", OUR_BUG, lambda: geopandas.GeoSeries.from_wkt(["POINT (1 1)"]).to_crs(3857))
add(
    "geopandas",
    "file_missing",
    OUR_SETTINGS,
    lambda: geopandas.read_file(_FOLDER / "none.gpkg"),
    note="a file of the installation is not there",
)
add(
    "geopandas",
    "no_map",
    Means("validation", False, (400, 415, 422), "low"),
    lambda: geopandas.read_file(io.BytesIO(b"no map at all")),
)

# --- graphs -----------------------------------------------------------------------------------------------------------
_CHAIN = rustworkx.PyDiGraph(check_cycle=True)
_CHAIN.extend_from_edge_list([(0, 1), (1, 2)])


add("rustworkx", "cycle", OUR_BUG, lambda: _CHAIN.add_edge(2, 0, None), note="business_logic is defensible")
add("igraph", "no_vertex", OUR_BUG, lambda: igraph.Graph(n=2).delete_vertices([9]))
add("rdflib", "unparsable", UNPARSABLE, lambda: rdflib.Graph().parse(data="<a> <b> .", format="turtle"))
add(
    "rdflib",
    "query_malformed",
    UNPARSABLE,
    lambda: rdflib.Graph().query("SELECT ?a WHERE {"),
    note="a query that a client wrote; system is defensible",
)
add(
    "rdflib",
    "format_unknown",
    OUR_BUG,
    lambda: rdflib.Graph().serialize(format="pigeon"),
    note="a format that our code names; configuration is defensible",
)

# --- units, money -----------------------------------------------------------------------------------------------------
_RATES = currency_converter.CurrencyConverter(
    currency_file=_file("rates.csv", b"Date,USD,\n2026-01-05,1.1,\n2026-01-02,1.2,\n")
)

add(
    "unyt",
    "cannot_be_converted",
    OUR_BUG,
    lambda: (3 * unyt.km).to("kg"),
    note="validation, had a client named the unit",
)
add("unyt", "unit_unknown", INVALID, lambda: unyt.unyt_quantity.from_string("3 parrots"))
add(
    "CurrencyConverter",
    "no_rate_of_that_day",
    Means("validation", False, (404, 422), "low"),
    lambda: _RATES.convert(3, "USD", "EUR", date=dt.date(2020, 1, 1)),
    note="data_integrity is defensible",
)

# --- dates ------------------------------------------------------------------------------------------------------------
add("aniso8601", "format", INVALID, lambda: aniso8601.parse_datetime("yesterday at noon"))
add("iso8601", "unparsable", INVALID, lambda: iso8601.parse_date("the 3rd"))
add("ciso8601", "unparsable", INVALID, lambda: ciso8601.parse_datetime("2026-13-01"), note="a ValueError of a parser")
add(
    "jdatetime",
    "unparsable",
    INVALID,
    lambda: jdatetime.date.fromisoformat("1405-13-01"),
    note="a ValueError of a parser",
)
add(
    "whenever",
    "zone_unknown",
    INVALID,
    lambda: whenever.ZonedDateTime(2026, 1, 1, tz="Mars/Olympus"),
    note="a client names the zone",
)
add(
    "whenever",
    "hour_skipped",
    INVALID,
    lambda: whenever.ZonedDateTime(2026, 3, 29, 2, 30, tz="Europe/Berlin", disambiguate="raise"),
    note="a time that the client names and that no clock showed",
)
add(
    "holidays",
    "country_unknown",
    OUR_BUG,
    lambda: holidays.country_holidays("XX"),
    note="a NotImplementedError: the view should have checked",
)


# --- languages --------------------------------------------------------------------------------------------------------
def _catalogue() -> Any:
    i18n.load_path[:] = [str(_FOLDER)]
    _file("shop.en.yml", b"en:\n  greet: [")
    i18n.set("file_format", "yml")
    return i18n.t("shop.greet")


def _placeholder() -> Any:
    i18n.set("error_on_missing_placeholder", True)
    i18n.add_translation("greet", "hello %{name}")
    return i18n.t("greet")


def _messages() -> Any:
    bundle = fluent.runtime.FluentBundle(["en"])
    return bundle.get_message("bill")


add("python-i18n", "catalogue_malformed", OUR_SETTINGS, _catalogue)
add("python-i18n", "placeholder_missing", OUR_BUG, _placeholder, note="a KeyError")
add("fluent.runtime", "message_missing", OUR_BUG, _messages, note="a KeyError; configuration is defensible")
add(
    "polib",
    "catalogue_malformed",
    OUR_SETTINGS,
    lambda: polib.pofile('msgid "a"\nnonsense\n'),
    note="a catalogue is a file of the installation",
)
add("langcodes", "malformed", INVALID, lambda: langcodes.Language.get("not a language"))
add("langdetect", "no_letters", INVALID, lambda: langdetect.detect("123 !!"))
add("num2words", "language_unknown", OUR_BUG, lambda: num2words.num2words(3, lang="xx"), note="a NotImplementedError")
