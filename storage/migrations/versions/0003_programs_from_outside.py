"""Programs from outside: external jobs and tokens"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "api_token",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("secret_hash", sa.String(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("topics", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("name", name=op.f("uq_api_token_name")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_api_token_secret_hash")),
    )
    op.create_table(
        "external_outcome",
        sa.Column("job_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("lease", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("worker", sa.String(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("job_id", "lease", name=op.f("pk_external_outcome")),
    )
    op.create_index("ix_external_outcome_at", "external_outcome", ["at"])
    op.drop_index("ix_job_due", "job")
    ours, theirs = sa.text("kind <> 'external'"), sa.text("kind = 'external'")
    op.create_index("ix_job_due", "job", ["state", "due_at", "id"], sqlite_where=ours, postgresql_where=ours)
    op.create_index(
        "ix_job_external", "job", ["handler", "state", "due_at"], sqlite_where=theirs, postgresql_where=theirs
    )


def downgrade() -> None:
    op.drop_index("ix_job_external", "job")
    op.drop_index("ix_job_due", "job")
    op.create_index("ix_job_due", "job", ["state", "due_at", "id"])
    op.drop_table("external_outcome")
    op.drop_table("api_token")
