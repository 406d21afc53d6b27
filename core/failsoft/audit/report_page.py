"""The compliance report as a page of HTML that needs nothing else: no script, nothing from elsewhere.

Whatever stands in a record may have been written by an attacker. All of it goes through `_text`.
"""

from __future__ import annotations

import html
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from failsoft.deferred import as_pattern
from failsoft.observers.base import one_line

__all__ = ["report_page"]

_STYLE: Final = """
:root { --ink: #1c2430; --soft: #5b6675; --line: #d5dbe3; --good: #1d6b3c; --bad: #a3221b; --paper: #fff; }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 2rem auto;
  max-width: 62rem; padding: 0 1rem; }
h1 { font-size: 1.7rem; margin: 0 0 .2rem; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
p, dd { overflow-wrap: anywhere; } .soft { color: var(--soft); }
.good { color: var(--good); font-weight: 600; } .bad { color: var(--bad); font-weight: 600; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; }
dt { color: var(--soft); } dd { margin: 0; }
.table { overflow-x: auto; margin: 0 0 1rem; }
table { border-collapse: collapse; width: 100%; font-size: .87rem; }
caption { text-align: left; color: var(--soft); padding: .3rem 0; }
th, td { text-align: left; vertical-align: top; padding: .25rem .8rem .25rem 0; border-bottom: 1px solid var(--line); }
th { font-weight: 600; white-space: nowrap; } td { overflow-wrap: anywhere; } .word { overflow-wrap: normal; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.time { font-variant-numeric: tabular-nums; } .time span { white-space: nowrap; }
"""
_PRINTED: Final = """
body { font: 9.5pt/1.4 serif; max-width: none; margin: 0; padding: 0; color: #000; }
h2 { break-after: avoid; } tr, dl { break-inside: avoid; } thead { display: table-header-group; }
.table { overflow: visible; } table { font-size: 8pt; } th, td { padding-right: 6pt; }
"""
_PAGE: Final = "@page { size: A4; margin: 18mm 16mm; }\n"
_MOST_TEXT: Final = 600
_NUMBER: Final = ' class="number"'
_WORD: Final = ' class="word"'
_TIMES: Final = frozenset({"time", "first", "last", "from", "to", "first record", "last record"})
_WORDS: Final = frozenset({"type", "kind", "finding", "rules", "severity"})
_DIVIDES: Final = as_pattern(r"([._/])(?=\w)")


def report_page(report: Mapping[str, Any], *, printed: bool = False) -> str:
    """The page of a report (`failsoft.audit.reporting`).

    Parameters:
        printed: made for programs that turn HTML into PDF and know no print style sheets. Browsers print the other one
            in the same way.
    """
    title = html.escape(f"Compliance report {report['period']['name']}")
    style = _STYLE + _PAGE + (_PRINTED if printed else f"@media print {{ {_PRINTED} }}\n")
    policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    head = (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{style}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n"
    )
    return head + "\n".join(_sections(report)) + "\n</main>\n</body>\n</html>\n"


def _sections(report: Mapping[str, Any]) -> Iterator[str]:
    yield from _summary(report)
    yield from _failures(report)
    yield from _events("Security incidents", [("incidents", report["incidents"])])
    sent = report["notifications"]
    yield from _events("Notifications", [("sent", sent["sent"]), ("failed", sent["failed"])])
    deeds = report["remediation"]
    yield "<h2>What was done</h2>"
    yield _pairs(deeds["recovery_outcomes"]) if deeds["recovery_outcomes"] else ""
    listed = [(name, deed) for name, deed in deeds.items() if name not in ("recovery_outcomes", "recoveries")]
    yield from _tables(listed, "Nothing by hand: no policy, breaker, key or retention was touched.")
    yield from _verification(report["verification"])
    yield from _gaps(report["gaps"])


