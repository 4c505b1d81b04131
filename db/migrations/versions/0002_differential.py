"""The differential beside the malignant probability; NULL for what was scored before and by networks without one."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade():
    # A column that may be NULL is added in place: rebuilding the table would copy the history and lose its checks.
    op.add_column("predictions", sa.Column("differential", sa.JSON(), nullable=True))


def downgrade():
    raise NotImplementedError("going back would drop the stored differentials; restore a backup instead")
