import re
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, event, insert, select, text
from sqlalchemy.exc import IntegrityError

from core.errors import StorageFailed
from db.engine import make_engine, upgrade_to_head
from db.tables import LesionRow, PatientRow, Table
from db.transactions import BEGIN_WRITING
from tests.db.conftest import on_sqlite

_BETWEEN_PARTS = re.compile(r",(?![^()]*\))")  # commas that are not inside brackets
_UNNAMED_KEY = re.compile(r"(\w+) (INTEGER) REFERENCES (\w+)")  # alembic gives the key of an added column no name
_INLINE_KEY = re.compile(r"(\w+) (\w+) CONSTRAINT (\w+) REFERENCES")  # of a column that was added with its foreign key


def structure(engine: Engine) -> dict[str, set[str]]:
    """Each table's and index's SQL as a set of parts: alembic and the metadata order constraints differently, and
    SQLite puts an added column behind the last one, on the same line, with its foreign key inside, and puts the name of
    a rebuilt table into quotes."""
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
        return {
            name: {part.strip() for part in _BETWEEN_PARTS.split(_key_apart(name, sql.removesuffix(")")))}
            for name, sql in ((name, sql.replace('"', "")) for name, sql in rows)
            if name != "alembic_version"
        }


def _key_apart(table: str, sql: str) -> str:
    sql = _UNNAMED_KEY.sub(rf"\1 \2 CONSTRAINT fk_{table}_\1_\3 REFERENCES \3", sql)
    return _INLINE_KEY.sub(r"\1 \2, CONSTRAINT \3 FOREIGN KEY(\1) REFERENCES", sql)


def pragma(connection: Connection, name: str) -> object:
    return connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()


@pytest.fixture
def other_engine(tmp_path: Path) -> Iterator[Engine]:
    engine = make_engine(f"sqlite:///{tmp_path / 'other.db'}")
    yield engine
    engine.dispose()


def test_sqlite_is_set_up_for_several_sessions(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'fresh.db'}", busy_timeout_ms=50)
    with engine.connect() as connection:
        assert pragma(connection, "foreign_keys") == 1
        assert pragma(connection, "journal_mode") == "wal"
        assert pragma(connection, "busy_timeout") == 50
        assert pragma(connection, "synchronous") == 2
    engine.dispose()


def test_those_who_open_a_new_database_at_once_wait_for_each_other(tmp_path: Path) -> None:
    """Each round has a small chance that both are at the switch of the journal."""

    def open_new(number: int, start: Barrier) -> str:
        engine = make_engine(f"sqlite:///{tmp_path / f'{number}.db'}")
        start.wait()
        with engine.connect() as connection:
            found = str(pragma(connection, "journal_mode"))
        engine.dispose()
        return found

    with ThreadPoolExecutor(2) as threads:
        for number in range(50):
            start = Barrier(2)
            assert [*threads.map(open_new, [number] * 2, [start] * 2)] == ["wal", "wal"]


def test_the_folder_of_the_database_is_made(tmp_path: Path) -> None:
    make_engine(f"sqlite:///{tmp_path / 'not' / 'yet' / 'record.db'}").dispose()
    assert (tmp_path / "not" / "yet").is_dir()


def test_migrated_tables_are_those_of_the_code(engine: Engine) -> None:
    def is_of_this_database(_item: object, name: str | None, *_others: object) -> bool:
        """Alembic does not know that an index may be one kind of database's own."""
        return name != "ix_case_words_words" or engine.dialect.name == "postgresql"

    options = {"compare_type": True, "compare_server_default": True, "include_object": is_of_this_database}
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, Table.metadata) == []


@on_sqlite
def test_migrated_constraints_are_those_of_the_code(engine: Engine, other_engine: Engine) -> None:
    """Alembic compares no CHECK constraints, so the SQL itself is compared."""
    Table.metadata.create_all(other_engine)
    assert structure(engine) == structure(other_engine)


def test_upgrading_again_keeps_the_rows_and_waits_for_no_writer(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(insert(PatientRow).values(pseudonym="P-001"))
    with engine.connect().execution_options(**BEGIN_WRITING) as writer, writer.begin():
        upgrade_to_head(engine)
    with engine.connect() as connection:
        assert connection.scalars(select(PatientRow.pseudonym)).all() == ["P-001"]


def test_foreign_keys_are_on_after_upgrading(engine: Engine) -> None:
    with pytest.raises(IntegrityError, match=r"(?i)foreign key"), engine.begin() as connection:
        connection.execute(insert(LesionRow).values(patient_id=77, label="x"))


def test_foreign_keys_are_off_while_tables_change(other_engine: Engine) -> None:
    """On, rebuilding a table would delete the rows that point to it."""
    seen: dict[str, set[int]] = {}

    def look(_: Connection, cursor: sqlite3.Cursor, statement: str, *_others: object) -> None:
        [is_on] = cursor.connection.execute("PRAGMA foreign_keys").fetchone()
        seen.setdefault(statement.split()[0], set()).add(is_on)

    event.listen(other_engine, "before_cursor_execute", look)
    upgrade_to_head(other_engine)
    assert seen["CREATE"] == {0}


def test_a_dangling_row_stops_the_upgrade_and_undoes_it(other_engine: Engine) -> None:
    with other_engine.connect() as connection:
        connection.connection.cursor().execute("PRAGMA foreign_keys = OFF")
        connection.exec_driver_sql("CREATE TABLE parent (id INTEGER PRIMARY KEY)")
        connection.exec_driver_sql("CREATE TABLE child (parent_id INTEGER REFERENCES parent (id))")
        connection.exec_driver_sql("INSERT INTO child VALUES (5)")
        connection.commit()
    with pytest.raises(StorageFailed, match=r"1 rows of .*child"):
        upgrade_to_head(other_engine)
    assert set(structure(other_engine)) == {"parent", "child"}


def test_a_database_of_a_newer_version_is_left_alone(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StorageFailed, match=r"newer version .*9999"):
        upgrade_to_head(engine)


def test_upgrade_says_nothing(
    other_engine: Engine, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    upgrade_to_head(other_engine)
    assert capsys.readouterr() == ("", "")
    assert [entry for entry in caplog.records if entry.levelname != "INFO"] == []


def test_two_writers_do_not_begin_at_once_but_a_reader_goes_on(engine: Engine) -> None:
    with engine.connect().execution_options(**BEGIN_WRITING) as writer, engine.connect() as reader:
        writer.execute(insert(PatientRow).values(pseudonym="P-001"))
        assert reader.scalars(select(PatientRow.id)).all() == []
        with (
            engine.connect().execution_options(**BEGIN_WRITING) as second,
            pytest.raises(StorageFailed, match="another program"),
        ):
            second.execute(select(PatientRow.id))


@on_sqlite
def test_lower_knows_letters_beyond_ascii(engine: Engine) -> None:
    with engine.connect() as connection:
        assert connection.execute(text("SELECT lower('ÄRZTIN'), lower(NULL), lower(7)")).one() == ("ärztin", None, 7)


def test_a_database_of_another_kind_is_refused() -> None:
    with pytest.raises(StorageFailed, match="mysql") as caught:
        make_engine("mysql://somebody@somewhere/record")
    assert "postgresql+psycopg://" in caught.value.next_step
