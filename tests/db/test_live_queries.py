"""What the live figures are counted from: newest diagnosis, months, samples, pictures, thresholds."""

from collections.abc import Callable
from datetime import timedelta

import numpy as np
import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from core.domain import ConfirmedDiagnosis, Review
from core.taxonomy import Band, ConfirmType, Diagnosis
from db.live_months import LiveFilter
from db.live_queries import (
    cases_by_month,
    confirmed_cases,
    networks_in_use,
    newest_embeddings,
    newest_scores,
    newest_statistics,
    reads_by_month,
    unmeasured_pictures,
)
from db.live_refusals import refusals_by_month
from db.repositories.thresholds import ThresholdChange, add_statistics, add_threshold_change, threshold_history
from db.tables import PredictionRow, ThresholdChangeRow
from db.unit_of_work import UnitOfWork
from tests.db.conftest import NOON, Make, Record, embedding_of

ALL = LiveFilter()


@pytest.fixture
def session(reading: Callable[[], UnitOfWork]) -> Callable[[], Session]:
    return lambda: reading().session


@pytest.fixture
def confirm(sessions: sessionmaker[Session]) -> Callable[..., None]:
    def add(case_id: int, is_malignant: bool, hours: int = 0) -> None:
        name = Diagnosis.MELANOMA if is_malignant else Diagnosis.NEVUS
        with UnitOfWork(sessions) as work:
            at = NOON + timedelta(hours=hours)
            diagnosis = ConfirmedDiagnosis(name, is_malignant, ConfirmType.HISTOPATHOLOGY, None, "", "dr b", at)
            work.diagnoses.add(case_id, diagnosis)
            work.commit()

    return add


def test_only_confirmed_cases_count_and_the_newest_diagnosis_does(
    record: Record, session: Callable[[], Session], confirm: Callable[..., None]
) -> None:
    first, second, _ = (record.save(p) for p in (0.9, 0.2, 0.5))
    confirm(first, True)
    confirm(second, True)
    confirm(second, False, hours=1)
    rows = confirmed_cases(session(), ALL)
    assert rows["case_id"].tolist() == [first, second]
    assert rows["is_malignant"].tolist() == [True, False]
    assert rows["malignant_probability"].tolist() == [0.9, 0.2]


def test_an_empty_record_gives_empty_tables(session: Callable[[], Session]) -> None:
    for found in (confirmed_cases, cases_by_month, reads_by_month, refusals_by_month):
        assert found(session(), ALL).empty
    assert newest_scores(session(), ALL, 10).shape == (0,)
    assert newest_embeddings(session(), ALL, 10).shape == (0, 0)
    assert newest_statistics(session(), ALL, 10)["brightness"].shape == (0,)
    assert networks_in_use(session()) == []


def test_a_filter_narrows_to_one_network_and_a_time(
    record: Record, make: Make, session: Callable[[], Session], confirm: Callable[..., None]
) -> None:
    cases = [record.save(0.5, version=version) for version in ("1.0", "1.0", "2.0")]
    for case_id in cases:
        confirm(case_id, True)
    networks = networks_in_use(session())
    assert [(found.model_version, found.n_cases) for found in networks] == [("1.0", 2), ("2.0", 1)]
    first = LiveFilter(weights_sha256=networks[0].weights_sha256)
    assert confirmed_cases(session(), first)["case_id"].tolist() == cases[:2]
    late = LiveFilter(created_from=NOON + timedelta(hours=1), created_before=NOON + timedelta(hours=2))
    assert confirmed_cases(session(), late)["case_id"].tolist() == [cases[1]]
    assert newest_scores(session(), first, 10).shape == (2,)


def test_versions_of_the_same_weights_are_counted_apart(
    make: Make, record: Record, session: Callable[[], Session], sessions: sessionmaker[Session]
) -> None:
    scores = (0.3, 0.6)
    for probability, version in zip(scores, ("1.0", "1.1"), strict=True):
        record.save(probability, version=version)
    with UnitOfWork(sessions) as work:
        work.session.execute(update(PredictionRow).values(weights_sha256=make.sha256("the same weights")))
        work.commit()
    networks = networks_in_use(session())
    assert [(found.model_version, found.n_cases) for found in networks] == [("1.0", 1), ("1.1", 1)]
    for network, probability in zip(networks, scores, strict=True):
        wanted = LiveFilter(network.weights_sha256, network.model_version)
        assert cases_by_month(session(), wanted)["n"].tolist() == [1]
        assert newest_scores(session(), wanted, 10).tolist() == [probability]


