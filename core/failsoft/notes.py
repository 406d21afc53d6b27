"""What an exception that ended a call says of the attempts before it, to whoever prints it."""

from __future__ import annotations

from contextlib import suppress

from failsoft.call import Call

__all__ = ["note_attempts"]


def note_attempts(exc: BaseException, call: Call, outcome: str) -> None:
    """Add a note for each attempt that failed, and one for the end; nothing if there was only one attempt."""
    if not call.attempts:
        return
    notes = [f"failsoft: attempt {record.number} failed with {record.type}" for record in call.attempts]
    notes.append(f"failsoft: gave up after attempt {call.attempt} ({outcome})")
    with suppress(Exception):  # exceptions may be frozen, or have notes of their own kind
        for note in notes:
            # an application may raise one stored exception for ever
            if note not in getattr(exc, "__notes__", ()):
                exc.add_note(note)
