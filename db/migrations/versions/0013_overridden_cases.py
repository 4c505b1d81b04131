"""Cases that were scored against a gate are found by an index: few of a million, and counted without one."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade():
    key = ["is_overridden", "created_at", "case_id"]
    op.create_index(op.f(f"ix_case_facts_{'_'.join(key)}"), "case_facts", key, unique=False)


def downgrade():
    raise NotImplementedError("restore a backup instead")
