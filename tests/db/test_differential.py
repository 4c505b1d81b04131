"""A differential in the record: stored with its prediction, read back as it was, empty where there was none."""

import math
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, insert
from sqlalchemy.exc import StatementError

from core.domain import CaseFilter, Prediction
from core.taxonomy import Band, BatchState, Diagnosis, ItemState
from db import engine as engine_module
from db import queries
from db.engine import make_engine, make_session_factory, upgrade_to_head
from db.repositories import BatchFile, ScoredFile
from db.tables import BatchItemRow, BatchRow, CaseRow, EmbeddingRow, ImageRow, PredictionRow, Table
from db.transactions import BEGIN_WRITING
from db.unit_of_work import UnitOfWork
from tests.db.conftest import NOON, Make

GIVEN = {Diagnosis.NEVUS: 0.1, Diagnosis.MELANOMA: 0.7 + 1e-16, Diagnosis.ACTINIC_KERATOSIS: 0.2}


@pytest.fixture
def prediction(make: Make) -> Prediction:
    return replace(make.prediction(0.7), differential=GIVEN)


@pytest.fixture
def old_engine(tmp_path: Path) -> Iterator[Engine]:
    """A database as the first version left it."""
    engine = make_engine(f"sqlite:///{tmp_path / 'old.db'}")
    config = Config()
    config.set_main_option("script_location", str(Path(engine_module.__file__).parent / "migrations"))
    with engine.connect().execution_options(**BEGIN_WRITING) as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    yield engine
    engine.dispose()


def add_case(work: UnitOfWork, make: Make, prediction: Prediction, upload: str = "a") -> int:
    image, draft = make.image(upload), make.draft()
    return work.cases.add(draft, image, prediction, predicted_at=NOON, app_version="0.1.0", created_at=NOON)


def fill(engine: Engine, rows: dict[type[Table], dict[str, object]]) -> None:
    with engine.connect().execution_options(**BEGIN_WRITING) as connection, connection.begin():
        for table, values in rows.items():
            connection.execute(insert(table).values(values))


def old_rows(make: Make) -> dict[type[Table], dict[str, object]]:
    """One case from a batch, in the columns of the first version."""
    made = make.prediction(0.7)
    numbers = ("raw_probability", "malignant_probability", "band", "operating_threshold", "no_concern_threshold")
    model = {"model_name": made.model.name, "model_version": made.model.version, "architecture": "resnet18"}
    scored = {
        "weights_sha256": made.model.weights_sha256,
        "card_sha256": made.model.card_sha256,
        "app_version": "0.1.0",
    }
    words = {"submission_id": "s", "filename": "a.jpg", "notes": "itches", "reader": "dr a", "app_version": "0.1.0"}
    batch = {"name": "morning", "source": "upload", "state": BatchState.FINISHED, "reader": "dr a", "created_at": NOON}
    item = {"batch_id": 1, "position": 0, "filename": "a.jpg", "state": ItemState.SAVED, "reason": "", "staged": ""}
    return {
        ImageRow: asdict(make.image("a")) | {"created_at": NOON},
        PredictionRow: {name: getattr(made, name) for name in numbers}
        | {"image_id": 1, "predicted_at": NOON}
        | model
        | scored,
        EmbeddingRow: {"prediction_id": 1, "values": made.embedding.tobytes()},
        CaseRow: words | {"image_id": 1, "prediction_id": 1, "created_at": NOON},
        BatchRow: batch,
        BatchItemRow: item | {"image_id": 1, "prediction_id": 1, "case_id": 1, "note": ""},
    }


