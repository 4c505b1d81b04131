"""What the gates measured of a batch's file, from its score until it is saved as a case."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("batch_items", sa.Column("checks", sa.JSON(none_as_null=True), nullable=True))
    _take_over()


def downgrade():
    raise NotImplementedError("restore a backup instead")


def _take_over():
    """Until now the audit trail held what was measured of a file that was scored against the gates."""
    connection = op.get_bind()
    audit = sa.table("audit", *(sa.column(name) for name in ("id", "action", "entity", "entity_id", "detail")))
    items = sa.table("batch_items", sa.column("id"), sa.column("checks", sa.JSON(none_as_null=True)))
    is_override = (audit.c.action == "override") & (audit.c.entity == "batch item")
    lines = connection.execute(sa.select(audit.c.entity_id, audit.c.detail).where(is_override).order_by(audit.c.id))
    for item_id, detail in lines.all():
        checks = json.loads(detail).get("checks")
        connection.execute(items.update().where(items.c.id == int(item_id)).values(checks=checks))
