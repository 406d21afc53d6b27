"""The audit trail in Django's admin, and `manage.py failsoft audit …` of a project whose settings are a dict."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

PROJECT = """
import os, sys
from pathlib import Path
from django.conf import settings

HERE = Path(__file__).parent
settings.configure(
    SECRET_KEY="not a secret", ALLOWED_HOSTS=["testserver"], ROOT_URLCONF=__name__, USE_TZ=True,
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(HERE / "django.sqlite3")}},
    INSTALLED_APPS=[
        "django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions",
        "django.contrib.messages", "failsoft_django",
    ],
    MIDDLEWARE=[
        "failsoft_django.FailsoftMiddleware", "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ],
    TEMPLATES=[{
        "BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True,
        "OPTIONS": {"context_processors": [
            "django.template.context_processors.request", "django.contrib.auth.context_processors.auth",
            "django.contrib.messages.context_processors.messages",
        ]},
    }],
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    STATIC_URL="static/",
    FAILSOFT={"service": "clinic", "audit": {
        "url": f"sqlite:///{HERE / 'audit.db'}", "keys": {"active": "a", "ring": {"a": "env:AUDIT_KEY"}},
    }},
)
import django
django.setup()
from django.contrib import admin
from django.urls import path

def ward(request):
    fs = __import__("failsoft_django").get_failsoft()
    assert request.user.is_authenticated
    fs.audit.record("ward.entered")
    raise RuntimeError("no such ward")

urlpatterns = [path("admin/", admin.site.urls), path("ward", ward)]
if __name__ == "__main__":
    from django.core.management import execute_from_command_line
    execute_from_command_line(sys.argv)
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clinic")
    (folder / "clinic.py").write_text(PROJECT)
    manage(folder, "migrate", "--verbosity", "0")
    play(
        folder,
        """
        for number in range(130):
            fs.audit.record("ward.visited", severity="low", number=number)
        fs.handle(RuntimeError("roof on fire <script>alert(1)</script>"))
        fs.close()
        """,
    )
    return folder


def _run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "AUDIT_KEY": "ab" * 32}
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environ, capture_output=True, text=True, timeout=120, check=False
    )


