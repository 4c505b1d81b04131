"""Which calibration a practice's threshold was set on: the same number means another risk once that is another one.

Of thresholds from before nobody knows; they stay in force.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("threshold_changes", sa.Column("temperature", sa.Double(), nullable=True))


def downgrade():
    raise NotImplementedError("restore a backup instead")
