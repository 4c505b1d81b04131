"""What a filter of the case history means in SQL: conditions on the narrow rows that are kept for it."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, select

from core.domain import CaseFilter
from db.case_words import contains_all
from db.checks import between_bars
from db.tables import CaseFactsRow, CaseRow, CaseWordsRow, PatientRow


def conditions(wanted: CaseFilter) -> Iterator[ColumnElement[bool]]:
    """The conditions on cases' facts, joined with nothing; none for an open filter."""
    yield from _of_case(wanted)
    yield from _of_words(wanted)
    yield from _of_machine(wanted)
    yield from _of_follow_up(wanted)


def _of_case(wanted: CaseFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.created_from is not None:
        yield CaseFactsRow.created_at >= wanted.created_from
    if wanted.created_before is not None:
        yield CaseFactsRow.created_at < wanted.created_before
    if wanted.anatom_site is not None:
        yield CaseFactsRow.anatom_site == wanted.anatom_site


def _of_words(wanted: CaseFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.text:
        yield CaseFactsRow.case_id.in_(select(CaseWordsRow.case_id).where(*contains_all(wanted.text)))
    if wanted.pseudonym:
        theirs = select(CaseRow.id).join(PatientRow, PatientRow.id == CaseRow.patient_id)
        yield CaseFactsRow.case_id.in_(theirs.where(PatientRow.pseudonym == wanted.pseudonym))


def _of_machine(wanted: CaseFilter) -> Iterator[ColumnElement[bool]]:
    """A case without checks, such as an older one, matches no flag, and was not scored against a gate."""
    if wanted.band is not None:
        yield CaseFactsRow.band == wanted.band
    if wanted.model_version:
        yield CaseFactsRow.model_version == wanted.model_version
    if wanted.artefact is not None:
        yield CaseFactsRow.flags.contains(between_bars((str(wanted.artefact),)), autoescape=True)
    if wanted.is_overridden is not None:
        yield CaseFactsRow.is_overridden == wanted.is_overridden


def _of_follow_up(wanted: CaseFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.is_reviewed is not None:
        yield CaseFactsRow.is_reviewed == wanted.is_reviewed
    if wanted.has_diagnosis is not None:
        is_missing = CaseFactsRow.is_confirmed_malignant.is_(None)
        yield ~is_missing if wanted.has_diagnosis else is_missing
    if wanted.is_confirmed_malignant is not None:
        # A case without a diagnosis matches neither way: a missing label is not a benign one.
        yield CaseFactsRow.is_confirmed_malignant == wanted.is_confirmed_malignant
