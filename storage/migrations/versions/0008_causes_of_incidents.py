"""Incidents by cause, and who was told of it"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("incident", sa.Column("signature", sa.String(), server_default="", nullable=False))
    op.add_column("incident", sa.Column("told_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE incident SET signature = element_id || ':' || code, told_at = created_at")
    op.create_index("ix_incident_signature", "incident", ["state", "signature"])


def downgrade() -> None:
    op.drop_index("ix_incident_signature", "incident")
    op.drop_column("incident", "told_at")
    op.drop_column("incident", "signature")
