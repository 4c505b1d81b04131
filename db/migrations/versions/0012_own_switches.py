"""A switch is from its reader's own first read; until now one from another reader's was kept as such, too."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_CLEAR = """
UPDATE final_assessments SET is_switch = false
WHERE is_switch AND NOT EXISTS (
    SELECT 1 FROM first_reads
    WHERE first_reads.submission_id = final_assessments.submission_id AND first_reads.reader = final_assessments.reader
)
"""


def upgrade():
    op.execute(_CLEAR)


def downgrade():
    raise NotImplementedError("restore a backup instead")
