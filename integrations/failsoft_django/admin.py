"""The audit trail in Django's admin: a list and a page of each record, to be read only.

Records are read with `fs.audit.query`, so the trail may be kept anywhere; Django's databases are not asked. What is
sealed is shown to those who have the permission `failsoft_django.view_sealed`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import dropwhile, islice
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, path, reverse

from failsoft.audit.asking import microseconds
from failsoft.audit.views import without_sealed
from failsoft.errors import SettingsError
from failsoft.errors.taxonomy import Severity
from failsoft_django.instance import get_failsoft
from failsoft_django.models import AuditRecord

__all__ = ["AuditRecordAdmin"]

_PAGE = 100
_FILTERS = ("kind", "code", "endpoint", "severity", "status", "error_id", "since", "until")
_SEALED_FILTERS = ("user", "client", "request_id")
_COLUMNS = ("timestamp", "severity", "kind", "code", "status", "endpoint", "error_id")


@admin.register(AuditRecord)
class AuditRecordAdmin(admin.ModelAdmin):  # type: ignore[misc]  # Django is not typed
    """Nothing can be added, changed or deleted here, by nobody."""

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - as Django calls it
        """Nobody adds a record."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - as Django calls it
        """Nobody changes one."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - as Django calls it
        """Nobody deletes one."""
        return False

    def get_urls(self) -> list[Any]:
        """A list and a page of each record, and none of the others that models have."""
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        return [
            path("", self.admin_site.admin_view(self.list_of_records), name=f"{name}_changelist"),
            path("<str:lane>/<int:sequence>/", self.admin_site.admin_view(self.one_record), name=f"{name}_record"),
        ]

    def list_of_records(self, request: HttpRequest) -> HttpResponse:
        """The newest records that fit, and the way to older ones."""
        sealed = self._seen_by(request)
        names = (*_FILTERS, *(_SEALED_FILTERS if sealed else ()))
        wanted = {name: text for name in names if (text := request.GET.get(name, "").strip())}
        found, older, fault = _page(wanted, request.GET.get("before", ""))
        rows = [{"cells": [_cell(one[name]) for name in _COLUMNS], "url": _url(one)} for one in found]
        context = {
            **self.admin_site.each_context(request),
            "title": "Audit records",
            "opts": self.opts,
            "columns": [name.replace("_", " ") for name in _COLUMNS],
            "rows": rows,
            "filters": [{"name": name, "value": wanted.get(name, "")} for name in names],
            "severities": [str(one) for one in Severity],
            "fault": fault,
            "older": urlencode({**wanted, "before": older}) if older else "",
        }
        return TemplateResponse(request, "failsoft_django/audit_records.html", context)

    def one_record(self, request: HttpRequest, lane: str, sequence: int) -> HttpResponse:
        """All of a record, what is sealed only for those who may see it."""
        sealed = self._seen_by(request)
        try:
            found = get_failsoft().audit.entry(lane, sequence)
        except Exception as error:
            raise Http404("the audit trail cannot be read") from error
        if found is None:
            raise Http404("there is no such record")
        shown: Mapping[str, Any] = found if sealed else without_sealed(found)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Audit record {lane}:{sequence}",
            "opts": self.opts,
            "members": [(name, _told(value)) for name, value in shown.items() if name not in ("position", "hidden")],
            "hidden": shown.get("hidden", ()),
        }
        return TemplateResponse(request, "failsoft_django/audit_record.html", context)

    def _seen_by(self, request: HttpRequest) -> bool:
        """Whether who asks may also see what is sealed.

        Raises:
            PermissionDenied: they may not see any record.
        """
        if not self.has_view_permission(request):
            raise PermissionDenied
        return bool(request.user.has_perm("failsoft_django.view_sealed"))


def _page(wanted: Mapping[str, Any], before: str) -> tuple[list[Mapping[str, Any]], str, str]:
    """The records of a page, the place where older ones begin, and what is wrong with what is asked for."""
    asks = dict(wanted)
    try:
        if "status" in asks:
            asks["status"] = int(asks["status"])
        audit = get_failsoft().audit
        audit.query(**asks)  # says what is wrong with it before the place of the page comes in
        found = audit.query(**(asks | _until(before)), newest_first=True)
        if before:
            position = int(before.rpartition("~")[2])
            found = islice(dropwhile(lambda one: one["position"] != position, found), 1, None)
        page = list(islice(found, _PAGE + 1))
    except (ValueError, SettingsError) as error:
        return [], "", str(error)
    except Exception as error:  # noqa: BLE001 - whatever a driver raises: the admin stays up
        return [], "", f"the audit trail cannot be read: {type(error).__name__}"
    last = page[_PAGE - 1] if len(page) > _PAGE else None
    return page[:_PAGE], "" if last is None else f"{last['timestamp']}~{last['position']}", ""


def _until(before: str) -> dict[str, Any]:
    """Records of the millisecond in which a page ended, and older ones: times in records have milliseconds."""
    at = microseconds(before.rpartition("~")[0]) if before else None
    return {} if at is None else {"until": (at + 1_000) / 1e6}


def _cell(value: object) -> str:
    return "" if value is None else str(value)


def _url(record: Mapping[str, Any]) -> str:
    try:
        url: str = reverse("admin:failsoft_django_auditrecord_record", args=(record["lane"], record["sequence"]))
    except NoReverseMatch:  # whoever can write to the store can write any lane there
        return ""
    return url


def _told(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False, default=repr)