def manage(folder: Path, *arguments: str) -> str:
    done = _run(folder, "clinic.py", *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def play(folder: Path, code: str) -> str:
    """Run code in the project; `client(*permissions)` is the test client of somebody who has these."""
    head = """
import clinic, json, re
from django.contrib.auth.models import Permission, User
from django.test import Client
from failsoft_django import get_failsoft

fs = get_failsoft()
LIST = "/admin/failsoft_django/auditrecord/"

def client(*permissions):
    name = "-".join(permissions) or "nobody"
    user, _ = User.objects.get_or_create(username=name, defaults={"is_staff": True})
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    made = Client(raise_request_exception=False)
    made.force_login(user)
    return made
"""
    done = _run(folder, "-c", head + textwrap.dedent(code))
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


def test_the_list_shows_records_the_newest_first_and_goes_on_to_older_ones(project: Path) -> None:
    out = play(
        project,
        """
        from html import unescape
        viewer, seen, url = client("view_auditrecord"), [], LIST + "?kind=ward.visited"
        while url:
            page = viewer.get(url)
            assert page.status_code == 200, page.status_code
            body = page.content.decode()
            seen.append(re.findall(r'auditrecord/([0-9a-f]{32})/([0-9]+)/', body))
            older = re.search(r'href="([?][^"]*before[^"]*)"', body)
            url = LIST + unescape(older[1]) if older else None
        numbers = [int(number) for page in seen for _, number in page]
        print(json.dumps([[len(page) for page in seen], numbers == sorted(numbers, reverse=True), len(set(numbers))]))
        """,
    )
    assert json.loads(out) == [[100, 30], True, 130]


def test_what_is_sealed_is_for_those_who_may_see_it_and_escaped(project: Path) -> None:
    out = play(
        project,
        """
        told = []
        for permissions in (("view_auditrecord",), ("view_auditrecord", "view_sealed")):
            seen = client(*permissions)
            listed = seen.get(LIST + "?code=INTERNAL_ERROR").content.decode()
            url = re.search(r'href="([^"]*auditrecord/[0-9a-f]{32}/[0-9]+/)"', listed)[1]
            body = seen.get(url).content.decode()
            told.append(["roof on fire" in body, "<script>alert" in body, 'name="user"' in listed, "not shown" in body])
        print(json.dumps(told))
        """,
    )
    assert json.loads(out) == [[False, False, False, True], [True, False, True, False]]


def test_filters_and_mistakes(project: Path) -> None:
    out = play(
        project,
        """
        viewer = client("view_auditrecord")
        def rows(query):
            body = viewer.get(LIST + query).content.decode()
            return len(re.findall("auditrecord/[0-9a-f]{32}/", body)), "errornote" in body
        print(json.dumps([rows("?" + query) for query in (
            "severity=high", "code=INTERNAL_ERROR", "status=500", "since=1h&code=INTERNAL_ERROR", "until=1990-01-01",
            "severity=odd", "status=x", "since=soon", "before=x", "code=INTERNAL_ERROR&user=ada",
        )]))
        """,
    )
    assert json.loads(out) == [
        [1, False], [1, False], [1, False], [1, False], [0, False],
        [0, True], [0, True], [0, True], [0, True], [1, False],
    ]  # fmt: skip


def test_nobody_adds_changes_or_deletes_and_strangers_see_nothing(project: Path) -> None:
    out = play(
        project,
        """
        User.objects.filter(username="root").delete()
        root = Client(raise_request_exception=False)
        root.force_login(User.objects.create_superuser("root"))
        (place,) = fs.audit.query(code="INTERNAL_ERROR")
        one = f"{LIST}{place['lane']}/{place['sequence']}/"
        statuses = [root.get(LIST).status_code, root.get(one).status_code]
        for tail in ("add/", "1/change/", "1/delete/", "x/1/", "1/history/"):
            statuses.append(root.get(LIST + tail).status_code)
        statuses += [client().get(LIST).status_code, client().get(one).status_code, Client().get(LIST).status_code]
        print(json.dumps(statuses))
        """,
    )
    assert json.loads(out) == [200, 200, 404, 404, 404, 404, 404, 403, 403, 302]


def test_no_migration_is_wanted_for_what_has_no_table(project: Path) -> None:
    assert "No changes detected" in manage(project, "makemigrations", "--check", "--dry-run")


def test_the_commands_know_the_settings_of_the_project(project: Path) -> None:
    out = manage(project, "failsoft", "audit", "search", "--code", "INTERNAL_ERROR", "--json")
    (found,) = json.loads(out)
    assert found["error"]["message"].startswith("roof on fire")
    assert "nothing was found" in manage(project, "failsoft", "audit", "verify")
    missing = _run(project, "clinic.py", "failsoft", "audit", "search", "--code", "NONE")
    assert (missing.returncode, missing.stdout) == (1, "")


def test_who_looked_is_recorded_where_reading_is_and_a_row_that_somebody_made_up_stops_nobody(project: Path) -> None:
    out = play(
        project,
        """
        import sqlite3
        fs.audit._record_reads = True
        viewer = client("view_auditrecord", "view_sealed")
        viewer.get(LIST + "?kind=ward.visited")
        fs.flush()
        with sqlite3.connect("audit.db") as connection:
            for at, record in ((9e15, "null"), (8e15, '{"kind": [], "lane": {}, "timestamp": {}, "sequence": "x"}')):
                connection.execute(
                    "INSERT INTO failsoft_audit (lane, sequence, at, kind, record, hash) VALUES (?, 1, ?, ?, ?, ?)",
                    (f"a/b<script>{at}", int(at), "x<script>", record, b""),
                )
        page = viewer.get(LIST)
        body = page.content.decode()
        viewer.get(LIST)  # somebody looked into a trail with such records, too
        fs.flush()
        fs.audit._record_reads = False
        name = str(User.objects.get(username="view_auditrecord-view_sealed").pk)
        who = {one.get("actor") for one in fs.audit.query(kind="trail.read")}
        found = len(list(fs.audit.query(kind="trail.read", user=name)))
        print(json.dumps([who == {name}, found > 0, page.status_code, "<script>" in body]))
        """,
    )
    assert json.loads(out) == [True, True, 200, False]


def test_records_of_a_request_say_who_django_knows_it_is_from(project: Path) -> None:
    out = play(
        project,
        """
        doctor = client("view_auditrecord")
        assert doctor.get("/ward").status_code == 500
        fs.flush()
        name = str(User.objects.get(username="view_auditrecord").pk)
        print(json.dumps(sorted({one["kind"] for one in fs.audit.query(user=name)} - {"trail.read"})))
        """,
    )
    assert json.loads(out) == ["failure.handled", "ward.entered"]
