"""The texts that settings ask for."""

from __future__ import annotations

from failsoft.errors.exceptions import Fault
from failsoft.problem.catalogue import Catalogue
from failsoft.problem.translations import books_in
from failsoft.settings.schema import Responses

__all__ = ["catalogue_of"]


def catalogue_of(responses: Responses, faults: list[Fault]) -> Catalogue:
    """The texts, those of the application among them, read now.

    Parameters:
        faults: gets a `Fault` for each catalogue that cannot be read, and each language that none has.
    """
    before = len(faults)
    catalogue = Catalogue(responses.languages, books_in(responses.catalogues, "responses.catalogues", faults))
    if len(faults) == before:
        # of a catalogue that cannot be read nobody knows the languages
        known = ", ".join(sorted(catalogue.languages))
        faults.extend(
            Fault(f"responses.languages[{number}]", repr(language), f"expected a language that there is: {known}")
            for number, language in enumerate(responses.languages)
            if not catalogue.has(language)
        )
    return catalogue