def _summary(report: Mapping[str, Any]) -> Iterator[str]:
    period, totals = report["period"], report["totals"]
    of = " · ".join(str(report[name]) for name in ("service", "environment") if report.get(name))
    if of:
        yield f"<p>{_text(of)}</p>"
    times = [_time(at) for at in (period["since"], period["until"], report["made"])]
    yield '<p class="soft">From {} to {}; made {}; all times are UTC.</p>'.format(*times)
    yield "<h2>In short</h2>"
    yield _pairs(
        {
            "records": totals["records"],
            "failures": totals["failures"],
            "of these relevant to compliance": totals["violations"],
            "security incidents": totals["incidents"],
            "endpoints affected": report["failures"]["endpoints_affected"],
            "the trail": _verdict(report["verification"]),
        }
    )


def _verdict(verification: Mapping[str, Any] | None) -> str:
    if verification is None:
        return "was not verified"
    faults = sum(1 for finding in verification["findings"] if finding["fault"])
    return "verified: nothing was found" if verification["ok"] else f"does not verify: {faults} faults"


def _failures(report: Mapping[str, Any]) -> Iterator[str]:
    failures, violations = report["failures"], report["violations"]
    yield "<h2>Violations by severity</h2>"
    rows = [[name, count, violations["severities"].get(name, 0)] for name, count in failures["severities"].items()]
    yield _table(("severity", "failures", "relevant to compliance"), rows)
    if violations["flags"]:
        yield _table(("rules", "failures"), list(violations["flags"].items()))
    for title, name, members in (
        ("By code", "codes", ("code",)),
        ("Most frequent", "most_frequent", ("type", "code", "endpoint", "error_id")),
        ("Affected endpoints", "endpoints", ("endpoint",)),
    ):
        yield f"<h2>{title}</h2>"
        titles = (
            *(member.replace("_", " ") for member in members),
            "count",
            "critical",
            "high",
            "first",
            "last",
            "rules",
        )
        yield _table(titles, [[*[one.get(member) for member in members], *_counted(one)] for one in failures[name]])


def _counted(one: Mapping[str, Any]) -> list[object]:
    severities = one["severities"]
    rules = ", ".join(one["compliance"])
    return [one["count"], severities["critical"], severities["high"], one["first"], one["last"], rules]


def _events(title: str, lists: Sequence[tuple[str, Mapping[str, Any]]]) -> Iterator[str]:
    yield f"<h2>{_text(title)}</h2>"
    yield from _tables(lists, "None.")


def _tables(lists: Sequence[tuple[str, Mapping[str, Any]]], otherwise: str) -> Iterator[str]:
    if not any(events["count"] for _, events in lists):
        yield f"<p>{_text(otherwise)}</p>"
    for name, events in lists:
        if events["count"]:
            rows = [[one["timestamp"], one["kind"], one.get("actor"), _rest(one)] for one in events["records"]]
            shown = len(rows)
            more = "" if shown == events["count"] else f", the first {shown}"
            caption = f"{name.replace('_', ' ')}: {events['count']}{more}"
            yield _table(("time", "kind", "who", "what"), rows, caption=caption)


_TOLD: Final = frozenset({"timestamp", "kind", "actor", "lane", "sequence", "host", "worker", "retention", "trace_id"})


def _rest(one: Mapping[str, Any]) -> str:
    """What else there is, members of members by their path; what says nothing, or is there already, is left out."""
    told = {name: value for name, value in one.items() if name not in _TOLD and not isinstance(value, Mapping)}
    for name, value in one.items():
        if isinstance(value, Mapping) and name not in _TOLD:
            told |= {
                f"{name}.{inner}": part
                for inner, part in value.items()
                if part not in (one.get(inner), one.get(f"{name}_{inner}"))
            }
    return "; ".join(f"{name}: {_plain(value)}" for name, value in told.items() if value not in (None, "", [], {}))


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=repr)


