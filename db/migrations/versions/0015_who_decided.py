"""Who decided on a file of a batch, and when: whoever saves it as a case later may be somebody else.

Of decisions from before nobody knows; they stay with whoever saves them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("batch_items", sa.Column("decided_by", sa.String(), server_default=sa.text("''"), nullable=False))
    op.add_column("batch_items", sa.Column("decided_at", sa.DateTime(), nullable=True))


def downgrade():
    raise NotImplementedError("restore a backup instead")
