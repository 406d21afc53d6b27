"""Settings to the two judges: what an exception is, and what of it may be said."""

from __future__ import annotations

from failsoft.clock import Clock
from failsoft.errors.classifier import Classifier
from failsoft.errors.exceptions import Fault, SettingsError
from failsoft.errors.model import TextModel, model_of
from failsoft.references import read_secret
from failsoft.sanitize import Sanitizer, UserPattern
from failsoft.sanitize.local_values import LocalValues
from failsoft.sanitize.tags import LEAST_KEY
from failsoft.settings import Settings

__all__ = ["classifier_of", "sanitizer_of", "text_model_of"]


def classifier_of(settings: Settings, sanitizer: Sanitizer, clock: Clock, faults: list[Fault]) -> Classifier:
    """The classifier, with the code that mappings and rules name loaded.

    Parameters:
        faults: gets a `Fault` for whatever is not there; the classifier that comes back then is the plain one.
    """
    names = settings.sanitize.locals
    try:
        return Classifier(
            mappings=settings.errors,
            rules=settings.rules,
            clock=clock,
            fingerprint=settings.telemetry.fingerprint,
            status_from=settings.responses.status_from,
            model=text_model_of(settings, faults),
            locals_of=LocalValues(names, sanitizer) if names else None,
        )
    except SettingsError as error:
        faults.extend(error.faults)
        return Classifier(clock=clock)


def text_model_of(settings: Settings, faults: list[Fault]) -> TextModel | None:
    """The text model; its weights are read now if the settings name a file.

    Parameters:
        faults: gets a `Fault` if they cannot be read.
    """
    wanted = settings.classification.model
    model = model_of(wanted)
    try:
        if model is not None and isinstance(wanted, str):
            model.prepare()
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        faults.append(
            Fault("classification.model", repr(wanted), f"expected a file that `failsoft train` wrote: {why}")
        )
    return model


def sanitizer_of(settings: Settings, faults: list[Fault]) -> Sanitizer:
    """The sanitizer.

    Parameters:
        faults: gets a `Fault` if the key for correlation is not there, or too short.
    """
    wanted, key = settings.sanitize, None
    if wanted.correlate and wanted.correlation_key is not None:
        try:
            key = read_secret(wanted.correlation_key).encode()
        except ValueError as error:
            faults.append(Fault("sanitize.correlation_key", "", str(error)))
        if key is not None and len(key) < LEAST_KEY:
            faults.append(Fault("sanitize.correlation_key", "", f"expected at least {LEAST_KEY} characters"))
            key = None
    return Sanitizer(
        keys=wanted.keys,
        safe_keys=wanted.safe_keys,
        tier=wanted.tier,
        patterns=[UserPattern(one.name, one.pattern, one.group) for one in wanted.patterns],
        engine=wanted.engine,
        correlation_key=key,
    )