def test_a_record_of_the_first_version_keeps_its_rows_and_has_no_differential(old_engine: Engine, make: Make) -> None:
    fill(old_engine, old_rows(make))
    upgrade_to_head(old_engine)
    with UnitOfWork(make_session_factory(old_engine), read_only=True) as work:
        case, item = work.cases.get(1), work.batches.item(1)
        exported = queries.export_cases(work.session, CaseFilter())
    assert (case.filename, case.notes, case.image) == ("a.jpg", "itches", make.image("a"))
    assert (case.prediction.malignant_probability, case.prediction.band) == (0.7, Band.REFER)
    assert np.array_equal(case.prediction.embedding, make.prediction(0.7).embedding)
    assert item.prediction is not None
    assert case.prediction.differential == item.prediction.differential == {}
    assert not any(name.startswith("differential") for name in exported.columns)


def test_a_case_and_its_batch_file_give_the_differential_back_in_its_order(
    work: UnitOfWork, make: Make, prediction: Prediction
) -> None:
    batch_id = work.batches.create(name="m", source="upload", reader="", created_at=NOON, files=[BatchFile("a.jpg")])
    [item] = work.batches.items(batch_id)
    work.batches.record_scored(item.item_id, make.image("b"), prediction, predicted_at=NOON, app_version="0.1.0")
    scored = work.batches.item(item.item_id).prediction
    model = prediction.model
    again = work.predictions.find(make.image("b").upload_sha256, model.weights_sha256, model.card_sha256)
    assert scored is not None and again is not None
    for found in (work.cases.get(add_case(work, make, prediction)).prediction, scored, again):
        assert list(found.differential.items()) == list(GIVEN.items())
        assert all(isinstance(diagnosis, Diagnosis) for diagnosis in found.differential)


def test_none_is_stored_as_null_and_comes_back_empty(work: UnitOfWork, make: Make) -> None:
    case_id = add_case(work, make, make.prediction())
    stored = work.session.connection().exec_driver_sql("SELECT differential IS NULL FROM predictions")
    assert stored.scalars().all() == [1]
    assert work.cases.get(case_id).prediction.differential == {}


def test_files_with_and_without_are_stored_together(work: UnitOfWork, make: Make, prediction: Prediction) -> None:
    files = [BatchFile("a.jpg"), BatchFile("b.jpg")]
    batch_id = work.batches.create(name="m", source="upload", reader="", created_at=NOON, files=files)
    made = (prediction, make.prediction())
    scored = [
        ScoredFile(item.item_id, make.image(), one)
        for item, one in zip(work.batches.items(batch_id), made, strict=True)
    ]
    work.batches.record_scored_many(scored, predicted_at=NOON, app_version="0.1.0")
    found = [item.prediction for item in work.batches.items(batch_id)]
    assert [one and one.differential for one in found] == [GIVEN, {}]


@pytest.mark.parametrize("probability", [-0.1, 1.5, math.nan])
def test_what_is_no_probability_is_refused(work: UnitOfWork, make: Make, probability: float) -> None:
    wrong = replace(make.prediction(), differential={Diagnosis.NEVUS: probability})
    with pytest.raises(StatementError, match="expected probabilities between 0 and 1"):
        add_case(work, make, wrong)


def test_an_export_has_a_column_for_each_diagnosis_that_was_told(
    work: UnitOfWork, make: Make, prediction: Prediction, reading: Callable[[], UnitOfWork]
) -> None:
    add_case(work, make, make.prediction(), upload="without")
    add_case(work, make, prediction, upload="with")
    work.commit()
    exported = queries.export_cases(reading().session, CaseFilter())
    names = [f"differential_{name}" for name in ("nevus", "melanoma", "actinic_keratosis")]
    assert list(exported.columns)[-3:] == names
    assert exported[names].iloc[0].tolist() == list(GIVEN.values())
    assert exported[names].iloc[1].isna().all()
    assert {str(kind) for kind in exported[names].dtypes} == {"float64"}


def test_the_table_of_the_history_has_no_differential(work: UnitOfWork, make: Make, prediction: Prediction) -> None:
    add_case(work, make, prediction)
    found: pd.DataFrame = queries.search_cases(work.session, CaseFilter(), limit=5)
    assert not any(name.startswith("differential") for name in found.columns)
