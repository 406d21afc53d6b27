"""A problem as a page for people with a browser, and as plain text for people with a terminal.

The page needs nothing but itself: no script, no font, no picture, no request. Every value is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from string import Template
from typing import Any
from urllib.parse import urlsplit

from failsoft.problem.catalogue import SHIPPED, Catalogue
from failsoft.problem.document import Problem
from failsoft.problem.text import readable

__all__ = ["html_page", "text_page"]

_PAGE = Template("""<!DOCTYPE html>
<html lang="$language"$direction>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>$title</title>
<style>
:root { --paper: #fff; --ink: #1d1f23; --soft: #595f69; --line: #d5d8de; --link: #0b57b0; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #16181c; --ink: #eceef1; --soft: #a9afb9; --line: #3a3f47; --link: #8fc1ff; }
}
body { margin: 0; background: var(--paper); color: var(--ink); font: 1.0625rem/1.6 system-ui, sans-serif; }
main { max-width: 38rem; margin: 0 auto; padding: 12vh 1.25rem 4rem; overflow-wrap: anywhere; }
h1 { font-size: 1.75rem; line-height: 1.25; margin: 0 0 1rem; }
h2 { font-size: 1.0625rem; margin: 1.5rem 0 .25rem; }
p { margin: 0 0 .75rem; white-space: pre-line; }
.status, dt { color: var(--soft); }
.status { margin: 0 0 .25rem; }
a { color: var(--link); }
dl { margin: 2rem 0 0; padding-top: 1rem; border-top: 1px solid var(--line); }
dd { margin: 0 0 .5rem; }
code, pre { font-family: ui-monospace, monospace; font-size: .9375em; }
pre { overflow-x: auto; white-space: pre-wrap; }
</style>
</head>
<body>
<main>
<p class="status">$status</p>
<h1 dir="auto">$title</h1>
$body
</main>
</body>
</html>
""")


_RIGHT_TO_LEFT = frozenset({"ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})


def html_page(problem: Problem, catalogue: Catalogue = SHIPPED) -> bytes:
    """The page, in UTF-8."""
    language, label = problem.language, catalogue.label
    parts = [f'<p dir="auto">{_safe(text)}</p>' for text in _paragraphs(problem, catalogue)]
    if problem.errors:
        items = "".join(f"<li><code>{_safe(where)}</code> {_safe(what)}</li>\n" for where, what in problem.errors)
        parts.append(f"<h2>{_safe(label(language, 'errors'))}</h2>\n<ul>\n{items}</ul>")
    if (link := problem.documentation_url) and _is_web_address(link):
        parts.append(f'<p><a href="{_safe(link)}">{_safe(label(language, "more"))}</a></p>')
    if problem.support_reference:
        term, reference = _safe(label(language, "reference")), _safe(problem.support_reference)
        parts.append(f"<dl><dt>{term}</dt><dd><code>{reference}</code></dd></dl>")
    if "debug" in problem.extensions:
        parts.append(f"<h2>Debug</h2>\n<pre>{_safe(_debug_text(problem.extensions['debug']))}</pre>")
    page = _PAGE.substitute(
        language=_safe(language),
        direction=' dir="rtl"' if language.partition("-")[0] in _RIGHT_TO_LEFT else "",
        title=_safe(problem.title),
        status=_safe(f"{label(language, 'status')} {problem.status}"),
        body="\n".join(parts),
    )
    return page.encode()


def text_page(problem: Problem, catalogue: Catalogue = SHIPPED) -> bytes:
    """Plain text, in UTF-8, one thought per line."""
    language, label = problem.language, catalogue.label
    lines = [f"{problem.title} ({problem.status})", "", *_paragraphs(problem, catalogue)]
    if problem.errors:
        lines += ["", f"{label(language, 'errors')}:", *(f"  {where}: {what}" for where, what in problem.errors)]
    if problem.documentation_url:
        lines += ["", f"{label(language, 'more')}: {problem.documentation_url}"]
    if problem.support_reference:
        lines += ["", f"{label(language, 'reference')}: {problem.support_reference}"]
    if "debug" in problem.extensions:
        lines += ["", "Debug:", _debug_text(problem.extensions["debug"])]
    return readable("\n".join(lines) + "\n", 65_536).encode()


def _paragraphs(problem: Problem, catalogue: Catalogue) -> list[str]:
    """What happened, when to come back (unless that was said), and what to do."""
    texts = [problem.detail or ""]
    retry = problem.retry or {}
    if retry.get("allowed") and (after := retry.get("after")):
        wait = catalogue.wait(problem.language, int(after))
        hint = catalogue.label(problem.language, "again_in").replace("{wait}", wait)
        if hint not in texts[0]:
            texts.append(hint)
    texts.append(problem.guidance or "")
    return [text for text in texts if text]


def _safe(text: str) -> str:
    return escape(readable(text, 16_384))


def _is_web_address(url: str) -> bool:
    """Only such an address becomes a link; `javascript:` is an address too."""
    try:
        return urlsplit(url).scheme in ("http", "https")
    except ValueError:
        return False


def _debug_text(debug: Any) -> str:
    if not isinstance(debug, dict):
        return str(debug)
    stack = debug.get("stack", ())
    lines: Iterable[str] = stack if isinstance(stack, list) else [str(stack)]
    return "\n".join([f"{debug.get('type')}: {debug.get('message')}", *lines])
