"""What similar cases and odd lesions are looked up by: confirmed ones of one network, told without whose they are."""

from collections.abc import Callable
from dataclasses import fields
from datetime import date, timedelta

import numpy as np
import pytest
from sqlalchemy.orm import Session, sessionmaker

from core.domain import ConfirmedDiagnosis
from core.taxonomy import ConfirmType, Diagnosis
from db.similar_queries import (
    ConfirmedCase,
    cases_of_same,
    confirmed_cases_of,
    confirmed_embeddings,
    confirmed_state,
    newest_of_lesions,
)
from db.unit_of_work import UnitOfWork
from tests.db.conftest import NOON, Make, Record, embedding_of


@pytest.fixture
def session(reading: Callable[[], UnitOfWork]) -> Callable[[], Session]:
    return lambda: reading().session


@pytest.fixture
def confirm(sessions: sessionmaker[Session]) -> Callable[..., None]:
    def add(case_id: int, diagnosis: Diagnosis = Diagnosis.NEVUS, hours: int = 0) -> None:
        found = ConfirmedDiagnosis(
            diagnosis,
            diagnosis is Diagnosis.MELANOMA,
            ConfirmType.HISTOPATHOLOGY,
            None,
            "",
            "dr b",
            NOON + timedelta(hours=hours),
        )
        with UnitOfWork(sessions) as work:
            work.diagnoses.add(case_id, found)
            work.commit()

    return add


def test_only_confirmed_cases_of_the_same_weights_are_found(
    record: Record, make: Make, session: Callable[[], Session], confirm: Callable[..., None]
) -> None:
    saved = {record.save(probability): probability for probability in (0.9, 0.1, 0.5)}
    record.save()
    for case_id in (*saved, record.save(version="2.0")):
        confirm(case_id)
    ids, embeddings = confirmed_embeddings(session(), make.model().weights_sha256)
    assert ids.tolist() == list(saved)
    assert np.array_equal(embeddings, np.stack([embedding_of(probability) for probability in saved.values()]))
    none, nothing = confirmed_embeddings(session(), "another network")
    assert (len(none), nothing.shape) == (0, (0, 0))


def test_the_newest_diagnosis_counts_and_the_state_changes_with_it(
    record: Record, session: Callable[[], Session], confirm: Callable[..., None]
) -> None:
    case_id = record.save()
    states = [confirmed_state(session())]
    for hours, diagnosis in enumerate((Diagnosis.NEVUS, Diagnosis.MELANOMA)):
        confirm(case_id, diagnosis, hours)
        states.append(confirmed_state(session()))
    assert len(set(states)) == 3
    told = confirmed_cases_of(session(), [case_id, 999])
    assert list(told) == [case_id]
    assert (told[case_id].diagnosis, told[case_id].is_malignant) == (Diagnosis.MELANOMA, True)


def test_what_is_told_names_nobody() -> None:
    assert {field.name for field in fields(ConfirmedCase)} == {
        "case_id", "group", "diagnosis", "is_malignant", "confirm_type", "blob_sha256", "orientation",
    }  # fmt: skip


def test_images_of_one_lesion_share_a_group(
    record: Record, session: Callable[[], Session], confirm: Callable[..., None]
) -> None:
    ids = [record.save(), record.save(), record.save(pseudonym="P-9"), record.save(lesion_label="")]
    for case_id in ids:
        confirm(case_id)
    told = confirmed_cases_of(session(), ids)
    assert told[ids[0]].group == told[ids[1]].group
    assert len({told[case_id].group for case_id in ids}) == 3


def test_the_same_file_and_the_same_lesion_are_no_other_cases(
    record: Record, make: Make, session: Callable[[], Session], reading: Callable[[], UnitOfWork]
) -> None:
    own, lesion = record.save(upload="a"), record.save(upload="b")
    file, other = record.save(upload="a", pseudonym="P-2"), record.save(upload="c", pseudonym="P-3")
    lesion_id = reading().cases.get(own).lesion_id
    upload = make.sha256("a")
    assert cases_of_same(session(), upload_sha256=upload, lesion_id=lesion_id) == {own, lesion, file}
    assert cases_of_same(session(), upload_sha256=upload, lesion_id=None) == {own, file}
    assert other not in cases_of_same(session(), upload_sha256=upload, lesion_id=lesion_id)


def test_each_lesion_of_a_patient_comes_once_with_its_newest_case(
    record: Record, make: Make, session: Callable[[], Session], reading: Callable[[], UnitOfWork]
) -> None:
    record.save(lesion_label="A")
    newest, second = record.save(0.9, lesion_label="A"), record.save(0.1, lesion_label="B")
    record.save(lesion_label="C", version="2.0")
    record.save(lesion_label="", notes="no lesion named")
    record.save(lesion_label="A", pseudonym="P-2")
    patient_id = reading().cases.get(newest).patient_id
    assert patient_id is not None
    weights = make.model().weights_sha256
    lesions, embeddings = newest_of_lesions(session(), patient_id=patient_id, weights_sha256=weights)
    assert [(label, case_id) for _, label, case_id in lesions] == [("A", newest), ("B", second)]
    assert np.array_equal(embeddings, np.stack([embedding_of(0.9), embedding_of(0.1)]))


def test_a_lesions_newest_case_is_of_its_latest_visit(
    record: Record, make: Make, session: Callable[[], Session], reading: Callable[[], UnitOfWork]
) -> None:
    newest = record.save(visited_on=date(2026, 3, 1))
    record.save(visited_on=date(2020, 3, 1))
    record.save(visited_on=date(2026, 3, 2), version="2.0")
    patient_id = reading().cases.get(newest).patient_id
    assert patient_id is not None
    weights = make.model().weights_sha256
    lesions, _ = newest_of_lesions(session(), patient_id=patient_id, weights_sha256=weights)
    assert [case_id for _, _, case_id in lesions] == [newest]
