"""What the audit trail says of who asked."""

from __future__ import annotations

from pathlib import Path

from failsoft_flask import FlaskFailsoft
from flask import Flask


def test_a_record_says_who_the_server_has_authenticated(tmp_path: Path) -> None:
    app = Flask("shop")
    app.config["FAILSOFT"] = {
        "audit": {"url": f"sqlite:///{tmp_path / 'audit.db'}", "encryption": "off", "client": "none"},
        "responses": {"reraise": "never"},
    }
    fs = FlaskFailsoft().init_app(app)

    @app.get("/fails")
    def fails() -> str:
        raise RuntimeError("x")

    assert app.test_client().get("/fails", environ_base={"REMOTE_USER": "alice"}).status_code == 500
    assert fs.flush()
    (record,) = fs.audit.query(user="alice")
    fs.close()
    assert (record["kind"], record["request"]["client"]) == ("failure.handled", None)
