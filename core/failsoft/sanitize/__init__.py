"""What must not leave: one list, one matcher, for logs, spans, audit records, events and responses."""

from __future__ import annotations

from failsoft.sanitize.patterns import UserPattern
from failsoft.sanitize.sanitizer import Sanitizer, Untouched, sanitize

__all__ = ["Sanitizer", "Untouched", "UserPattern", "sanitize"]
