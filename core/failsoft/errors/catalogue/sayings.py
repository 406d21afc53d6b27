"""What kits, tokens and frameworks say in words alone, where the class alone says less or something else."""

from __future__ import annotations

from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label

__all__ = ["PLACES_OF_KITS", "WORDS_OF_KITS"]

WORDS_OF_KITS: tuple[tuple[Label, str, str], ...] = (
    # of a password that is another one the sub-class tells; else the hash that was stored is damaged
    (
        is_.CONTRADICTION,
        "argon2.exceptions.VerificationError",
        r"too (?:short|long|small|large|big|few|many)|[Dd]ecoding|[Ee]ncoding|[Ii]ncorrect|[Pp]arameter",
    ),
    (is_.EDIT_CONFLICT, "django.db.utils.DatabaseError", r"did not affect any rows"),
    # an algorithm that code asks for, with a key that is for another
    (is_.BUG, "cryptography.exceptions.UnsupportedAlgorithm", r"signature algorithm|[Pp]adding|serialization"),
    # of a template that can be read: called wrongly when it is filled
    (
        is_.BUG,
        "minijinja.TemplateError",
        r"\A(?:unknown (?:function|method)|undefined value|invalid operation|(?:missing|too many) arguments?|bad seri)",
    ),
    (is_.OUT_OF_MEMORY, "nacl.exceptions.RuntimeError", r"[Mm]emory"),
)
"""Label, classes, and a regular expression that is found in the text."""

PLACES_OF_KITS: tuple[tuple[Label, str, str, str, str], ...] = (
    (is_.BUG, "ValueError", "-packages/pyotp/", r"\.__init__\Z", r"digits|digest|interval"),
    (is_.CONTRADICTION, "ValueError", "-packages/werkzeug/security.py", r"", r""),
    (
        is_.CONTRADICTION,
        "ValueError",
        "-packages/django/contrib/auth/hashers.py",
        r"",
        r"[Uu]nknown password hash|decode",
    ),
)
"""As `OF_PLACES` in `texts`."""
