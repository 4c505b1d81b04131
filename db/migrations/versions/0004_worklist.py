"""The worklist: batches that pause and are read blind or by risk, whose file is whose, sign-off, search, filters."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_RUNNING_FOLDER = "source <> 'upload' AND state = 'running'"


def upgrade():
    _rebuild_batches()
    _add_to_items()
    _create_tables()


def downgrade():
    raise NotImplementedError("going back would drop sign-offs and assignments; restore a backup instead")


def _rebuild_batches():
    # SQLite changes no CHECK in place; the table is given whole, since reflection would lose the others.
    before = sa.Table(
        "batches",
        sa.MetaData(),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("reader", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("state IN ('running', 'finished', 'cancelled')", name=op.f("ck_batches_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batches")),
        sa.Index(op.f("ix_batches_created_at"), "created_at"),
        sa.Index(op.f("ix_batches_source"), "source"),
        sa.Index(
            "uq_batches_source_running",
            "source",
            unique=True,
            sqlite_where=sa.text(_RUNNING_FOLDER),
            postgresql_where=sa.text(_RUNNING_FOLDER),
        ),
    )
    states = "state IN ('running', 'paused', 'finished', 'cancelled')"
    with op.batch_alter_table("batches", copy_from=before) as batches:
        batches.drop_constraint(op.f("ck_batches_state"), type_="check")
        batches.create_check_constraint(op.f("ck_batches_state"), states)
        batches.add_column(sa.Column("mode", sa.String(length=64), server_default="triage", nullable=False))
        batches.create_check_constraint(op.f("ck_batches_mode"), "mode IN ('blind', 'triage')")


def _add_to_items():
    for column in (
        sa.Column("is_deferred", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("pseudonym", sa.String(), server_default=sa.text("''"), nullable=False),
        sa.Column("lesion_label", sa.String(), server_default=sa.text("''"), nullable=False),
        sa.Column("anatom_site", sa.String(length=64), nullable=True),
        sa.Column("age_years", sa.Integer(), nullable=True),
        sa.Column("sex", sa.String(length=64), nullable=True),
        sa.Column("taken_on", sa.Date(), nullable=True),
    ):
        op.add_column("batch_items", column)


def _create_tables():
    op.create_table(
        "case_words",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_words_case_id_cases")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_words")),
    )
    op.create_table(
        "sign_offs",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("signed_by", sa.String(), nullable=False),
        sa.Column("signed_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_sign_offs_case_id_cases")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_sign_offs")),
    )
    op.create_table(
        "saved_filters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("wanted", sa.String(), nullable=False),
        sa.Column("saved_by", sa.String(), nullable=False),
        sa.Column("saved_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_filters")),
        sa.UniqueConstraint("name", name=op.f("uq_saved_filters_name")),
    )
