"""The network that a batch was begun with: all of its files are scored by that one."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade():
    # "" in a folder's batch, which new files join for years, and in one from before this revision.
    for name in ("model_name", "weights_sha256"):
        op.add_column("batches", sa.Column(name, sa.String(), server_default=sa.text("''"), nullable=False))


def downgrade():
    raise NotImplementedError("restore a backup instead")
