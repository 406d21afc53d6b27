"""What forms and validators say about a field in other languages of the Latin alphabet: states, openings, sentences.

Other alphabets need no list: a bare word without a Latin letter is none of a secret.
"""

from __future__ import annotations

from failsoft.deferred import as_pattern
from failsoft.sanitize.rules import word_set

__all__ = ["FUNCTION_WORDS_ABROAD", "STATES_ABROAD", "is_complaint_abroad"]

STATES_ABROAD = word_set(
    # German, Dutch, Danish, Norwegian, Swedish, Icelandic
    "vergessen erforderlich ungültig abgelaufen falsch fehlt fehlerhaft benötigt zurücksetzen ändern bestätigen "
    "eingeben unbekannt gesperrt muss nicht pflichtfeld verplicht vereist vergeten onjuist ongeldig ontbreekt verlopen "
    "påkrævet obligatorisk obligatoriskt ugyldig ugyldigt ogiltig ogiltigt saknas mangler forkert feil "
    "fel "
    "felaktig felaktigt udløbet utløpt utgånget utgången glemt glömt krävs kræves kreves påkrevd måste skal må "
    "nauðsynlegt ógilt rangt vantar útrunnið "
    # French, Spanish, Portuguese, Italian, Catalan, Romanian
    "obligatoire requis requise incorrecte invalide expiré expirée oublié manquant manquante doit requerido requerida "
    "obligatorio obligatoria incorrecto incorrecta inválido inválida olvidada caducada expirada debe obrigatória "
    "obrigatório errata errato scaduta scaduto richiesta richiesto mancante obbligatoria obbligatorio obligatòria "
    "obligatori incorrecte obligatoriu obligatorie greșită greșit incorectă incorect invalidă expirată lipsește lipsă "
    "necesară necesar trebuie deve "
    # Polish, Czech, Slovak, Slovenian, Croatian, Serbian, Bosnian
    "wymagane wymagany wymagana nieprawidłowe nieprawidłowy nieprawidłowa niepoprawne niepoprawny błędne błędny brak "
    "wygasło wygasł wygasła musi powinno zapomniane povinné povinný povinná neplatné neplatný neplatná nesprávné "
    "nesprávne chybné chybí chýba chýbajúce vypršelo vypršalo zapomenuté zabudnuté musí vyžadováno vyžaduje vyžadované "
    "obvezno obvezna obvezen neveljavno napačno manjka poteklo mora obavezno obavezna neispravna neispravno netočna "
    "netočno pogrešna pogrešno nedostaje istekla istekao zaboravljena potrebno "
    # Hungarian, Finnish, Estonian, Latvian, Lithuanian, Turkish, Albanian
    "kötelező hibás érvénytelen hiányzik lejárt helytelen kell pakollinen vaaditaan virheellinen puuttuu vanhentunut "
    "väärä unohtunut kohustuslik vale kehtetu puudub aegunud nõutud peab obligāts obligāta nepareiza nederīga trūkst "
    "jābūt privalomas privaloma privalu neteisingas netinkamas trūksta turi zorunlu zorunludur gerekli gereklidir "
    "geçersiz yanlış hatalı eksik olmalı olmalıdır kërkohet detyrueshme pavlefshme "
    # Vietnamese, Indonesian, Malay, Filipino, Swahili
    "bắt buộc wajib diperlukan salah kedaluwarsa kosong harus mesti perlu dikehendaki kinakailangan "
    "inahitajika "
)
"""Words that a value is not, whatever it stands under."""

FUNCTION_WORDS_ABROAD = word_set(
    "au aux avec des doit dans en et le la les ou par plus pour sans sur une moins minimum maximum "
    "mit ohne für oder und nur von aus bei ist wird mindestens höchstens maximal "
    "al con del el los por para sin una más menos máximo mínimo "
    "almeno allo alla che da deve di il lo per senza uno "
    "ao aos com do dos em mais pelo sem um uma "
    "minst mindst högst højst inte ikke ikkje ekki för är er av med och og eller som till til må må "
    "vähintään enintään ei on liian ja tai ilman vähemalt kuni liiga või "
    "co najmniej nie jest za zbyt lub oraz nejméně alespoň není je příliš nebo bez aspoň najmenej nie príliš alebo "
    "vsaj ni preveč ali najmanje nije ili legalább nem túl és vagy van nélkül cel puțin nu este prea sau fără "
    "vismaz nav pārāk vai bent nėra per arba en az değil çok ve veya minimaal niet te geen zonder "
    "minimal minimum maksimal maksimum tidak bukan terlalu dan atau dengan sekurang-kurangnya tối thiểu không quá "
    "almenys massa amb sense "
    "wybierz wpisz podaj zvolte zvoľte zadejte zadajte unesite vnesite izberite odaberite kies voer vul wähle wählen "
    "choisissez saisissez entrez elige elija escriba introduzca escolha digite informe scegli inserisci välj vælg velg "
    "valitse syötä anna angiv angi ange skriv válasszon adja írja alegeți introduceți seçin girin giriniz pilih "
    "masukkan nhập chọn sisesta vali ievadiet izvēlieties įveskite pasirinkite "
    "neues neue nouveau nouvelle nuevo nueva nuova nuovo novo nova nieuw nieuwe nowe nový nové nya nytt nyt uusi új "
    "yeni "
    "noul"
)
"""With which a remark about a secret may begin; some are names of people, too."""

_SENTENCE = as_pattern(r"[^\W\d_a-z][^\W\d_]*(?:[ ,:]{1,2}(?:[^\W\d_]+(?:['’-][^\W\d_]+)?|\d{1,3})){1,24}[.!]?")


def is_complaint_abroad(text: str) -> bool:
    """Whether a text is a sentence with such a word in it: `Pole wymagane.`, `Detta fält är obligatoriskt.`"""
    if _SENTENCE.fullmatch(text) is None:
        return False
    return not STATES_ABROAD.isdisjoint(word.strip(".!,:").lower() for word in text.split())
