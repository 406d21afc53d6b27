"""Parts of words by which sensitive names are noticed in a text: every term of `rules` has one of them.

Each with what must follow it, where the part alone is too common (`pin` begins `ping`), and what must stand before.
They are chosen so that a few rare letters serve them all; see `scanner`.
"""

from __future__ import annotations

from failsoft.sanitize.rules import word_set

__all__ = ["FOREIGN_STEMS", "STEMS", "STRICT_FOREIGN_STEMS", "STRICT_STEMS"]

_NO_LETTER = r"(?![a-z])"
_GAP = "[ _-]"
# where directories keep people
_PEOPLE = "people|users|staff|personnel|employees|members"
_ASSIGNED = r"(?=[\"']?\s?[:=]|>)"


STEMS: tuple[tuple[str, str, str], ...] = (
    *(
        (stem, "", "")
        for stem in word_set(
            "passw passph passco passrd passport pswd userpass contrase kennwort depasse de_passe de-passe secret "
            "token cred sess csrf xsrf cookie jwt otp pinc pinn cvv cvc cvn securit card iban ssn "
            "signature hmac honeycomb "
            "birth bday mrn medical patient memberid member_id member-id membern member_n member-n mfac "
            "factorcode factor_code npin faxn "
            "subscriber beneficiary insur hicn nhs licens licenc phone mobile msisdn accountn accountnumber "
            "bankaccount bank_account bank-account acctn routing surname mnemonic "
            "stringdata string_data medrec med_rec hospital enrollee policyholder verific activation national "
            "seedphr seed_phr seed-phr pkcev pkce_v pkce-v codeverif code_verif code-verif client_assert "
            "client-assert clientassert saml pkcs8 senha pword pwrd upass requirep masterauth pannum pan_num "
            "wachtwoord passord "
            "adgangskode "
            "jelszó geheimnis geburts geboren nacimiento naissance "
            "ninum ni_num ni-num nationalinsur fodselsn henkilotunnus rxnum rx_num rx-num deanum dea_num dea-num "
            "sortcode "
            "sort_code sort-code "
            "ahvn securitesociale nascimento steuer strass straße anschrift "
            "versicher personnum codicefisc codice_fisc pesel nric aadha policyn pasaporte passeport passaport "
            "passn ausweis fuehrersch "
            "policy_n policy-n prescri telefon handynum "
            "mobilnum vorname nachname apellido prenom hintanswer hint_answer challengeanswer challenge_answer "
            "recoveryanswer recovery_answer familienname maidenname maiden_name"
        )
    ),
    # a call that takes a name and a password is a rule of its own
    ("auth", r"(?!enticate\([\"'])", ""),
    ("key", "(?![abd-hj-oqrt-z])", ""),
    *((stem, "", "") for stem in ("seed phrase", "codice fisc", "ni num", "national insur", "bank acc", "sort code")),
    *((stem, "", "") for stem in ("rx num", "dea num")),
    *(
        (stem, "", "")
        for stem in (
            "mot de passe",
            "carte d'identit",
            "carta d'identit",
            "permis de conduire",
            "permisdecond",
            "cartedidentit",
            "cartadidentit",
        )
    ),
    ("d.o.b", "", ""),
    ("sin", r"(?=\\{0,3}[\"']?[ :=]{1,3}[\"']?[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{3})", ""),
    ("nino", _NO_LETTER, ""),
    ("itin", _NO_LETTER, ""),
    ("policy n", "(?:o|um)", ""),
    *(
        (stem, _NO_LETTER, "")
        for stem in word_set(
            "pass pwd psw pw sid pin sig mfa dob npi mbi fax tel cell pan street mdp clave haslo hasło heslo "
            "parola curp cpf dni "
            "bsn passw kvnr psk ahv nie nif cnpj hetu ppsn hkid"
        )
    ),
    ("rfc", r"(?=\\{0,3}[\"']?[ :=]{1,3}[\"']?[a-z&]{3,4}-?[0-9]{6})", ""),
    ("pwd", "(?=[a-z])", ""),
    ("ccn", "u?[mo]", ""),
    ("bearer", "(?=[\"'=]|[ ]?:)", ""),
    ("member", " (?=id|n(?:o|um))", ""),
    ("born", "(?=[\"' =:])", ""),
    *(
        (stem, f"{_GAP}?(?={following})", "")
        for stem, following in (
            ("account", "n(?:o|um)|holder"),
            ("acct", "n"),
            ("tax", "id|payer"),
            ("personal", "id"),
            ("pps", "n"),
            ("health", "id|plan|rec|card|num"),
            ("medica", "re|id"),
            ("social", "sec"),
            ("contact", "n"),
            ("recovery", "code|phr|key"),
            ("backup", "code"),
            ("time", "code|passw"),
            ("sms", "code"),
            ("login", "code"),
            ("device", "code"),
            ("home", "addr"),
            ("postal", "addr"),
            ("securite", "soc"),
            ("mailing", "addr"),
            ("street", "addr|name|\\d"),
        )
    ),
    *((f"{word}{gap}code", "", "") for word in ("reset", "2fa") for gap in ("", "_", "-", " ")),
    *((f"address{gap}line", "", "") for gap in ("", "_", "-", " ")),
    *(
        ("name", "", f"{end}{gap}")
        for end in ("first", "last", "full", "middle", "given", "family", "maiden", "legal")
        for gap in ("", _GAP)
    ),
)
"""Stem, regular expression of what must follow, regular expression of fixed width of what must stand before."""

