"""Pictures of the Analyse page that a gate held back, for the rates; nothing of a patient is in it."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "refusals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("refused_at", sa.DateTime(), nullable=False),
        sa.Column("model_name", sa.String(), nullable=False),
        sa.Column("model_version", sa.String(), nullable=False),
        sa.Column("weights_sha256", sa.String(), nullable=False),
        sa.Column("gate", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("reader", sa.String(), nullable=False),
        sa.Column("day_mark", sa.String(), nullable=True),
        sa.CheckConstraint("gate IN ('quality', 'scope')", name=op.f("ck_refusals_gate")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refusals")),
        sa.UniqueConstraint("day_mark", name=op.f("uq_refusals_day_mark")),
    )
    op.create_index(op.f("ix_refusals_refused_at"), "refusals", ["refused_at"], unique=False)


def downgrade():
    raise NotImplementedError("restore a backup instead")
