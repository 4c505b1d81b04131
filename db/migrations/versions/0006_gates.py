"""What gates and measures found of a case's picture; cases that were saved before have no such row."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "case_checks",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("is_accepted", sa.Boolean(), nullable=False),
        sa.Column("is_in_scope", sa.Boolean(), nullable=True),
        sa.Column("override_reason", sa.String(), nullable=False),
        sa.Column("flags", sa.String(), nullable=False),
        sa.Column("concerns", sa.String(), nullable=False),
        sa.Column("heat_outside", sa.Double(), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_checks_case_id_cases")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_checks")),
    )


def downgrade():
    raise NotImplementedError("going back would drop what the gates found; restore a backup instead")
