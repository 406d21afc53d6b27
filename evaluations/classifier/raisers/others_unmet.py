"""Vendors and tools of which no catalogue knew when their cases were labelled: storage, maps, parcels, identity."""

from __future__ import annotations

from typing import Any

import cloudinary
import cloudinary.api
import easypost
import geopy.adapters
import googlemaps
import hcloud
import postgrest
import requests_cache
import shopify
import supabase
import telnyx
import temporalio.service
import weaviate.exceptions
import workos
from fpdf import FPDF
from geopy.geocoders import Nominatim
from vonage_utils.utils import format_phone_number

from evaluations.classifier.raisers.scaffold_http import (
    ABSENT,
    DOWN,
    FAILED,
    INVALID,
    LINK,
    OUR_BUG,
    OUR_SETTINGS,
    QUOTA,
    REFUSED_US,
    SILENT,
    THROTTLED,
    Answer,
    Means,
    add,
    add_answers,
    free_port,
)

_DUPLICATE = Means("data_integrity", False, 409, "medium")


def _dead() -> str:
    return f"http://127.0.0.1:{free_port()}"


def _raising(exc: Exception) -> Any:
    def run() -> None:
        raise exc

    return run


# --- Supabase: PostgREST passes on what PostgreSQL said --------------------------------------------------------------
def _select(url: str) -> Any:
    return postgrest.SyncPostgrestClient(url).from_("users").select("*").execute()


def _postgrest(status: int, code: str, message: str, details: str | None = None) -> Answer:
    return Answer(status, {"code": code, "message": message, "details": details, "hint": None})


add_answers(
    "supabase",
    _select,
    {
        "duplicate": (
            _DUPLICATE,
            _postgrest(409, "23505", 'duplicate key value violates unique constraint "users_email_key"'),
        ),
        "no_rows": (
            ABSENT,
            _postgrest(
                406, "PGRST116", "Cannot coerce the result to a single JSON object", "The result contains 0 rows"
            ),
        ),
        "no_table": (OUR_SETTINGS, _postgrest(404, "42P01", 'relation "public.userz" does not exist')),
    },
)
add("supabase", "no_url", OUR_SETTINGS, lambda: supabase.create_client("", "key"))


# --- Cloudinary, EasyPost ---------------------------------------------------------------------------------------------
def _image(url: str) -> Any:
    cloudinary.config(cloud_name="shop", api_key="1", api_secret="no-secret", upload_prefix=url)
    return cloudinary.api.resource("hat")


def _image_without_a_key() -> Any:
    cloudinary.reset_config()
    cloudinary.config(cloud_name="shop", api_key=None, api_secret=None)
    return cloudinary.api.resource("hat")


add_answers(
    "cloudinary",
    _image,
    {
        "missing": (FAILED, Answer(404, {"error": {"message": "Resource not found - hat"}})),
        "failed": (FAILED, Answer(500, {"error": {"message": "General Error"}})),
    },
)
add("cloudinary", "no_key", OUR_SETTINGS, _image_without_a_key)


def _parcel(url: str) -> Any:
    return easypost.EasyPostClient("no-key", api_base=url, timeout=1).shipment.retrieve("shp_1")


def _easypost(status: int, code: str) -> Answer:
    return Answer(status, {"error": {"code": code, "message": f"about {code}", "errors": []}})


add_answers(
    "easypost",
    _parcel,
    {
        "unprocessable": (FAILED, _easypost(422, "SHIPMENT.INVALID_PARAMS")),
        "throttled": (THROTTLED, _easypost(429, "RATE_LIMITED")),
    },
)


# --- maps -------------------------------------------------------------------------------------------------------------
def _maps(url: str) -> Any:
    client = googlemaps.Client(key="AIza" + "x" * 35, timeout=1, retry_timeout=0.2)
    return client._request("/maps/api/geocode/json", {"address": "x"}, base_url=url)


add_answers("googlemaps", _maps, {"missing": (FAILED, Answer(404, {}))})
add("googlemaps", "refused", LINK, lambda: _maps(_dead()))
add("googlemaps", "key_malformed", OUR_SETTINGS, lambda: googlemaps.Client(key="nonsense"))


