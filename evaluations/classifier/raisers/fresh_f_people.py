"""Employees, pupils and courses: what HR and school software raises."""

from __future__ import annotations

import csv
import sqlite3
from typing import Any, ClassVar

import httpx

from evaluations.classifier.raisers._fresh_f import (
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


class AppException(Exception):
    """Base of the HR service, mapped to an answer by one handler."""

    status_code: ClassVar[int] = 500
    default_detail: ClassVar[str] = "Something went wrong"

    def __init__(self, detail: str | None = None) -> None:
        super().__init__(detail or self.default_detail)


class Conflict(AppException):
    status_code = 409


class Unprocessable(AppException):
    status_code = 422


class VacationBalanceExceeded(Unprocessable):
    default_detail = "You have 3 days of vacation left, 5 were requested"


@rule(422)
def fresh_f_hr_vacation_balance() -> None:
    raise VacationBalanceExceeded


class LeaveAlreadyApproved(Conflict):
    default_detail = "This leave was approved and can only be withdrawn by a manager"


@rule(409)
def fresh_f_hr_leave_approved() -> None:
    raise LeaveAlreadyApproved


class PayrollPeriodLocked(Conflict):
    pass


@rule(409)
def fresh_f_hr_payroll_closed() -> None:
    raise PayrollPeriodLocked("payroll for March is closed, corrections go into April")


class EmployeeHasOpenAssignments(Exception):
    pass


@rule()
def fresh_f_hr_open_assignments() -> None:
    raise EmployeeHasOpenAssignments("employee cannot be offboarded while equipment is assigned")


class ShiftTooLongException(Exception):
    pass


@rule()
def fresh_f_hr_shift_too_long() -> None:
    raise ShiftTooLongException("A shift may not exceed 10 hours")


class JobPostingClosed(Exception):
    pass


@rule()
def fresh_f_hr_posting_closed() -> None:
    raise JobPostingClosed("applications were accepted until 31 May")


class CandidateAlreadyApplied(Conflict):
    default_detail = "You have applied for this position already"


@rule(409)
def fresh_f_hr_already_applied() -> None:
    raise CandidateAlreadyApplied


class UrlaubNichtGenehmigungsfaehig(Exception):
    pass


@rule()
def fresh_f_hr_urlaubssperre() -> None:
    raise UrlaubNichtGenehmigungsfaehig("Im Dezember gilt eine Urlaubssperre")


class CourseFull(Exception):
    pass


@rule()
def fresh_f_school_course_full() -> None:
    raise CourseFull("all 24 places are taken")


class PrerequisiteNotMet(Exception):
    def __init__(self, course: str, missing: str) -> None:
        super().__init__(f"{course} needs {missing} first")


@rule()
def fresh_f_school_prerequisite() -> None:
    raise PrerequisiteNotMet("Statistics II", "Statistics I")


class EnrollmentClosed(Exception):
    pass


@rule()
def fresh_f_school_enrollment_closed() -> None:
    raise EnrollmentClosed("enrollment ended on 15 October")


class SubmissionAfterDeadline(Exception):
    pass


@rule()
def fresh_f_school_submission_late() -> None:
    raise SubmissionAfterDeadline("homework was due yesterday at 18:00")


class NoAttemptsLeft(Exception):
    pass


@rule()
def fresh_f_school_no_attempts() -> None:
    raise NoAttemptsLeft("an exam may be taken three times")


class GradeFinalized(Exception):
    pass


@rule()
def fresh_f_school_grade_finalized() -> None:
    raise GradeFinalized("grades cannot be changed after the conference")


class InscriptionRefusee(Exception):
    pass


@rule()
def fresh_f_school_inscription_refusee() -> None:
    raise InscriptionRefusee("L'élève est déjà inscrit dans cette classe")


class TimetableClash(Exception):
    pass


@rule()
def fresh_f_school_timetable_clash() -> None:
    raise TimetableClash("teacher has class 7b in the third lesson on Monday")


class EmployeeNotFound(AppException):
    status_code = 404
    default_detail = "No such employee"


@not_there()
def fresh_f_hr_employee_not_found() -> None:
    raise EmployeeNotFound


class CourseUnknown(LookupError):
    pass


@not_there()
def fresh_f_school_course_unknown() -> None:
    raise CourseUnknown("course BIO-999 does not exist")


class BadRequest(AppException):
    status_code = 400


@wrong_input(400)
def fresh_f_hr_bad_request() -> None:
    raise BadRequest("field 'start' is required")


class GradeOutOfScale(ValueError):
    pass


@wrong_input()
def fresh_f_school_grade_out_of_scale() -> None:
    raise GradeOutOfScale("grade must be one of 1 to 6, got 9")


class ImportFileInvalid(Exception):
    pass


@wrong_input()
def fresh_f_school_pupil_list_columns() -> None:
    header = next(csv.reader(["name;class"], delimiter=";"))
    missing = {"name", "class", "birthday"} - set(header)
    if missing:
        raise ImportFileInvalid(f"uploaded list of pupils lacks the columns: {', '.join(missing)}")


class Forbidden(AppException):
    status_code = 403
    default_detail = "You are not allowed to see salaries"


@turned_away(403)
def fresh_f_hr_forbidden() -> None:
    raise Forbidden


class ParentAccessRevoked(Exception):
    pass


@turned_away(403)
def fresh_f_school_parent_access() -> None:
    raise ParentAccessRevoked("your access to this pupil's records has been revoked")


class LdapBindRefused(Exception):
    pass


@ours_refused()
def fresh_f_hr_directory_bind() -> None:
    raise LdapBindRefused("directory refused the service account: invalid credentials")


class PayrollProviderError(Exception):
    pass


@peer(transient=False)
def fresh_f_hr_payroll_provider_500() -> None:
    raise PayrollProviderError("payroll provider failed with 500 Internal Server Error")


@peer(transient=True)
def fresh_f_hr_payroll_provider_502() -> None:
    raise PayrollProviderError("payroll provider answered 502 Bad Gateway")


@link()
def fresh_f_hr_payroll_unreachable() -> None:
    try:
        httpx.post(f"http://127.0.0.1:{closed_port()}/runs", trust_env=False)
    except httpx.TransportError as exc:
        raise PayrollProviderError("run was not submitted") from exc


class LearningPlatformError(RuntimeError):
    pass


@link(504)
async def fresh_f_school_platform_read_timeout() -> None:
    with silent() as port:
        async with httpx.AsyncClient(timeout=0.1, trust_env=False) as client:
            try:
                await client.get(f"http://127.0.0.1:{port}/courses")
            except httpx.TimeoutException as exc:
                raise LearningPlatformError("could not fetch courses") from exc


class TimesheetEditConflict(AppException):
    status_code = 409


@contention(409, transient=False, severity="low", note="The client saw an older state and has to read again.")
def fresh_f_hr_timesheet_edit_conflict() -> None:
    raise TimesheetEditConflict("your colleague saved this timesheet after you opened it; reload and try again")


class PayrollRunInProgress(AppException):
    status_code = 503


@contention(503)
def fresh_f_hr_payroll_run_in_progress() -> None:
    raise PayrollRunInProgress("another payroll run holds the lock")


@stored(409, severity="medium")
def fresh_f_hr_staff_number_unique() -> None:
    class DataAccessError(Exception):
        pass

    store = sqlite3.connect(":memory:")
    store.execute("create table staff (number integer unique)")
    store.execute("insert into staff values (4)")
    try:
        store.execute("insert into staff values (4)")
    except sqlite3.Error as exc:
        raise DataAccessError("insert failed") from exc
    finally:
        store.close()


class OrgChartCycle(Exception):
    pass


@stored()
def fresh_f_hr_org_chart_cycle() -> None:
    raise OrgChartCycle("stored data is inconsistent: employee 7 reports to 9, and 9 reports to 7")


@settings()
def fresh_f_hr_missing_template() -> None:
    class LetterTemplateMissing(Exception):
        pass

    raise LetterTemplateMissing("template 'offer_letter_de.docx' is not installed")


@settings()
def fresh_f_school_no_term() -> None:
    environment: dict[str, str] = {}
    try:
        environment["SCHOOL_TERM_START"]
    except KeyError as exc:
        raise RuntimeError("environment variable SCHOOL_TERM_START must be set") from exc


@bug()
def fresh_f_hr_unreachable() -> None:
    class UnreachableCode(AssertionError):
        pass

    kind = "sabbatical"
    if kind in {"vacation", "sick"}:
        return
    raise UnreachableCode("leave kind fell through all branches")


@bug()
def fresh_f_school_none_teacher() -> None:
    class ServiceException(Exception):
        pass

    lesson: Any = {"teacher": None}
    try:
        lesson["teacher"].name
    except AttributeError as exc:
        raise ServiceException("timetable") from exc


@ran_out(transient=True, status=429, severity="low")
def fresh_f_school_too_many_requests() -> None:
    class TooManyRequests(AppException):
        status_code = 429
        default_detail = "Slow down, please"

    raise TooManyRequests
