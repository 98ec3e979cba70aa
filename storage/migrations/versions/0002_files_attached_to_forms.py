"""Files attached to forms"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "upload",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("file_hash", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("instance_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["created_by_id"], ["user.id"], name=op.f("fk_upload_created_by_id")),
        sa.ForeignKeyConstraint(["file_hash"], ["file.hash"], name=op.f("fk_upload_file_hash")),
        sa.ForeignKeyConstraint(["instance_id"], ["instance.id"], name=op.f("fk_upload_instance_id")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_upload")),
    )
    op.create_index(op.f("ix_upload_instance_id"), "upload", ["instance_id"])


def downgrade() -> None:
    op.drop_table("upload")