def test_months_count_bands_and_agreement_with_the_newest_review(
    record: Record, session: Callable[[], Session], sessions: sessionmaker[Session]
) -> None:
    cases = [record.save(p) for p in (0.9, 0.9, 0.01)]
    bands = [row.band for row in session().execute(select(PredictionRow.band).order_by(PredictionRow.id))]
    with UnitOfWork(sessions) as work:
        work.reviews.add(cases[0], Review(Band.NO_CONCERN, "", "dr a", NOON))
        work.reviews.add(cases[0], Review(bands[0], "", "dr a", NOON + timedelta(hours=1)))
        work.reviews.add(cases[1], Review(_other(bands[1]), "", "dr a", NOON))
        work.commit()
    [row] = cases_by_month(session(), ALL).to_dict("records")
    assert (row["year"], row["month"], row["n"], row["reviewed"], row["agreed"]) == (2026, 3, 3, 2, 1)
    assert {str(band): row[str(band)] for band in Band} == {str(band): bands.count(band) for band in Band}


def test_samples_come_newest_first(record: Record, session: Callable[[], Session]) -> None:
    for probability in (0.1, 0.2, 0.3):
        record.save(probability)
    assert newest_scores(session(), ALL, 2).tolist() == [0.3, 0.2]
    assert np.array_equal(newest_embeddings(session(), ALL, 2), np.stack([embedding_of(0.3), embedding_of(0.2)]))


def test_pictures_are_measured_once(
    record: Record, session: Callable[[], Session], sessions: sessionmaker[Session]
) -> None:
    record.save(0.1)
    record.save(0.2)
    waiting = unmeasured_pictures(session(), newest=10, limit=10)
    values = {"brightness": 100.0, "contrast": 10.0, "saturation": 20.0, "redness": 5.0}
    with UnitOfWork(sessions) as work:
        add_statistics(work.session, {waiting[0][0]: values})
        add_statistics(work.session, {waiting[0][0]: values | {"brightness": 7.0}})
        work.commit()
    assert newest_statistics(session(), ALL, 10)["brightness"].tolist() == [100.0]
    assert unmeasured_pictures(session(), newest=10, limit=10) == waiting[1:]


def test_a_picture_that_was_erased_while_it_was_measured_is_left_out(
    record: Record, session: Callable[[], Session], sessions: sessionmaker[Session]
) -> None:
    record.save(0.1)
    [(image_id, _)] = unmeasured_pictures(session(), newest=10, limit=10)
    values = {"brightness": 100.0, "contrast": 10.0, "saturation": 20.0, "redness": 5.0}
    with UnitOfWork(sessions) as work:
        add_statistics(work.session, {image_id: values, image_id + 1: values})
        work.commit()
    assert newest_statistics(session(), ALL, 10)["brightness"].tolist() == [100.0]


def test_thresholds_are_added_and_the_newest_is_in_force(
    session: Callable[[], Session], sessions: sessionmaker[Session]
) -> None:
    for value in (0.3, None, 0.25):
        with UnitOfWork(sessions) as work:
            add_threshold_change(work.session, ThresholdChange("net", "ab" * 32, value, "why", "dr a", NOON))
            work.commit()
    assert [change.refer_threshold for change in threshold_history(session(), "ab" * 32)] == [0.25, None, 0.3]
    assert threshold_history(session(), "cd" * 32) == ()


@pytest.mark.parametrize("wrong", [{"refer_threshold": 1.5}, {"reason": ""}])
def test_a_threshold_without_a_reason_or_out_of_range_is_refused(
    sessions: sessionmaker[Session], wrong: dict[str, object]
) -> None:
    values = {"model_name": "net", "weights_sha256": "ab", "refer_threshold": 0.3, "reason": "why"}
    values |= {"changed_by": "dr a", "changed_at": NOON} | wrong
    with UnitOfWork(sessions) as work, pytest.raises(IntegrityError):
        work.session.execute(insert(ThresholdChangeRow), values)


def _other(band: Band) -> Band:
    return next(each for each in Band if each is not band)
