"""A supplier under gunicorn: it says how much time it was given, and what became of what it began."""

from __future__ import annotations

import asyncio
from typing import Any

import failsoft
from failsoft_flask import FlaskFailsoft
from flask import Flask, request

app = Flask(__name__)
began: list[str] = []
cut: list[str] = []


@app.get("/left")
def left() -> Any:
    return {"left": failsoft.remaining(), "header": request.headers.get("X-Request-Deadline")}


@app.get("/hang/<name>")
async def hang(name: str) -> Any:
    began.append(name)
    try:
        await asyncio.sleep(30)
    except asyncio.CancelledError:
        cut.append(name)
        raise
    return {}


@app.get("/said/<name>")
def said(name: str) -> Any:
    return {"began": name in began, "cut": name in cut}


FlaskFailsoft(app, {"request": {"deadline_header": "X-Request-Deadline"}})