FOREIGN_STEMS = word_set("prénom führersch lösenord sécurité şifre пароль 密码 密碼 パスワード 비밀번호")
"""What only a text of more than ASCII is searched for."""

STRICT_FOREIGN_STEMS = word_set("住所 주소 地址 адрес διεύθυνση")
"""The same, for names that only the strict tier knows."""

STRICT_STEMS: tuple[tuple[str, str, str], ...] = (
    *(
        (stem, "", "")
        for stem in word_set(
            "admission admit discharg servic death visit appointment surger diagnosisd procedur encounter zipc "
            "postalc "
            "postcode certificate vehicle serial devic imei biometric recordn record_n chart casen case_n claim "
            "accession "
            "specimen profileurl profile_url homepage personalurl personal_url linkedin website avatar photo address "
            "given famil lname fname nickname middle advertis udid idfa student employee signedby signed_by addr "
            "line1 line2 line_1 "
            "line_2 fingerprint_id fingerprintid beneficiar latitude longitude geoloc "
            "visan visa_n visa-n domicilio direccion adresse "
            "county name patient customer doctor physician guardian spouse nextofkin next_of_kin "
            "nombre cognome sobrenome naam ansprechpart nazwisko fornavn etternavn efternavn efternamn rnamn ciudad "
            "indirizzo citt endere cidade wohnort woonplaats straat locality localidad comune adrline strtnm twnnm "
            "cityofb streetaddressl postleitz pstcd digo_post digopost digo-post code_post codepost code-post direcc "
            "alphabetic ideographic phonetic responsiblep responsible_p ethnic residence religious military "
            "birthplace mother father husband passenger travel guest applicant claimant attendee "
            "signatory payee recipient policyholder emergency coord location position android_id androidid"
        )
    ),
    *(
        (stem, _NO_LETTER, "")
        for stem in word_set(
            "zip plz vin udi city town imsi meid iccid plate nurse wife lat lng lon gps geo latlng latlon"
        )
    ),
    *((stem, _ASSIGNED, "") for stem in word_set("nom nome rue ville calle cep nm sn")),
    ("nom", "(?=_de_fam|_compl|defam|compl)", ""),
    ("line", r"(?=[\"']\s?:\s?\[\s?[\"'])", ""),
    (
        "cn",
        rf"(?=[\"']\s?:\s?\[|=[^,\n]{{3,64}},\s?ou=(?:{_PEOPLE})|=[^,\n]{{3,64}},\s?cn=users)",
        "",
    ),
    ("plate", "[ _-]?n", ""),
    ("postal", f"{_GAP}(?=code)", ""),
    ("document", f"{_GAP}?(?=n(?:o|um))", ""),
    ("case", f"{_GAP}(?=n(?:o|um))", ""),
    ("visa", f"{_GAP}(?=n(?:o|um))", ""),
    ("place", "(?= of birth)", ""),
    ("next", "(?= of kin)", ""),
)
"""More of them, for the names that only the strict tier knows."""
