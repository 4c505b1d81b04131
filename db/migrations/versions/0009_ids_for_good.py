"""The id of a row that was erased is given to no other: the audit trail still speaks of it."""

import re

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# Each with what the audit trail calls its rows; lesions it does not name, they hang on their patients.
_TABLES = {"patients": "patient", "lesions": "", "cases": "case", "recalls": "recall", "batch_items": "batch item"}
_PLAIN_ID = re.compile(r"\bid INTEGER NOT NULL")


def upgrade():
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":  # PostgreSQL's sequences never go back
        return
    for table, entity in _TABLES.items():
        _rebuild(connection, table)
        _skip_erased(connection, table, entity)


def _rebuild(connection, table):
    """Copy a table into one whose ids only rise; its own SQL is used, since reflection would lose constraints."""
    key = re.compile(rf",\s*CONSTRAINT pk_{table} PRIMARY KEY \(id\)")
    of_table = {"table": table}
    before = connection.execute(sa.text("SELECT sql FROM sqlite_master WHERE name = :table"), of_table).scalar_one()
    indexes = connection.execute(
        sa.text("SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = :table AND sql IS NOT NULL"),
        of_table,
    ).scalars()
    statements = list(indexes)
    after, n_ids = _PLAIN_ID.subn("id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT", before, count=1)
    after, n_keys = key.subn("", after)
    if (n_ids, n_keys) != (1, 1):
        raise ValueError(f"expected a table {table} with the primary key id, got {before}")
    body = after[after.index("(") :]
    connection.exec_driver_sql(f"CREATE TABLE rebuilt_{table} {body}")
    connection.exec_driver_sql(f"INSERT INTO rebuilt_{table} SELECT * FROM {table}")
    connection.exec_driver_sql(f"DROP TABLE {table}")
    connection.exec_driver_sql(f"ALTER TABLE rebuilt_{table} RENAME TO {table}")
    for statement in statements:
        connection.exec_driver_sql(statement)


def _skip_erased(connection, table, entity):
    """Begin behind every id that the table has, or that the audit trail names of it."""
    named = "SELECT max(CAST(entity_id AS INTEGER)) FROM audit WHERE entity = :entity"
    last = sa.text(f"SELECT max(coalesce((SELECT max(id) FROM {table}), 0), coalesce(({named}), 0))")
    values = {"table": table, "last": connection.execute(last, {"entity": entity}).scalar_one()}
    connection.execute(sa.text("DELETE FROM sqlite_sequence WHERE name = :table"), values)
    connection.execute(sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES (:table, :last)"), values)


def downgrade():
    raise NotImplementedError("restore a backup instead")
