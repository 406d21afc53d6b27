"""What names and messages in German, French and Spanish say, in the words that English ones are understood by.

Teams name the classes of their domain in their own language. What was done to a thing, or what it lacks, is said by few
words, which is all that is put into English here; the things themselves stay.
"""

from __future__ import annotations

import unicodedata

from failsoft.deferred import as_pattern

__all__ = ["in_english"]

_WORDS: tuple[tuple[str, str], ...] = (
    # German
    ("not found", r"nicht (?:gefunden|vorhanden)|existiert nicht"),
    ("not allowed", r"nicht (?:erlaubt|gestattet|zulassig|zulaessig)|unzulassig\w*|unzulaessig\w*"),
    ("not available", r"nicht (?:verfugbar|verfuegbar|lieferbar)"),
    ("unreachable", r"nicht erreichbar"),
    ("not logged in", r"nicht angemeldet"),
    ("not enough", r"nicht genug|zu wenig"),
    ("invalid", r"(?:un|nicht )(?:gultig|gueltig)\w*|kein gultige\w*|kein gueltige\w*"),
    ("already", r"bereits|schon"),
    ("expired", r"abgelaufen\w*"),
    ("blocked", r"gesperrt\w*"),
    ("forbidden", r"verweigert|untersagt|verboten|keine berechtigung"),
    ("sold out", r"ausverkauft"),
    ("exceeded", r"uberschritten|ueberschritten"),
    ("missing", r"fehlt|fehlen|fehlende\w?"),
    ("configuration missing", r"konfiguration (?:fehlt|fehlerhaft|unvollstandig|unvollstaendig)"),
    ("timeout", r"zeituberschreitung|zeitueberschreitung"),
    ("conflict", r"konflikt"),
    ("outdated", r"veraltet\w*"),
    ("booked", r"ausgebucht|belegt|vergeben"),
    ("cancelled", r"gekundigt|gekuendigt|storniert"),
    ("unknown", r"unbekannt\w*"),
    ("duplicate", r"doppelt\w*"),
    ("insufficient", r"unzureichend\w*"),
    ("closed", r"geschlossen\w*"),
    ("login", r"anmeldung"),
    ("session", r"sitzung"),
    ("password", r"kennwort|passwort"),
    ("maintenance", r"wartung"),
    ("payment", r"zahlung"),
    ("required", r"erforderlich"),
    ("declined", r"abgelehnt"),
    ("corrupt", r"beschadigt\w*|beschaedigt\w*|korrupt\w*"),
    ("completed", r"abgeschlossen\w*|beendet|erledigt"),
    # French
    ("not found", r"introuvables?|non trouvee?s?|inexistante?s?|n existe pas"),
    ("not allowed", r"non autorisee?s?|pas autorisee?s?"),
    ("invalid", r"invalides?|non valides?"),
    ("already", r"deja"),
    ("expired", r"expiree?s?"),
    ("declined", r"refusee?s?"),
    ("forbidden", r"interdite?s?"),
    ("not available", r"indisponibles?"),
    ("sold out", r"epuisee?s?|en rupture"),
    ("insufficient", r"insuffisante?s?"),
    ("timeout", r"delai depasse"),
    ("exceeded", r"depassee?s?"),
    ("missing", r"manquante?s?"),
    ("blocked", r"bloquee?s?"),
    ("locked out", r"verrouillee?s?"),
    ("conflict", r"conflit"),
    ("unknown", r"inconnue?s?"),
    ("booked", r"complets?"),
    ("cancelled", r"annulee?s?"),
    ("closed", r"fermee?s?"),
    ("token", r"jeton"),
    ("corrupt", r"corrompue?s?|illisibles?"),
    ("password", r"mot de passe"),
    ("required", r"requise?s?|obligatoires?"),
    # Spanish
    ("not found", r"no (?:se )?(?:encontrad[oa]s?|encontro|existe)|inexistentes?"),
    ("not allowed", r"no (?:autorizad[oa]s?|permitid[oa]s?)"),
    ("not available", r"no (?:esta )?disponibles?"),
    ("invalid", r"no valid[oa]s?|invalid[oa]s?"),
    ("already", r"ya"),
    ("expired", r"(?:caducad|vencid|expirad)[oa]s?"),
    ("declined", r"(?:denegad|rechazad)[oa]s?"),
    ("forbidden", r"prohibid[oa]s?"),
    ("sold out", r"agotad[oa]s?"),
    ("insufficient", r"insuficientes?"),
    ("exceeded", r"(?:excedid|superad)[oa]s?"),
    ("missing", r"faltantes?|faltan?"),
    ("blocked", r"bloquead[oa]s?"),
    ("conflict", r"conflicto"),
    ("unknown", r"desconocid[oa]s?"),
    ("session", r"sesion"),
    ("corrupt", r"corrupt[oa]s?|danad[oa]s?"),
    ("password", r"contrasena"),
    ("closed", r"cerrad[oa]s?"),
    ("cancelled", r"cancelad[oa]s?"),
    ("duplicate", r"duplicad[oa]s?"),
    ("required", r"requerid[oa]s?|obligatori[oa]s?"),
)
_ANY = as_pattern(rf"(?<![a-z])(?:{'|'.join(f'(?P<w{at}>{words})' for at, (_, words) in enumerate(_WORDS))})(?![a-z])")
_NO_WORD = as_pattern(r"[^a-z]+")
_AUXILIARY = as_pattern(
    r"(?<![a-z])(?:ist|sind|wurde|wurden|hat|ha|has|est|sont|a ete|fue|esta|estan|son|sido)(?![a-z]) ?"
)


def in_english(words: str) -> str | None:
    """Words with those in English that are known of other languages; None where there is none of them.

    Parameters:
        words: in lower case.
    """
    plain = words.replace("\u00df", "ss")
    if not plain.isascii():
        plain = "".join(one for one in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(one))
    plain = _NO_WORD.sub(" ", plain)
    changed = _ANY.sub(lambda found: _WORDS[int((found.lastgroup or "w0")[1:])][0], plain)
    return None if changed == plain else f" {_AUXILIARY.sub('', changed).strip()} "
