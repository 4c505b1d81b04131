"""Visits, sides and zones of the body map, history in ISIC's fields, first reads and final assessments."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade():
    _make_visits()
    _extend_lesions_and_cases()
    _file_old_cases()
    _make_reads()


def _make_visits():
    op.create_table(
        "visits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=True),
        sa.Column("lesion_id", sa.Integer(), nullable=True),
        sa.Column("visited_on", sa.Date(), nullable=False),
        sa.CheckConstraint("patient_id IS NOT NULL OR lesion_id IS NOT NULL", name=op.f("ck_visits_of_somebody")),
        sa.ForeignKeyConstraint(["lesion_id"], ["lesions.id"], name=op.f("fk_visits_lesion_id_lesions")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_visits_patient_id_patients")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visits")),
    )
    op.create_index(op.f("ix_visits_patient_id"), "visits", ["patient_id"], unique=False)
    for column, is_it in (("lesion_id", "lesion_id IS NOT NULL"), ("patient_id", "lesion_id IS NULL")):
        op.create_index(
            f"uq_visits_{column}_visited_on",
            "visits",
            [column, "visited_on"],
            unique=True,
            sqlite_where=sa.text(is_it),
            postgresql_where=sa.text(is_it),
        )


def _extend_lesions_and_cases():
    # Columns that may be NULL are added in place: rebuilding a table would copy the history.
    for table in ("lesions", "cases"):
        op.add_column(table, sa.Column("laterality", sa.String(length=64), nullable=True))
        op.add_column(table, sa.Column("body_region", sa.String(length=64), nullable=True))
    visit = sa.ForeignKey("visits.id", name=op.f("fk_cases_visit_id_visits"))
    op.add_column("cases", sa.Column("visit_id", sa.Integer(), visit, nullable=True), inline_references=True)
    op.create_index(op.f("ix_cases_visit_id"), "cases", ["visit_id"], unique=False)
    op.add_column("cases", sa.Column("fitzpatrick_skin_type", sa.String(length=64), nullable=True))
    op.add_column("cases", sa.Column("clin_size_long_diam_mm", sa.Double(), nullable=True))
    for answer in ("personal_hx_mm", "family_hx_mm", "is_change_noticed"):
        op.add_column("cases", sa.Column(answer, sa.Boolean(), nullable=True))


def _file_old_cases():
    """Each day (UTC) on which cases of a lesion, or of a patient without one, were saved becomes a visit."""
    op.execute(
        "INSERT INTO visits (patient_id, lesion_id, visited_on) "
        "SELECT DISTINCT patient_id, lesion_id, date(created_at) FROM cases "
        "WHERE patient_id IS NOT NULL OR lesion_id IS NOT NULL"
    )
    op.execute(
        "UPDATE cases SET visit_id = (SELECT visits.id FROM visits WHERE visits.visited_on = date(cases.created_at) "
        "AND (visits.lesion_id = cases.lesion_id OR (visits.lesion_id IS NULL AND cases.lesion_id IS NULL "
        "AND visits.patient_id = cases.patient_id)))"
    )


def _make_reads():
    op.create_table(
        "first_reads",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.String(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("mode", sa.String(length=64), nullable=False),
        sa.Column("impression", sa.String(length=64), nullable=True),
        sa.Column("confidence", sa.String(length=64), nullable=True),
        sa.Column("diagnosis", sa.String(length=64), nullable=True),
        sa.Column("reader", sa.String(), nullable=False),
        sa.Column("kept_at", sa.DateTime(), nullable=False),
        sa.Column("revealed_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("mode IN ('blind', 'skipped')", name=op.f("ck_first_reads_mode")),
        sa.CheckConstraint("impression IN ('malignant', 'benign', 'unsure')", name=op.f("ck_first_reads_impression")),
        sa.CheckConstraint("confidence IN ('low', 'moderate', 'high')", name=op.f("ck_first_reads_confidence")),
        sa.CheckConstraint("(mode = 'blind') = (impression IS NOT NULL)", name=op.f("ck_first_reads_is_said")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_first_reads_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_first_reads")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_first_reads_submission_id")),
    )
    op.create_index(op.f("ix_first_reads_case_id"), "first_reads", ["case_id"], unique=False)
    op.create_table(
        "final_assessments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.String(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("impression", sa.String(length=64), nullable=False),
        sa.Column("diagnosis", sa.String(length=64), nullable=True),
        sa.Column("decision", sa.String(length=64), nullable=True),
        sa.Column("is_switch", sa.Boolean(), nullable=False),
        sa.Column("reader", sa.String(), nullable=False),
        sa.Column("assessed_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "impression IN ('malignant', 'benign', 'unsure')", name=op.f("ck_final_assessments_impression")
        ),
        sa.CheckConstraint(
            "decision IN ('refer', 'indeterminate', 'no_concern')", name=op.f("ck_final_assessments_decision")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_final_assessments_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_final_assessments")),
    )
    op.create_index(op.f("ix_final_assessments_case_id"), "final_assessments", ["case_id"], unique=False)
    op.create_index(
        op.f("ix_final_assessments_submission_id_assessed_at"),
        "final_assessments",
        ["submission_id", "assessed_at"],
        unique=False,
    )


def downgrade():
    raise NotImplementedError("going back would drop visits, first reads and final assessments; restore a backup")
