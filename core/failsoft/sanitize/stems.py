"""Parts of words by which sensitive names are noticed in a text: every term of `rules` has one of them.

Each with what must follow it, where the part alone is too common: `pin` begins `ping`.
"""

from __future__ import annotations

__all__ = ["STEMS"]

_NO_LETTER = r"(?![a-z])"
_GAP = "[ _-]?"

STEMS: tuple[tuple[str, str], ...] = (
    *(
        (stem, "")
        for stem in (
            "passw passph passco passrd passport pswd userpass contrase kennwort depasse secret token auth cred sess "
            "csrf xsrf cookie jwt otp pinc pinn cvv cvc cvn securit card iban ssn signature hmac birth mrn medical "
            "patient memberid member_id member-id subscriber beneficiary insur hicn nhs nino aadhaar licens licenc "
            "phone mobile msisdn accountn accountnumber bankaccount bank_account acctn routing surname mnemonic verific "
            "activation national verifier assertion saml pkcs8 senha"
        ).split()
    ),
    ("key", r"(?![abd-hj-oqrt-z])"),
    *((stem, _NO_LETTER) for stem in "pass pwd psw pw sid pin sig mfa dob npi mbi fax tel cell pan street itin".split()),
    ("pwd", "(?=[a-z])"),
    ("2fa", ""),
    ("ccn", "u?[mo]"),
    ("member", " (?=id|num)"),
    ("account", f"{_GAP}(?=n(?:o|um)|holder)"),
    ("acct", f"{_GAP}(?=n)"),
    ("tax", f"{_GAP}(?=id|payer)"),
    ("personal", f"{_GAP}(?=id)"),
    ("health", f"{_GAP}(?=id|plan)"),
    ("medica", "(?=re|id)"),
    ("social", f"{_GAP}(?=sec)"),
    ("contact", f"{_GAP}(?=n)"),
    ("seed", f"{_GAP}(?=phr)"),
    ("recovery", f"{_GAP}(?=code|phr|key)"),
    ("backup", f"{_GAP}(?=code)"),
    ("time", f"{_GAP}(?=code|passw)"),
    ("sms", f"{_GAP}(?=code)"),
    ("login", f"{_GAP}(?=code)"),
    ("reset", f"{_GAP}(?=code)"),
    ("device", f"{_GAP}(?=code)"),
    ("first", f"{_GAP}(?=name)"),
    ("last", f"{_GAP}(?=name)"),
    ("full", f"{_GAP}(?=name)"),
    ("middle", f"{_GAP}(?=name)"),
    ("given", f"{_GAP}(?=name)"),
    ("family", f"{_GAP}(?=name)"),
    ("maiden", f"{_GAP}(?=name)"),
    ("legal", f"{_GAP}(?=name)"),
    ("home", f"{_GAP}(?=addr)"),
    ("postal", f"{_GAP}(?=addr)"),
    ("mailing", f"{_GAP}(?=addr)"),
    ("residential", f"{_GAP}(?=addr)"),
    ("street", f"{_GAP}(?=addr|name|\\d)"),
    ("address", f"{_GAP}(?=line)"),
    ("bearer", "(?=[\"'=]|[ ]?:)"),
)
