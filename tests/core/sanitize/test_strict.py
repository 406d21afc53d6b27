"""What only the strict tier takes, and what it leaves."""

from __future__ import annotations

import pytest

from failsoft.sanitize import Sanitizer

STANDARD = Sanitizer()
STRICT = Sanitizer(tier="strict")


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("name: Jane Doebling", "Jane Doebling"),
        ('"name": "Jane Doebling"', "Jane Doebling"),
        ("patient: Jane Doebling admitted", "Jane Doebling"),
        ('doctor: "Greg Houser"', "Greg Houser"),
        ("customer_name=Jane", "Jane"),
        ('{"postal_code": "SW1A 2AA", "carrier": "dhl"}', "SW1A 2AA"),
        ('{"postal_code": "K1A 0B1"}', "K1A 0B1"),
        ("postal code: EC1A 1BB", "EC1A 1BB"),
        ("zip_code=M5V3L9", "M5V3L9"),
        ("admission_date: 2026-01-02", "2026-01-02"),
        ('"dischargeDate": "2026-01-09T10:00:00Z"', "2026-01-09T10:00:00Z"),
        ("date_of_service=01/02/2026", "01/02/2026"),
        ("zip: 90210", "90210"),
        ('"postalCode": "SW1A 1AA"', "SW1A 1AA"),
        ("city: Springfield", "Springfield"),
        ("address: 12 Main Street, Springfield", "12 Main Street, Springfield"),
        ("license_number: D123-4567", "D123-4567"),
        ("certificate number: C-1234567", "C-1234567"),
        ("vin: 1HGCM82633A004352", "1HGCM82633A004352"),
        ("license_plate=ABC-1234", "ABC-1234"),
        ("serial_number: SN12345678", "SN12345678"),
        ("device_id=a1b2c3d4e5f6", "a1b2c3d4e5f6"),
        ("imei: 490154203237518", "490154203237518"),
        ("claim_number=CLM12345678", "CLM12345678"),
        ("profile_url=https://x.example.com/u/jane-doe", "jane-doe"),
        ("mac 00:1b:44:11:3a:b7 seen", "00:1b:44:11:3a:b7"),
        ("peer 10.0.0.5:5432 refused", "10.0.0.5"),
        ("Server IP: 2400:c401::5054:ff:fe1b:b031.", "2400:c401::5054:ff:fe1b:b031"),
        ("/home/jdoebling/app/x.py", "jdoebling"),
    ],
)
def test_it_takes_the_other_identifiers_of_a_person(text: str, secret: str) -> None:
    assert secret not in STRICT.text(text)
    assert STANDARD.text(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "table_name=orders",
        "name: orders",
        '"name": "get_user"',
        "file name: report.pdf",
        "service death rate 5",
        "version 1.2.3.4",
        "postal_code: invalid",
        "postal_service=dhl",
        "table_name\n  Bad [type=x, input_value='orders', input_type=str]",
        "Mozilla/5.0 Chrome/120.0.0.0",
        "bind address 0.0.0.0",
        "namespace a::b, std::vector::at",
        "zip file is corrupt",
        "city is required",
        "device not found",
        "patient not found",
        "address already in use",
        "created_at=2026-01-02",
        "trace 4bf92f3577b34da6a3ce929d0e0e4736",
        "request 3f2b8c1e-7d4a-4e0b-9a51-0c2d6e8f1a34 at 2026-03-01T10:22:01Z",
        'File "/srv/app/models.py", line 12, in save',
    ],
)
def test_it_leaves_what_identifies_nobody(text: str) -> None:
    assert STRICT.text(text) == text


@pytest.mark.parametrize("name", ["version", "clientVersion", "api_version", "ver"])
def test_a_version_under_its_name_is_no_network_address(name: str) -> None:
    assert STRICT.value({name: "1.2.3.4", "n": 1}) == {name: "1.2.3.4", "n": 1}
    assert STRICT.value({name: "10.0.0.7 is up"}) != {name: "10.0.0.7 is up"}
    assert STRICT.value({f"{name}_host": "1.2.3.4"}) == {f"{name}_host": "[REDACTED:ip]"}


def test_keys_of_a_structure_count_in_the_same_way() -> None:
    record = {"city": "Paris", "zip": "90210", "vin": "1HGCM82633A004352", "status": "open", "n": 3}
    assert STANDARD.value(record) == record
    assert STRICT.value(record) == {
        "city": "[REDACTED:address]",
        "zip": "[REDACTED:zip]",
        "vin": "[REDACTED:record]",
        "status": "open",
        "n": 3,
    }


@pytest.mark.parametrize("text", ["10.0.0.7", "192.0.2.1", "192.0.2.137", "203.0.113.250"])
def test_an_address_goes_though_there_is_nothing_else(text: str) -> None:
    assert STRICT.text(text) == "[REDACTED:ip]"
    assert STRICT.value([text]) == ["[REDACTED:ip]"]
    assert STANDARD.text(text) == text