def _verification(verification: Mapping[str, Any] | None) -> Iterator[str]:
    yield "<h2>Verification of the trail</h2>"
    if verification is None:
        yield "<p>The trail was not verified for this report.</p>"
        return
    how = "with the keys" if verification["keyed"] else "with public keys only"
    good = "good" if verification["ok"] else "bad"
    yield f'<p class="{good}">{_text(_verdict(verification))}</p>'
    told = (
        f"{verification['entries']} records, {verification['statements']} signed statements, {verification['anchors']} "
        f"anchors, {how}."
    )
    yield f"<p>{_text(told)}</p>"
    findings = [[one["kind"], one["lane"], _span(one), one["words"]] for one in verification["findings"]]
    if findings:
        yield _table(("finding", "lane", "records", "meaning"), findings)
    lanes = [
        [one["lane"], one["entries"], one["last"], one["mac"], one["seal"], one["anchor"]]
        for one in verification["lanes"]
    ]
    titles = ("lane", "records", "last", "vouched for by key", "by seal", "by anchor")
    yield _table(titles, lanes, caption="Up to which record each lane is vouched for")


def _span(one: Mapping[str, Any]) -> str:
    if one["first"] is None:
        return str(one["statement"])
    return str(one["first"]) if one["last"] in (None, one["first"]) else f"{one['first']} to {one['last']}"


def _gaps(gaps: Mapping[str, Any]) -> Iterator[str]:
    yield "<h2>Gaps</h2>"
    unreadable = gaps["unreadable"]
    yield _pairs(
        {
            "records dropped because too many were waiting": gaps["records_dropped"],
            "records that could not be built": gaps["unbuilt"]["count"],
            "records that do not open": "not tried: no keys" if unreadable is None else unreadable,
            "processes that did not end in order": len(gaps["unclosed_lanes"]),
        }
    )
    if gaps["unclosed_lanes"]:
        rows = [[one["lane"], one["host"], one["worker"], one["first"], one["last"]] for one in gaps["unclosed_lanes"]]
        titles = ("lane", "host", "process", "first record", "last record")
        yield _table(titles, rows, caption="Crashed, or running still")
    if gaps["silent"]:
        rows = [[one["since"], one["until"], one["hours"]] for one in gaps["silent"]]
        yield _table(("from", "to", "hours"), rows, caption="Times without any record")
    yield from _tables([("found by verification before", gaps["findings"])], "No earlier verification found anything.")


def _pairs(pairs: Mapping[str, object]) -> str:
    inside = "".join(f"<dt>{_text(name)}</dt><dd>{_text(value)}</dd>" for name, value in pairs.items())
    return f"<dl>{inside}</dl>"


def _table(titles: Iterable[str], rows: Sequence[Sequence[object]], *, caption: str = "") -> str:
    if not rows:
        return "<p>None.</p>"
    names = list(titles)
    numbers = [any(_is_number(row[column]) for row in rows) for column in range(len(names))]
    head = "".join(
        f'<th scope="col"{_NUMBER if number else ""}>{_text(name)}</th>'
        for name, number in zip(names, numbers, strict=True)
    )
    body = "".join(f"<tr>{''.join(map(_cell, names, row, numbers))}</tr>\n" for row in rows)
    said = f"<caption>{_text(caption)}</caption>" if caption else ""
    # a region that can be scrolled has to be reached by the keyboard, too
    table = f"<table>{said}<thead><tr>{head}</tr></thead>\n<tbody>{body}</tbody></table>"
    return f'<div class="table" tabindex="0">{table}</div>'


def _is_number(value: object) -> bool:
    return type(value) in (int, float)


def _cell(name: str, value: object, number: bool) -> str:
    if number or _is_number(value):
        return f"<td{_NUMBER}>{_text(value)}</td>"
    if name in _TIMES and isinstance(value, str):
        return f'<td class="time">{_time(value)}</td>'
    return f"<td{_WORD if name in _WORDS else ''}>{_text(value)}</td>"


def _time(value: object) -> str:
    """To the second, breaking between day and time only."""
    day, _, rest = str(value).partition("T")
    return f"<span>{_text(day)}</span> <span>{_text(rest.partition('.')[0].removesuffix('Z'))}</span>"


def _text(value: object) -> str:
    """Whatever it is as HTML that does nothing. Long names may break after what divides them."""
    text = html.escape(one_line("–" if value is None else str(value), _MOST_TEXT))
    return _DIVIDES.sub(r"\1<wbr>", text)
