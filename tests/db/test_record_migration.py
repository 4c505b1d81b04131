"""A record of revision 0002 goes up to the visits and reads, and keeps what it holds."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, TextClause, text

from db import engine as engine_module
from db.engine import make_engine, make_session_factory, upgrade_to_head
from db.transactions import BEGIN_WRITING
from db.unit_of_work import UnitOfWork
from tests.db.conftest import NOON, Make

NEXT_DAY = NOON + timedelta(days=1)
# Patient and lesion of each case, and the day on which it was saved.
CASES = [(1, 1, NOON), (1, 1, NOON), (1, 1, NEXT_DAY), (1, None, NOON), (None, 2, NOON), (None, None, NOON)]


@pytest.fixture
def old_engine(tmp_path: Path, make: Make) -> Iterator[Engine]:
    engine = make_engine(f"sqlite:///{tmp_path / 'old.db'}")
    config = Config()
    config.set_main_option("script_location", str(Path(engine_module.__file__).parent / "migrations"))
    with engine.connect().execution_options(**BEGIN_WRITING) as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        connection.execute(text("INSERT INTO patients (id, pseudonym) VALUES (1, 'P-001')"))
        connection.execute(
            text("INSERT INTO lesions (id, patient_id, label, anatom_site) VALUES (1, 1, 'L1', 'head/neck')")
        )
        connection.execute(text("INSERT INTO lesions (id, label) VALUES (2, 'L9')"))
        image = asdict(make.image("a")) | {"id": 1, "created_at": _stored(NOON)}
        connection.execute(_insert("images", image), image)
        prediction = _prediction(make)
        connection.execute(_insert("predictions", prediction), prediction)
        connection.execute(text("INSERT INTO embeddings (prediction_id, \"values\") VALUES (1, x'00003c00')"))
        for number, (patient, lesion, at) in enumerate(CASES, start=1):
            case = _case(number, patient, lesion) | {"created_at": _stored(at)}
            connection.execute(_insert("cases", case), case)
        review = {"case_id": 1, "assessment": "refer", "note": "n", "reviewer": "dr b", "reviewed_at": _stored(NOON)}
        connection.execute(_insert("reviews", review), review)
    yield engine
    engine.dispose()


def _stored(at: object) -> str:
    return str(at).removesuffix("+00:00") + ".000000"


def _insert(table: str, values: dict[str, object]) -> TextClause:
    names = ", ".join(values)
    return text(f"INSERT INTO {table} ({names}) VALUES ({', '.join(f':{name}' for name in values)})")


def _prediction(make: Make) -> dict[str, object]:
    made = make.prediction(0.7)
    model = {"model_name": "n", "model_version": "1", "architecture": "x", "weights_sha256": "w", "card_sha256": "c"}
    numbers = ("raw_probability", "malignant_probability", "operating_threshold", "no_concern_threshold")
    rest = {"id": 1, "image_id": 1, "band": "refer", "app_version": "0.1.0", "predicted_at": _stored(NOON)}
    return {name: getattr(made, name) for name in numbers} | model | rest


def _case(number: int, patient: int | None, lesion: int | None) -> dict[str, object]:
    words = {"filename": "a.jpg", "notes": f"note {number}", "reader": "dr a", "app_version": "0.1.0"}
    keys = {"id": number, "submission_id": f"s{number}", "patient_id": patient, "lesion_id": lesion}
    return words | keys | {"image_id": 1, "prediction_id": 1}


def test_a_record_of_0002_keeps_its_rows_and_gets_visits(old_engine: Engine) -> None:
    upgrade_to_head(old_engine)
    with UnitOfWork(make_session_factory(old_engine), read_only=True) as work:
        cases = [work.cases.get(number) for number in range(1, len(CASES) + 1)]
    assert [case.notes for case in cases] == [f"note {number}" for number in range(1, len(CASES) + 1)]
    assert [(case.pseudonym, case.lesion_label) for case in cases[3:]] == [("P-001", ""), ("", "L9"), ("", "")]
    assert [review.reviewer for review in cases[0].reviews] == ["dr b"]
    days = [date(2026, 3, 2), date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 2), date(2026, 3, 2), None]
    assert [case.visited_on for case in cases] == days
    visits = [case.visit_id for case in cases]
    assert visits[0] == visits[1]
    assert len(set(visits)) == 5
    assert all(case.first_read is None and case.finals == () for case in cases)


def test_the_old_columns_are_untouched(old_engine: Engine) -> None:
    def rows() -> dict[str, list[tuple[object, ...]]]:
        columns = "id, submission_id, filename, patient_id, lesion_id, notes, reader, image_id, created_at"
        with old_engine.connect() as connection:
            return {
                "cases": [tuple(row) for row in connection.execute(text(f"SELECT {columns} FROM cases ORDER BY id"))],
                "lesions": [
                    tuple(row) for row in connection.execute(text("SELECT id, label, anatom_site FROM lesions"))
                ],
                "predictions": [tuple(row) for row in connection.execute(text("SELECT * FROM predictions"))],
            }

    before = rows()
    upgrade_to_head(old_engine)
    assert rows() == before


def test_an_erased_id_that_the_audit_trail_names_is_given_to_no_other(old_engine: Engine, make: Make) -> None:
    with old_engine.connect().execution_options(**BEGIN_WRITING) as connection, connection.begin():
        line: dict[str, object] = {
            "at": _stored(NOON),
            "who": "dr a",
            "action": "save",
            "entity": "case",
            "entity_id": "9",
            "detail": "{}",
        }
        connection.execute(_insert("audit", line), line)
    upgrade_to_head(old_engine)
    with UnitOfWork(make_session_factory(old_engine)) as work:
        new_id = work.cases.add(
            make.draft(), make.image(), make.prediction(), predicted_at=NOON, created_at=NOON, app_version="1"
        )
    assert new_id == 10
