"""The first tables: patients, lesions, images, predictions, cases, what follows them, batches, settings, audit."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("entity", sa.String(), nullable=False),
        sa.Column("entity_id", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_entity_entity_id"), "audit", ["entity", "entity_id"], unique=False)
    op.create_table(
        "batches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("reader", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("state IN ('running', 'finished', 'cancelled')", name=op.f("ck_batches_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batches")),
    )
    op.create_index(op.f("ix_batches_created_at"), "batches", ["created_at"], unique=False)
    op.create_index(op.f("ix_batches_source"), "batches", ["source"], unique=False)
    op.create_index(
        "uq_batches_source_running",
        "batches",
        ["source"],
        unique=True,
        sqlite_where=sa.text("source <> 'upload' AND state = 'running'"),
        postgresql_where=sa.text("source <> 'upload' AND state = 'running'"),
    )
    op.create_table(
        "images",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("upload_sha256", sa.String(), nullable=False),
        sa.Column("blob_sha256", sa.String(), nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("orientation", sa.Integer(), nullable=False),
        sa.Column("width_px", sa.Integer(), nullable=False),
        sa.Column("height_px", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("orientation BETWEEN 1 AND 8", name=op.f("ck_images_orientation")),
        sa.CheckConstraint("width_px > 0 AND height_px > 0", name=op.f("ck_images_size")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_images")),
        sa.UniqueConstraint("upload_sha256", name=op.f("uq_images_upload_sha256")),
    )
    op.create_table(
        "patients",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pseudonym", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patients")),
        sa.UniqueConstraint("pseudonym", name=op.f("uq_patients_pseudonym")),
    )
    op.create_table(
        "setting_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_setting_changes")),
    )
    op.create_index(op.f("ix_setting_changes_key"), "setting_changes", ["key"], unique=False)
    op.create_table(
        "lesions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=True),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("anatom_site", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_lesions_patient_id_patients")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lesions")),
        sa.UniqueConstraint("patient_id", "label", name=op.f("uq_lesions_patient_id_label")),
    )
    op.create_table(
        "predictions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("image_id", sa.Integer(), nullable=False),
        sa.Column("model_name", sa.String(), nullable=False),
        sa.Column("model_version", sa.String(), nullable=False),
        sa.Column("weights_sha256", sa.String(), nullable=False),
        sa.Column("card_sha256", sa.String(), nullable=False),
        sa.Column("architecture", sa.String(), nullable=False),
        sa.Column("raw_probability", sa.Double(), nullable=False),
        sa.Column("malignant_probability", sa.Double(), nullable=False),
        sa.Column("band", sa.String(length=64), nullable=False),
        sa.Column("operating_threshold", sa.Double(), nullable=False),
        sa.Column("no_concern_threshold", sa.Double(), nullable=False),
        sa.Column("app_version", sa.String(), nullable=False),
        sa.Column("predicted_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("band IN ('refer', 'indeterminate', 'no_concern')", name=op.f("ck_predictions_band")),
        sa.CheckConstraint("malignant_probability BETWEEN 0 AND 1", name=op.f("ck_predictions_malignant_probability")),
        sa.CheckConstraint("no_concern_threshold BETWEEN 0 AND 1", name=op.f("ck_predictions_no_concern_threshold")),
        sa.CheckConstraint("operating_threshold BETWEEN 0 AND 1", name=op.f("ck_predictions_operating_threshold")),
        sa.CheckConstraint("raw_probability BETWEEN 0 AND 1", name=op.f("ck_predictions_raw_probability")),
        sa.ForeignKeyConstraint(["image_id"], ["images.id"], name=op.f("fk_predictions_image_id_images")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_predictions")),
        sa.UniqueConstraint(
            "image_id", "weights_sha256", "card_sha256", name=op.f("uq_predictions_image_id_weights_sha256_card_sha256")
        ),
    )
    op.create_index(op.f("ix_predictions_band"), "predictions", ["band"], unique=False)
    op.create_index(
        op.f("ix_predictions_malignant_probability"), "predictions", ["malignant_probability"], unique=False
    )
    op.create_index(op.f("ix_predictions_model_version"), "predictions", ["model_version"], unique=False)
    op.create_table(
        "cases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.String(), nullable=False),
        sa.Column("filename", sa.String(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=True),
        sa.Column("lesion_id", sa.Integer(), nullable=True),
        sa.Column("anatom_site", sa.String(length=64), nullable=True),
        sa.Column("age_years", sa.Integer(), nullable=True),
        sa.Column("sex", sa.String(length=64), nullable=True),
        sa.Column("notes", sa.String(), nullable=False),
        sa.Column("reader", sa.String(), nullable=False),
        sa.Column("image_id", sa.Integer(), nullable=False),
        sa.Column("prediction_id", sa.Integer(), nullable=False),
        sa.Column("app_version", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("age_years BETWEEN 0 AND 85", name=op.f("ck_cases_age_years")),
        sa.ForeignKeyConstraint(["image_id"], ["images.id"], name=op.f("fk_cases_image_id_images")),
        sa.ForeignKeyConstraint(["lesion_id"], ["lesions.id"], name=op.f("fk_cases_lesion_id_lesions")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_cases_patient_id_patients")),
        sa.ForeignKeyConstraint(["prediction_id"], ["predictions.id"], name=op.f("fk_cases_prediction_id_predictions")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_cases_submission_id")),
    )
    op.create_index(op.f("ix_cases_anatom_site_created_at"), "cases", ["anatom_site", "created_at"], unique=False)
    op.create_index(op.f("ix_cases_created_at"), "cases", ["created_at"], unique=False)
    op.create_index(op.f("ix_cases_image_id"), "cases", ["image_id"], unique=False)
    op.create_index(op.f("ix_cases_lesion_id"), "cases", ["lesion_id"], unique=False)
    op.create_index(op.f("ix_cases_patient_id"), "cases", ["patient_id"], unique=False)
    op.create_index(op.f("ix_cases_prediction_id"), "cases", ["prediction_id"], unique=False)
    op.create_table(
        "embeddings",
        sa.Column("prediction_id", sa.Integer(), nullable=False),
        sa.Column("values", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["prediction_id"], ["predictions.id"], name=op.f("fk_embeddings_prediction_id_predictions")
        ),
        sa.PrimaryKeyConstraint("prediction_id", name=op.f("pk_embeddings")),
    )
    op.create_table(
        "batch_items",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("filename", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("upload_sha256", sa.String(), nullable=True),
        sa.Column("staged", sa.String(), nullable=False),
        sa.Column("image_id", sa.Integer(), nullable=True),
        sa.Column("prediction_id", sa.Integer(), nullable=True),
        sa.Column("assessment", sa.String(length=64), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "assessment IN ('refer', 'indeterminate', 'no_concern')", name=op.f("ck_batch_items_assessment")
        ),
        sa.CheckConstraint("state IN ('waiting', 'scored', 'rejected', 'saved')", name=op.f("ck_batch_items_state")),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name=op.f("fk_batch_items_batch_id_batches")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_batch_items_case_id_cases")),
        sa.ForeignKeyConstraint(["image_id"], ["images.id"], name=op.f("fk_batch_items_image_id_images")),
        sa.ForeignKeyConstraint(
            ["prediction_id"], ["predictions.id"], name=op.f("fk_batch_items_prediction_id_predictions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch_items")),
        sa.UniqueConstraint("batch_id", "position", name=op.f("uq_batch_items_batch_id_position")),
    )
    op.create_index(op.f("ix_batch_items_batch_id_state"), "batch_items", ["batch_id", "state"], unique=False)
    op.create_index(op.f("ix_batch_items_case_id"), "batch_items", ["case_id"], unique=False)
    op.create_table(
        "confirmed_diagnoses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("diagnosis", sa.String(length=64), nullable=False),
        sa.Column("is_malignant", sa.Boolean(), nullable=False),
        sa.Column("confirm_type", sa.String(length=64), nullable=False),
        sa.Column("confirmed_on", sa.Date(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_confirmed_diagnoses_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_confirmed_diagnoses")),
    )
    op.create_index(
        op.f("ix_confirmed_diagnoses_case_id_recorded_at"),
        "confirmed_diagnoses",
        ["case_id", "recorded_at"],
        unique=False,
    )
    op.create_table(
        "reviews",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("assessment", sa.String(length=64), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("reviewer", sa.String(), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "assessment IN ('refer', 'indeterminate', 'no_concern')", name=op.f("ck_reviews_assessment")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_reviews_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviews")),
    )
    op.create_index(op.f("ix_reviews_case_id_reviewed_at"), "reviews", ["case_id", "reviewed_at"], unique=False)


def downgrade():
    raise NotImplementedError("going back would drop the whole record; restore a backup instead")
