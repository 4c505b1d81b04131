"""What was measured of a file that was scored against the gates moves from the audit trail to the file."""

import json
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import text

from db import engine as engine_module
from db.checks import to_details
from db.engine import make_engine, make_session_factory, upgrade_to_head
from db.transactions import BEGIN_WRITING
from db.unit_of_work import UnitOfWork
from tests.db.repositories.test_checks import CHECKS

BATCH = (
    "INSERT INTO batches (id, name, source, state, created_at, reader, mode, model_name, weights_sha256)"
    " VALUES (1, 'm', 'upload', 'finished', '2026-01-05 12:00:00.000000', 'dr a', 'blind', '', '')"
)
ITEM = (
    "INSERT INTO batch_items (id, batch_id, position, filename, state, reason, staged, note)"
    " VALUES (:id, 1, :id, 'a.jpg', 'scored', '', '', '')"
)
LINE = (
    "INSERT INTO audit (at, who, action, entity, entity_id, detail)"
    " VALUES ('2026-01-05 12:00:00.000000', 'dr a', :action, 'batch item', :item, :detail)"
)


def test_checks_move_to_their_files(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'old.db'}")
    config = Config()
    config.set_main_option("script_location", str(Path(engine_module.__file__).parent / "migrations"))
    with engine.connect().execution_options(**BEGIN_WRITING) as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "0009")
        connection.execute(text(BATCH))
        connection.execute(text(ITEM), [{"id": number} for number in (1, 2, 3)])
        override = {"action": "override", "detail": json.dumps({"checks": to_details(CHECKS)})}
        erased = {"action": "override", "detail": "{}"}
        other = {"action": "review", "detail": override["detail"]}
        lines = [said | {"item": str(item)} for item, said in enumerate((override, erased, other), start=1)]
        connection.execute(text(LINE), lines)
    upgrade_to_head(engine)
    with UnitOfWork(make_session_factory(engine)) as work:
        assert work.batches.checks_of([1, 2, 3]) == {1: CHECKS}
    engine.dispose()
