"""What settings name and is not there: code, texts, weights. Looked for beside other faults, so that all are told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress

from failsoft.build_judges import text_model_of
from failsoft.errors.exceptions import Fault, SettingsError
from failsoft.references import resolve
from failsoft.settings import Settings
from failsoft.settings.restart import references_of
from failsoft.settings.sources import Source, in_order, read
from failsoft.settings.texts import catalogue_of

__all__ = ["load_whole", "with_missing"]


def load_whole(source: Source | None = None, *, environ: Mapping[str, str] | None = None) -> Settings:
    """As `settings.load`, and of settings that are refused all that is wrong is told, also what is not there.

    Raises:
        SettingsError: anything is wrong; lists all faults, each with its source.
    """
    settings, faults = read(source, environ=environ)
    if faults:
        raise SettingsError(with_missing(faults, settings, code=True))
    return settings


def with_missing(known: Iterable[Fault], settings: Settings, *, code: bool) -> list[Fault]:
    """Faults, and one more for each thing that settings name and that is not there, in their order.

    Parameters:
        known: the faults that are known of the settings; what cannot be read of these is passed over.
        code: import the code that they name.
    """
    before = list(known)
    places = {fault.path for fault in before}
    faults: list[Fault] = []

    def look(at: Callable[..., object], *given: object) -> None:
        # of a faulty table half of the keys are missing; its faults are known
        with suppress(Exception):
            at(*given)

    look(lambda: catalogue_of(settings.responses, faults))
    look(text_model_of, settings, faults)
    for path, reference in references_of(settings) if code else ():
        look(resolve, reference, path, faults)
    more = (fault._replace(source=settings.source_of(fault.path)) for fault in faults if fault.path not in places)
    return in_order([*before, *more])
