"""Rooms, seats, appointments and patients: what such applications raise."""

from __future__ import annotations

import asyncio
import datetime as dt
import sqlite3
from dataclasses import dataclass
from enum import StrEnum

import httpx

from evaluations.classifier.raisers._fresh_f import (
    answering,
    bug,
    closed_port,
    contention,
    link,
    not_there,
    peer,
    ran_out,
    rule,
    settings,
    stored,
    turned_away,
    wrong_input,
)


class BookingError(Exception):
    """Base of what a booking may run into."""


class NoSlotAvailable(BookingError):
    pass


@rule()
def fresh_f_booking_no_slot() -> None:
    free: list[str] = []
    if not free:
        raise NoSlotAvailable("no free slot on 2025-03-04 for a cleaning")


class BookingAlreadyConfirmed(BookingError):
    pass


@rule()
def fresh_f_booking_already_confirmed() -> None:
    raise BookingAlreadyConfirmed("booking 771 is confirmed")


class CouldNotReserveSeat(BookingError):
    def __init__(self, seat: str) -> None:
        super().__init__(f"Seat {seat} is already taken")


@rule()
def fresh_f_booking_seat_taken() -> None:
    raise CouldNotReserveSeat("14C")


class CancellationDeadlinePassed(BookingError):
    pass


@rule()
def fresh_f_booking_cancellation_deadline() -> None:
    raise CancellationDeadlinePassed("A stay can be cancelled up to 48 hours before arrival")


class DoubleBookingError(BookingError):
    pass


@rule()
def fresh_f_booking_double_booking() -> None:
    raise DoubleBookingError("room 12 is booked from 10:00 to 11:30")


class EventSoldOut(Exception):
    pass


@rule()
def fresh_f_booking_event_sold_out() -> None:
    raise EventSoldOut("All 400 tickets are gone")


class TicketAlreadyScanned(Exception):
    def __init__(self, at: dt.datetime) -> None:
        super().__init__(f"ticket was scanned at {at:%H:%M}, entry denied")


@rule()
def fresh_f_booking_ticket_scanned() -> None:
    raise TicketAlreadyScanned(dt.datetime(2024, 6, 1, 19, 12))


class DepositNotPaid(BookingError):
    http_status = 402


@rule(402)
def fresh_f_booking_deposit_not_paid() -> None:
    raise DepositNotPaid("a deposit of 50.00 is due before the booking can be changed")


class Reason(StrEnum):
    CLOSED = "closed"
    TOO_LATE = "too_late"


@dataclass(frozen=True)
class AppointmentRejected(Exception):
    reason: Reason
    detail: str

    def __str__(self) -> str:
        return f"{self.reason}: {self.detail}"


@rule()
def fresh_f_booking_appointment_closed() -> None:
    raise AppointmentRejected(Reason.CLOSED, "the practice is closed on public holidays")


@rule()
def fresh_f_booking_appointment_too_late() -> None:
    raise AppointmentRejected(Reason.TOO_LATE, "appointments are made a day ahead at least")


class TerminNichtVerfuegbar(BookingError):
    pass


@rule()
def fresh_f_booking_termin_nicht_verfuegbar() -> None:
    raise TerminNichtVerfuegbar("Der gewünschte Termin ist bereits vergeben")


class ReservaNoDisponible(BookingError):
    pass


@rule()
def fresh_f_booking_reserva_no_disponible() -> None:
    raise ReservaNoDisponible("No hay habitaciones libres para esas fechas")


class OverlappingShift(Exception):
    pass


@rule()
def fresh_f_clinic_overlapping_shift() -> None:
    raise OverlappingShift("the doctor is on shift in ward 3 at that time")


class PrescriptionNotRenewable(Exception):
    pass


@rule()
def fresh_f_clinic_prescription_not_renewable() -> None:
    raise PrescriptionNotRenewable("prescriptions for controlled substances cannot be renewed online")


class DrugInteractionBlocked(Exception):
    code = "interaction"


@rule()
def fresh_f_clinic_drug_interaction() -> None:
    raise DrugInteractionBlocked("order blocked: warfarin with ibuprofen needs an override by a physician")


class PatientAlreadyDischarged(Exception):
    pass


@rule()
def fresh_f_clinic_patient_discharged() -> None:
    raise PatientAlreadyDischarged("no orders can be entered for a discharged patient")


class ConsentMissing(Exception):
    pass


@rule((403, 409, 422))
def fresh_f_clinic_consent_missing() -> None:
    raise ConsentMissing("the patient has not consented to the exchange of records")


class PatientNotFound(LookupError):
    pass


@not_there()
def fresh_f_clinic_patient_not_found() -> None:
    raise PatientNotFound("no patient with this number")


class BookingDoesNotExist(BookingError):
    status_code = 404


