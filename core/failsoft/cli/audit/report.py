"""`failsoft audit report`: the compliance report of a period."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from failsoft.audit.asking import iso_of, microseconds
from failsoft.audit.findings import Report
from failsoft.audit.new_files import write_new
from failsoft.audit.periods import Period, period_of
from failsoft.audit.report_page import report_page
from failsoft.audit.reporting import compliance_report
from failsoft.audit.verifying import verify
from failsoft.cli.audit.asking import note, trail_of
from failsoft.cli.audit.group import Opened
from failsoft.cli.audit.shared import NOT_OURS, CouldNotRunError, anchors_in, public_keys_in, unreadable
from failsoft.cli.main import Context
from failsoft.clock import SystemClock
from failsoft.observers.base import one_line

__all__ = ["report"]

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.option("--period", metavar="PERIOD", help="2026, 2026-Q4, 2026-11 or 2026-11-22, in UTC.")
@click.option("--since", metavar="TIME", help="From this time on, instead of a period; also 24h, 7d ago.")
@click.option("--until", metavar="TIME", help="Before this time; now.")
@click.option(
    "--format",
    "form",
    type=click.Choice(("text", "json", "html", "print")),
    default="text",
    show_default=True,
    help="print: HTML for programs that make PDF.",
)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="New file to write; standard output.")
@click.option("--anchor", "anchors", type=_FILE, multiple=True, help="File with lines of signed heads.")
@click.option("--public-keys", type=_FILE, help="Verify with these public keys; nothing is opened.")
@click.option("--no-verify", is_flag=True, help="Do not verify the trail.")
@click.option(
    "--quiet-hours", type=click.FloatRange(min=0.01), default=24.0, show_default=True, help="A gap, from here."
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.pass_obj
def report(
    context: Context | None,
    period: str | None,
    since: str | None,
    until: str | None,
    form: str,
    output: Path | None,
    anchors: tuple[Path, ...],
    public_keys: Path | None,
    no_verify: bool,
    quiet_hours: float,
    as_json: bool,
) -> None:
    """Report on a period: what failed, what was done about it, and whether the trail can be trusted.

    Exit status: 0 done, 1 the trail does not verify, 2 there is no report.
    """
    now = SystemClock.time()
    when = _period(period, since, until, now)
    public = None if public_keys is None else public_keys_in(public_keys)
    if output is not None and output.exists():
        raise CouldNotRunError(f"{one_line(str(output))!r} is there already, and was left as it is")
    if output is not None and not output.parent.is_dir():
        raise CouldNotRunError(f"cannot write the report: there is no directory {one_line(str(output.parent))!r}")
    trail = trail_of(context, with_keys=public is None)
    note(trail, "report", {"since": iso_of(when.since), "until": iso_of(when.until)})

    def verified() -> Report:
        found = verify(trail.store, keys=trail.keys, public=public, anchors=anchors_in(anchors))
        if anchors and not found.anchors:
            raise CouldNotRunError(NOT_OURS)
        return found

    made = _made(trail, when, None if no_verify else verified, quiet_hours, now)
    _put(_forms()["json" if as_json else form](made), output)
    verification = made["verification"]
    raise SystemExit(0 if verification is None or verification["ok"] else 1)


def _made(
    trail: Opened, period: Period, verified: Callable[[], Report] | None, quiet_hours: float, now: float
) -> dict[str, Any]:
    about = {"service": trail.settings.service, "environment": trail.settings.environment}
    try:
        return compliance_report(
            trail.store, period, keys=trail.keys, verify=verified, about=about, quiet=quiet_hours * 3600, now=now
        )
    except Exception as error:  # noqa: BLE001 - whatever a driver raises
        raise unreadable(error) from None


def _period(name: str | None, since: str | None, until: str | None, now: float) -> Period:
    if (name is None) == (since is None) or (name is not None and until is not None):
        raise click.UsageError("name a period: --period 2026-11, or --since TIME and perhaps --until TIME")
    try:
        if name is not None:
            return period_of(name)
        begin, end = microseconds(since, now), microseconds(until, now)
    except ValueError as error:
        raise CouldNotRunError(one_line(str(error))) from None
    end = int(now * 1e6) if end is None else end
    if begin is None or end <= begin:
        raise CouldNotRunError("the period ends before it begins")
    return Period(f"{iso_of(begin)[:10]} to {iso_of(end)[:10]}", begin, end)


def _forms() -> Mapping[str, Callable[[Mapping[str, Any]], str]]:
    return {
        "text": lambda made: "\n".join(map(one_line, _lines(made))),
        "json": lambda made: json.dumps(made, indent=2),
        "html": report_page,
        "print": lambda made: report_page(made, printed=True),
    }


def _put(text: str, output: Path | None) -> None:
    if output is None:
        click.echo(text)
        return
    try:
        write_new(output, text.encode("utf-8", "backslashreplace"))
    except FileExistsError as error:
        raise CouldNotRunError(f"{one_line(str(error.filename))!r} is there already, and was left as it is") from None
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise CouldNotRunError(f"cannot write the report: {why}: {one_line(str(output))!r}") from None


def _lines(made: Mapping[str, Any]) -> Iterator[str]:
    totals, failures, gaps = made["totals"], made["failures"], made["gaps"]
    yield f"report {made['period']['name']}: {made['period']['since']} to {made['period']['until']}"
    yield (
        f"{totals['records']} records, {totals['failures']} failures, {totals['violations']} relevant to compliance, "
        f"{totals['incidents']} incidents, {failures['endpoints_affected']} endpoints affected"
    )
    yield "severity: " + ", ".join(f"{name} {count}" for name, count in failures["severities"].items())
    for title, name in (("code", "codes"), ("endpoint", "endpoints")):
        for one in failures[name][:10]:
            yield f"{title} {one[title]}: {one['count']}"
    for name, deed in made["remediation"].items():
        if deed.get("count"):
            yield f"{name.replace('_', ' ')}: {deed['count']}"
    yield (
        f"gaps: {gaps['records_dropped']} records dropped, {len(gaps['unclosed_lanes'])} processes not ended in order "
        f"or running still, {len(gaps['silent'])} times without records"
    )
    yield f"trail: {_verdict(made['verification'])}"


def _verdict(verification: Mapping[str, Any] | None) -> str:
    if verification is None:
        return "not verified"
    faults = sum(1 for finding in verification["findings"] if finding["fault"])
    return "verified, nothing was found" if verification["ok"] else f"does not verify, {faults} faults"
