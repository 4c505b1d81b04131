"""Recalls of lesions, and signed reports with the PDF that was signed."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "recalls",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lesion_id", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.Column("set_at", sa.DateTime(), nullable=False),
        sa.Column("done_by", sa.String(), nullable=False),
        sa.Column("done_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["lesion_id"], ["lesions.id"], name=op.f("fk_recalls_lesion_id_lesions")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recalls")),
    )
    op.create_index(op.f("ix_recalls_lesion_id"), "recalls", ["lesion_id"], unique=False)
    op.create_index(op.f("ix_recalls_done_at_due_on"), "recalls", ["done_at", "due_on"], unique=False)
    op.create_table(
        "signed_reports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("content_sha256", sa.String(), nullable=False),
        sa.Column("heatmap_method", sa.String(length=64), nullable=True),
        sa.Column("signed_by", sa.String(), nullable=False),
        sa.Column("signed_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("signed_by <> ''", name=op.f("ck_signed_reports_signed_by")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_signed_reports_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signed_reports")),
        sa.UniqueConstraint("case_id", "revision", name=op.f("uq_signed_reports_case_id_revision")),
    )
    op.create_table(
        "signed_report_files",
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"], ["signed_reports.id"], name=op.f("fk_signed_report_files_report_id_signed_reports")
        ),
        sa.PrimaryKeyConstraint("report_id", name=op.f("pk_signed_report_files")),
    )


def downgrade():
    raise NotImplementedError("going back would drop recalls and signed reports; restore a backup instead")
