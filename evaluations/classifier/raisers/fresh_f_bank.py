"""Accounts, transfers, policies and claims: what a bank and an insurer raise."""

from __future__ import annotations

import decimal
import socket
import sqlite3
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, ClassVar

import requests
from pydantic import BaseModel, ValidationError

from evaluations.classifier.raisers._fresh_f import (
    answering,
    bug,
    closed_port,
    contention,
    link,
    not_there,
    ours_refused,
    peer,
    ran_out,
    rule,
    settings,
    silent,
    stored,
    turned_away,
    wrong_input,
)


class BankingException(Exception):
    """Base class; subclasses give the status of the answer."""

    http_status: ClassVar[int] = 500
    error_code: ClassVar[str] = "internal"


class InsufficientFunds(BankingException):
    http_status = 422
    error_code = "insufficient_funds"


@rule(422)
def fresh_f_bank_insufficient_funds() -> None:
    raise InsufficientFunds("available balance is 12.40")


class AccountFrozenError(BankingException):
    http_status = 409
    error_code = "account_frozen"


@rule(409)
def fresh_f_bank_account_frozen() -> None:
    raise AccountFrozenError("this account has been frozen by compliance")


class DailyTransferLimitExceeded(Exception):
    pass


@rule(note="A limit of the domain, on money, not a rate of requests.")
def fresh_f_bank_daily_transfer_limit() -> None:
    raise DailyTransferLimitExceeded("transfers of more than 5000.00 a day need a second approval")


class OnlyEuroAccountsAllowed(Exception):
    pass


@rule()
def fresh_f_bank_currency_not_offered() -> None:
    raise OnlyEuroAccountsAllowed("savings accounts are kept in EUR only")


class TransferAlreadyExecuted(Exception):
    pass


@rule()
def fresh_f_bank_transfer_executed() -> None:
    raise TransferAlreadyExecuted("a transfer that was executed cannot be recalled")


class LoanNotEligible(Exception):
    def __init__(self, reasons: list[str]) -> None:
        super().__init__("not eligible for a loan: " + "; ".join(reasons))


@rule()
def fresh_f_bank_loan_not_eligible() -> None:
    raise LoanNotEligible(["income below threshold", "account younger than 6 months"])


class KontoGesperrt(Exception):
    pass


@rule((403, 409, 422))
def fresh_f_bank_konto_gesperrt() -> None:
    raise KontoGesperrt("Das Konto ist gesperrt, Überweisungen sind nicht möglich")


class SaldoInsuficiente(Exception):
    pass


@rule((402, 409, 422))
def fresh_f_bank_saldo_insuficiente() -> None:
    raise SaldoInsuficiente("El saldo de la cuenta no alcanza para esta transferencia")


class SanctionsHit(BankingException):
    http_status = 422
    error_code = "sanctions_screening"


@rule(422)
def fresh_f_bank_sanctions_hit() -> None:
    raise SanctionsHit("payment is held: the beneficiary matched a sanctions list")


class CutOffTimePassed(Exception):
    pass


@rule()
def fresh_f_bank_cut_off() -> None:
    raise CutOffTimePassed("same-day payments are accepted until 15:00")


class Failure(IntEnum):
    OVERDRAFT = 1203
    CLOSED = 1204


@dataclass
class LedgerError(Exception):
    failure: Failure
    detail: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"[{self.failure.value}] {self.detail['message']}"


@rule()
def fresh_f_bank_ledger_closed() -> None:
    raise LedgerError(Failure.CLOSED, {"message": "the period is closed, no postings are accepted"})


class PolicyLapsed(Exception):
    pass


@rule()
def fresh_f_insurance_policy_lapsed() -> None:
    raise PolicyLapsed("no claims can be made on a policy that lapsed")


class ClaimAlreadySettled(Exception):
    status_code = 409


@rule(409)
def fresh_f_insurance_claim_settled() -> None:
    raise ClaimAlreadySettled("claim 2024-118 was settled in March")


class WaitingPeriodNotOver(Exception):
    pass


@rule()
def fresh_f_insurance_waiting_period() -> None:
    raise WaitingPeriodNotOver("dental treatment is covered from the eighth month on")


class NotInsurable(Exception):
    pass


@rule()
def fresh_f_insurance_not_insurable() -> None:
    raise NotInsurable("vehicles older than 25 years are not insured under this tariff")


class CoverageExceeded(Exception):
    pass


@rule()
def fresh_f_insurance_coverage_exceeded() -> None:
    raise CoverageExceeded("claimed amount 9000.00 exceeds the sum insured of 5000.00")


class PremiumOverdue(Exception):
    pass


@rule((402, 409, 422))
def fresh_f_insurance_premium_overdue() -> None:
    raise PremiumOverdue("two premiums are overdue, cover is suspended until they are paid")


class InvalidIban(ValueError):
    pass


@wrong_input()
def fresh_f_bank_invalid_iban() -> None:
    raise InvalidIban("the check digits of the IBAN are wrong")