def _place(url: str) -> Any:
    return Nominatim(
        user_agent="a-shop",
        domain=url.removeprefix("http://"),
        scheme="http",
        timeout=1,
        adapter_factory=geopy.adapters.URLLibAdapter,
    ).geocode("x")


add_answers("geopy", _place, {"throttled": (THROTTLED, Answer(429, {}))})


# --- hosting, shops, telephones ---------------------------------------------------------------------------------------
def _server(url: str) -> Any:
    return hcloud.Client("no-token", api_endpoint=url, timeout=1).servers.get_by_id(1)


def _hcloud(status: int, code: str, message: str) -> Answer:
    return Answer(status, {"error": {"code": code, "message": message, "details": None}})


add_answers(
    "hcloud",
    _server,
    {
        "unauthorized": (REFUSED_US, _hcloud(401, "unauthorized", "unable to authenticate")),
        "missing": (FAILED, _hcloud(404, "not_found", "server not found")),
        "limit": (QUOTA, _hcloud(403, "resource_limit_exceeded", "server limit exceeded")),
    },
)


def _product(url: str) -> Any:
    shopify.ShopifyResource.set_site(f"{url}/admin")
    return shopify.Product.find(1)


add_answers(
    "ShopifyAPI",
    _product,
    {
        "unauthorized": (REFUSED_US, Answer(401, {"errors": "[API] Invalid API key or access token"})),
        "missing": (FAILED, Answer(404, {"errors": "Not Found"})),
    },
)
add("ShopifyAPI", "refused", LINK, lambda: _product(_dead()))


def _call(url: str) -> Any:
    return telnyx.Telnyx(api_key="no-key", base_url=url, max_retries=0, timeout=0.4).get("/x", cast_to=object)


add_answers("telnyx", _call, {"conflict": (FAILED, Answer(409, {})), "silent": (SILENT, Answer(how="hang"))})
add("vonage", "number_malformed", INVALID, lambda: format_phone_number("12ab"))

# --- made: their servers are not to be had here -----------------------------------------------------------------------
_NO_SERVER = "its server is not to be had"
for _name, _means, _exc in (
    ("unauthorized", REFUSED_US, workos.AuthenticationError("Could not authorize the request", status_code=401)),
    ("missing", FAILED, workos.NotFoundError("Organization not found", status_code=404)),
    ("failed", FAILED, workos.ServerError("Internal", status_code=500)),
):
    add("workos", _name, _means, _raising(_exc), made=_NO_SERVER)
add(
    "temporalio",
    "unavailable",
    DOWN,
    _raising(temporalio.service.RPCError("upstream connect error", temporalio.service.RPCStatusCode.UNAVAILABLE, b"")),
    made=_NO_SERVER,
)
add("weaviate-client", "closed", OUR_BUG, _raising(weaviate.exceptions.WeaviateClosedClientError()), made=_NO_SERVER)
add("weaviate-client", "silent", SILENT, _raising(weaviate.exceptions.WeaviateTimeoutError()), made=_NO_SERVER)


# --- tools ------------------------------------------------------------------------------------------------------------
def _font_missing() -> Any:
    page = FPDF()
    page.add_page()
    return page.add_font("dejavu", fname="/no/such/DejaVu.ttf")


def _font_without_the_letter() -> Any:
    page = FPDF()
    page.add_page()
    page.set_font("helvetica")
    return page.cell(text="żółw")


add("fpdf2", "font_missing", OUR_SETTINGS, _font_missing)
add("fpdf2", "font_without_the_letter", OUR_BUG, _font_without_the_letter)
add("requests-cache", "refused", LINK, lambda: requests_cache.CachedSession(backend="memory").get(_dead()))


def _from_a_cache(url: str) -> Any:
    requests_cache.CachedSession(backend="memory").get(url).raise_for_status()


add_answers("requests-cache", _from_a_cache, {"unavailable": (DOWN, Answer(503, {}))})
