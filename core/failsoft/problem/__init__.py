"""What the client is told: an RFC 9457 problem, as JSON, as a page or as text, in the client's language."""

from __future__ import annotations

from failsoft.problem.document import Problem
from failsoft.problem.maker import ProblemMaker, TextSanitizer
from failsoft.problem.negotiate import accepted_format, accepted_language
from failsoft.problem.render import FAIL_SAFE, JSON_TYPE, Rendered, Renderer, render

__all__ = [
    "FAIL_SAFE",
    "JSON_TYPE",
    "Problem",
    "ProblemMaker",
    "Rendered",
    "Renderer",
    "TextSanitizer",
    "accepted_format",
    "accepted_language",
    "render",
]
