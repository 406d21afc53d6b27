"""Peers of which few catalogues know: a host, a store of time series, a server of identities."""

from __future__ import annotations

from typing import Any

import influxdb
import keycloak
import linode_api4

from evaluations.classifier.raisers.scaffold_http import (
    FAILED,
    LINK,
    OUR_SETTINGS,
    REFUSED_US,
    SILENT,
    THROTTLED,
    Answer,
    Means,
    add,
    add_answers,
    free_port,
)


def _dead() -> str:
    return f"http://127.0.0.1:{free_port()}"


# --- Linode -----------------------------------------------------------------------------------------------------------
def _instance(url: str) -> Any:
    return linode_api4.LinodeClient("no-token", base_url=url, retry=False).get("/account")


def _reason(status: int, text: str) -> Answer:
    return Answer(status, {"errors": [{"reason": text}]})


add_answers(
    "linode-api4",
    _instance,
    {
        "unauthorized": (REFUSED_US, _reason(401, "Invalid Token")),
        "throttled": (THROTTLED, _reason(429, "Too many requests")),
    },
)


# --- InfluxDB, the client of version 1 --------------------------------------------------------------------------------
def _query(url: str) -> Any:
    port = int(url.rsplit(":", 1)[1])
    return influxdb.InfluxDBClient("127.0.0.1", port, database="shop", timeout=0.4, retries=1).query(
        "SELECT * FROM cpu"
    )


add_answers(
    "influxdb",
    _query,
    {
        "unauthorized": (REFUSED_US, Answer(401, {"error": "authorization failed"})),
        "no_database": (OUR_SETTINGS, Answer(404, {"error": "database not found: shop"})),
        "silent": (SILENT, Answer(how="hang")),
    },
)
add(
    "influxdb",
    "refused",
    Means("network", True, (502, 503), "high"),
    lambda: _query(_dead()),
    note="our own store",
)


# --- Keycloak ---------------------------------------------------------------------------------------------------------
def _token(url: str) -> Any:
    return keycloak.KeycloakOpenID(server_url=url, realm_name="shop", client_id="web", client_secret_key="none").token(
        "somebody", "no-word"
    )


def _oauth(status: int, error: str, text: str) -> Answer:
    return Answer(status, {"error": error, "error_description": text})


add_answers(
    "python-keycloak",
    _token,
    {
        "password_wrong": (
            Means("authentication", False, 401, "low"),
            _oauth(401, "invalid_grant", "Invalid user credentials"),
        ),
        "client_secret_wrong": (
            REFUSED_US,
            _oauth(401, "unauthorized_client", "Invalid client or Invalid client credentials"),
        ),
        "no_realm": (OUR_SETTINGS, Answer(404, {"error": "Realm does not exist"})),
        "failed": (FAILED, _oauth(500, "unknown_error", "For more on this error consult the server log")),
    },
)
add("python-keycloak", "refused", LINK, lambda: _token(_dead()))
