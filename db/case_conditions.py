"""What a filter of the case history means in SQL."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, exists, select

from core.domain import CaseFilter
from db.case_columns import newest_diagnosis_id
from db.case_words import contains_all
from db.checks import between_bars
from db.tables import CaseChecksRow, CaseRow, CaseWordsRow, DiagnosisRow, PatientRow, PredictionRow, ReviewRow


def conditions(wanted: CaseFilter) -> Iterator[ColumnElement[bool]]:
    """The conditions on cases, joined with nothing; none for an open filter."""
    yield from _of_case(wanted)
    yield from _of_others(wanted)
    yield from _of_checks(wanted)
    yield from _of_follow_up(wanted)


def _of_case(wanted: CaseFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.created_from is not None:
        yield CaseRow.created_at >= wanted.created_from
    if wanted.created_before is not None:
        yield CaseRow.created_at < wanted.created_before
    if wanted.anatom_site is not None:
        yield CaseRow.anatom_site == wanted.anatom_site


def _of_others(wanted: CaseFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.text:
        yield CaseRow.id.in_(select(CaseWordsRow.case_id).where(*contains_all(wanted.text)))
    if wanted.pseudonym:
        yield CaseRow.patient_id.in_(select(PatientRow.id).where(PatientRow.pseudonym == wanted.pseudonym))
    machine = list(_of_machine(wanted))
    if machine:  # asked of case after case: a page is full soon, and needs no sorting of all that match
        yield exists().where(PredictionRow.id == CaseRow.prediction_id, *machine)


def _of_machine(wanted: CaseFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.band is not None:
        yield PredictionRow.band == wanted.band
    if wanted.model_version:
        yield PredictionRow.model_version == wanted.model_version


def _of_checks(wanted: CaseFilter) -> Iterator[ColumnElement[bool]]:
    """A case without checks, such as an older one, matches no flag, and was not scored against a gate."""
    if wanted.artefact is not None:
        is_flagged = CaseChecksRow.flags.contains(between_bars((str(wanted.artefact),)), autoescape=True)
        yield CaseRow.id.in_(select(CaseChecksRow.case_id).where(is_flagged))
    if wanted.is_overridden is not None:
        overridden = CaseRow.id.in_(select(CaseChecksRow.case_id).where(CaseChecksRow.override_reason != ""))
        yield overridden if wanted.is_overridden else ~overridden


def _of_follow_up(wanted: CaseFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.is_reviewed is not None:
        yield exists().where(ReviewRow.case_id == CaseRow.id).is_(wanted.is_reviewed)
    if wanted.has_diagnosis is not None:
        yield exists().where(DiagnosisRow.case_id == CaseRow.id).is_(wanted.has_diagnosis)
    if wanted.is_confirmed_malignant is not None:
        # A case without a diagnosis matches neither way: a missing label is not a benign one.
        is_newest = DiagnosisRow.id == newest_diagnosis_id(DiagnosisRow.case_id)
        is_meant = DiagnosisRow.is_malignant.is_(wanted.is_confirmed_malignant)
        yield CaseRow.id.in_(select(DiagnosisRow.case_id).where(is_meant, is_newest))
