"""What the history is narrowed by, in one narrow row per case; on PostgreSQL words are found by their trigrams."""

import sqlalchemy as sa
from alembic import op

from core.errors import StorageFailed

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_INDEXED = ("anatom_site", "band", "model_version", "is_reviewed", "is_confirmed_malignant")
_FILL = """
INSERT INTO case_facts (case_id, created_at, anatom_site, band, model_version, is_reviewed, is_confirmed_malignant,
                        flags, is_overridden)
SELECT cases.id, cases.created_at, cases.anatom_site, predictions.band, predictions.model_version,
       EXISTS (SELECT 1 FROM reviews WHERE reviews.case_id = cases.id),
       (SELECT is_malignant FROM confirmed_diagnoses WHERE confirmed_diagnoses.case_id = cases.id
        ORDER BY recorded_at DESC, confirmed_diagnoses.id DESC LIMIT 1),
       coalesce(case_checks.flags, ''), coalesce(case_checks.override_reason, '') <> ''
FROM cases
JOIN predictions ON predictions.id = cases.prediction_id
LEFT JOIN case_checks ON case_checks.case_id = cases.id
"""
_HAS_TRIGRAMS = "SELECT count(*) FROM pg_extension WHERE extname = 'pg_trgm'"
_MAY_MAKE = "SELECT has_database_privilege(current_database(), 'CREATE')"


def upgrade():
    op.create_table(
        "case_facts",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("anatom_site", sa.String(length=64), nullable=True),
        sa.Column("band", sa.String(length=64), nullable=False),
        sa.Column("model_version", sa.String(), nullable=False),
        sa.Column("is_reviewed", sa.Boolean(), nullable=False),
        sa.Column("is_confirmed_malignant", sa.Boolean(), nullable=True),
        sa.Column("flags", sa.String(), nullable=False),
        sa.Column("is_overridden", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_facts_case_id_cases")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_facts")),
    )
    op.execute(_FILL)
    op.create_index(op.f("ix_case_facts_created_at_case_id"), "case_facts", ["created_at", "case_id"], unique=False)
    for column in _INDEXED:
        key = [column, "created_at", "case_id"]
        op.create_index(op.f(f"ix_case_facts_{'_'.join(key)}"), "case_facts", key, unique=False)
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":  # SQLite reads the words of 100,000 cases in no time
        _provide_trigrams(connection)
        trigrams = {"postgresql_using": "gin", "postgresql_ops": {"words": "gin_trgm_ops"}}
        op.create_index(op.f("ix_case_words_words"), "case_words", ["words"], **trigrams)


def downgrade():
    raise NotImplementedError("restore a backup instead")


def _provide_trigrams(connection):
    if connection.exec_driver_sql(_HAS_TRIGRAMS).scalar_one():
        return
    if not connection.exec_driver_sql(_MAY_MAKE).scalar_one():
        raise StorageFailed(
            "The database was not changed: it needs the extension pg_trgm, which this user may not create.",
            "Have the database's owner run CREATE EXTENSION pg_trgm in it, and start the program again.",
        )
    connection.exec_driver_sql("CREATE EXTENSION pg_trgm")