@not_there()
def fresh_f_booking_does_not_exist() -> None:
    raise BookingDoesNotExist("booking 9999999 does not exist")


class InvalidDateRange(BookingError, ValueError):
    pass


@wrong_input()
def fresh_f_booking_invalid_date_range() -> None:
    raise InvalidDateRange("check-out must be after check-in")


class MalformedInsuranceNumber(ValueError):
    pass


@wrong_input()
def fresh_f_clinic_malformed_insurance_number() -> None:
    raise MalformedInsuranceNumber("an insurance number is one letter and nine digits")


class InvalidHl7Message(Exception):
    pass


@wrong_input()
def fresh_f_clinic_invalid_hl7() -> None:
    message = "PID|1|"
    if not message.startswith("MSH"):
        raise InvalidHl7Message("message does not begin with an MSH segment")


class ChartAccessDenied(PermissionError):
    pass


@turned_away(403)
def fresh_f_clinic_chart_access_denied() -> None:
    raise ChartAccessDenied("only the treating team may open this chart")


class NotTheOwnerOfBooking(BookingError):
    status_code = 403


@turned_away(403)
def fresh_f_booking_not_the_owner() -> None:
    raise NotTheOwnerOfBooking("you may only change your own bookings")


class LabSystemUnavailable(Exception):
    pass


@peer(transient=True)
def fresh_f_clinic_lab_unavailable() -> None:
    raise LabSystemUnavailable("laboratory system is down for maintenance")


class ChannelManagerError(Exception):
    pass


@peer(transient=True)
def fresh_f_booking_channel_manager_503() -> None:
    with answering(503, b'{"error": "try later"}') as address:
        try:
            httpx.put(f"{address}/rates", json={}, trust_env=False).raise_for_status()
        except httpx.HTTPStatusError as exc:
            raise ChannelManagerError("rates could not be pushed") from exc


@link()
def fresh_f_booking_channel_manager_refused() -> None:
    try:
        httpx.put(f"http://127.0.0.1:{closed_port()}/rates", json={}, trust_env=False)
    except httpx.ConnectError as exc:
        raise ChannelManagerError("rates could not be pushed") from exc


class CalendarSyncTimeout(TimeoutError):
    pass


@link(504)
async def fresh_f_booking_calendar_sync_timeout() -> None:
    try:
        async with asyncio.timeout(0.01):
            await asyncio.sleep(5)
    except TimeoutError as exc:
        raise CalendarSyncTimeout("calendar provider did not respond in time") from exc


class SlotBeingBooked(BookingError):
    pass


@contention()
def fresh_f_booking_slot_being_booked() -> None:
    raise SlotBeingBooked("somebody else is booking this slot at the moment, try again in a few seconds")


class BookingVersionMismatch(BookingError):
    def __init__(self, expected: int, actual: int) -> None:
        super().__init__(f"booking was edited meanwhile (version {expected} expected, {actual} found)")


@contention(409, transient=False, severity="low", note="The version came from the client, who has to read again.")
def fresh_f_booking_version_mismatch() -> None:
    raise BookingVersionMismatch(4, 5)


@contention(503)
def fresh_f_booking_store_locked() -> None:
    class PersistenceError(Exception):
        pass

    first = sqlite3.connect("file:fresh_f_booking?mode=memory&cache=shared", uri=True, timeout=0)
    second = sqlite3.connect("file:fresh_f_booking?mode=memory&cache=shared", uri=True, timeout=0)
    first.execute("create table bookings (slot integer)")
    first.commit()
    first.execute("insert into bookings values (1)")
    try:
        second.execute("insert into bookings values (1)")
    except sqlite3.OperationalError as exc:
        raise PersistenceError("booking was not saved") from exc
    finally:
        first.close()
        second.close()


class ClinicNotConfigured(Exception):
    pass


@settings()
def fresh_f_clinic_no_calendar_url() -> None:
    raise ClinicNotConfigured("clinic 'north' has no opening hours file: CLINIC_HOURS_PATH is empty")


class InconsistentSeatMap(Exception):
    pass


@stored()
def fresh_f_booking_inconsistent_seat_map() -> None:
    raise InconsistentSeatMap("seat map of hall 2 in the database lists seat F7 twice")


@bug()
def fresh_f_booking_naive_datetime() -> None:
    start = dt.datetime(2024, 1, 1)
    end = dt.datetime(2024, 1, 2, tzinfo=dt.UTC)
    try:
        _ = start < end
    except TypeError as exc:
        raise RuntimeError("could not compute the stay") from exc


class TooManySearches(BookingError):
    retry_after = 30


@ran_out(transient=True, status=429, severity="low")
def fresh_f_booking_too_many_searches() -> None:
    raise TooManySearches("availability may be searched 20 times a minute")
