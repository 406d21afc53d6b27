"""What Django's admin and its permissions need to know of audit records. There is no table of Django's behind it."""

from __future__ import annotations

from django.db import models

__all__ = ["AuditRecord"]


class AuditRecord(models.Model):  # type: ignore[misc]  # Django is not typed
    """A record of the audit trail, which is read through `fs.audit` from wherever it is kept."""

    place = models.CharField(primary_key=True, max_length=60)

    class Meta:
        managed = False
        default_permissions = ("view",)
        permissions = (("view_sealed", "Can view what is sealed in audit records"),)
        verbose_name = "audit record"
        verbose_name_plural = "audit records"
