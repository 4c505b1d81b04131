"""Statistics of pictures, for drift; changes of a network's referral threshold, with their reason."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "image_statistics",
        sa.Column("image_id", sa.Integer(), nullable=False),
        sa.Column("brightness", sa.Double(), nullable=False),
        sa.Column("contrast", sa.Double(), nullable=False),
        sa.Column("saturation", sa.Double(), nullable=False),
        sa.Column("redness", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["image_id"], ["images.id"], name=op.f("fk_image_statistics_image_id_images")),
        sa.PrimaryKeyConstraint("image_id", name=op.f("pk_image_statistics")),
    )
    op.create_table(
        "threshold_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("model_name", sa.String(), nullable=False),
        sa.Column("weights_sha256", sa.String(), nullable=False),
        sa.Column("refer_threshold", sa.Double(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("refer_threshold BETWEEN 0 AND 1", name=op.f("ck_threshold_changes_refer_threshold")),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_threshold_changes_reason")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_threshold_changes")),
    )
    op.create_index(op.f("ix_threshold_changes_weights_sha256"), "threshold_changes", ["weights_sha256"], unique=False)


def downgrade():
    raise NotImplementedError("restore a backup instead")