class InvalidAmountError(BankingException):
    http_status = 400
    error_code = "invalid_amount"


@wrong_input(400)
def fresh_f_bank_invalid_amount() -> None:
    try:
        decimal.Decimal("12,5O")
    except decimal.InvalidOperation as exc:
        raise InvalidAmountError("amount is not a number") from exc


class TransferBody(BaseModel):
    amount: int
    target: str


class RequestRejected(Exception):
    pass


@wrong_input()
def fresh_f_bank_body_validation() -> None:
    try:
        TransferBody.model_validate({"amount": "lots"})
    except ValidationError as exc:
        raise RequestRejected("transfer request is not valid") from exc


class AccountNotFoundError(BankingException):
    http_status = 404
    error_code = "account_not_found"


@not_there()
def fresh_f_bank_account_not_found() -> None:
    raise AccountNotFoundError("there is no such account")


class StepUpRequired(BankingException):
    http_status = 401
    error_code = "step_up"


@turned_away(401)
def fresh_f_bank_step_up_required() -> None:
    raise StepUpRequired("please authenticate again with your second factor")


class TanInvalid(Exception):
    pass


@turned_away((401, 403))
def fresh_f_bank_tan_invalid() -> None:
    raise TanInvalid("the one-time password is wrong or has expired")


class NoPowerOfAttorney(PermissionError):
    pass


@turned_away(403)
def fresh_f_bank_no_power_of_attorney() -> None:
    raise NoPowerOfAttorney("user is not authorized to act for this account")


@ours_refused()
def fresh_f_bank_core_login_refused() -> None:
    class CoreBankingError(Exception):
        pass

    with answering(401, b'{"error": "invalid_client"}') as address:
        session = requests.Session()
        session.trust_env = False
        try:
            session.post(f"{address}/token").raise_for_status()
        except requests.HTTPError as exc:
            raise CoreBankingError("could not obtain a token from core banking") from exc


class CreditBureauUnavailable(Exception):
    pass


@peer(transient=True)
def fresh_f_bank_credit_bureau_unavailable() -> None:
    raise CreditBureauUnavailable("credit bureau is temporarily unavailable (HTTP 503)")


class FxRateProviderError(Exception):
    pass


@peer(transient=False)
def fresh_f_bank_fx_nonsense() -> None:
    rates: dict[str, float] = {"USD": -1.0}
    if rates["USD"] <= 0:
        raise FxRateProviderError("rate provider sent a negative rate for USD")


@link()
def fresh_f_bank_swift_gateway_refused() -> None:
    class GatewayError(Exception):
        pass

    try:
        socket.create_connection(("127.0.0.1", closed_port()), timeout=1)
    except OSError as exc:
        raise GatewayError("payment message was not sent") from exc


@link(504)
def fresh_f_bank_scoring_read_timeout() -> None:
    class ScoringError(Exception):
        pass

    with silent() as port:
        session = requests.Session()
        session.trust_env = False
        try:
            session.get(f"http://127.0.0.1:{port}/score", timeout=0.1)
        except requests.RequestException as exc:
            raise ScoringError("no score") from exc


class AccountLockedByOtherTransaction(Exception):
    pass


@contention(503)
def fresh_f_bank_account_row_locked() -> None:
    raise AccountLockedByOtherTransaction("account row is locked by another transaction, retry later")


class DuplicateTransferInProgress(Exception):
    pass


@contention()
def fresh_f_bank_duplicate_in_progress() -> None:
    raise DuplicateTransferInProgress("a request with the same idempotency key is being processed right now")


class LedgerOutOfBalance(Exception):
    pass


@stored()
def fresh_f_bank_ledger_out_of_balance() -> None:
    raise LedgerOutOfBalance("stored entries of journal 551 do not balance: debit 100.00, credit 90.00")


@stored((400, 409, 422, 500), severity="medium")
def fresh_f_bank_negative_balance_constraint() -> None:
    class RepositoryError(Exception):
        pass

    store = sqlite3.connect(":memory:")
    store.execute("create table accounts (id integer, balance integer check (balance >= 0))")
    try:
        store.execute("insert into accounts values (1, -5)")
    except sqlite3.DatabaseError as exc:
        raise RepositoryError("account was not saved") from exc
    finally:
        store.close()


@settings()
def fresh_f_insurance_tariff_file_missing() -> None:
    class TariffConfigurationError(Exception):
        pass

    raise TariffConfigurationError("tariff table for 2025 is not deployed: config/tariffs/2025.toml")


@bug()
def fresh_f_bank_should_not_happen() -> None:
    class ShouldNotHappen(Exception):
        pass

    raise ShouldNotHappen("debit leg posted without credit leg in post_transfer()")


@ran_out(transient=True, status=503, severity="medium")
def fresh_f_bank_bureau_rate_limit() -> None:
    class BureauThrottled(Exception):
        pass

    raise BureauThrottled("credit bureau allows 10 requests a second, slow down (HTTP 429)")
