"""Work about versions: migration, replay, approval, planned activation"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "version_run",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("from_definition_id", sa.BigInteger(), nullable=True),
        sa.Column("to_definition_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["from_definition_id"], ["definition.id"], name=op.f("fk_version_run_from_definition_id")
        ),
        sa.ForeignKeyConstraint(
            ["to_definition_id"], ["definition.id"], name=op.f("fk_version_run_to_definition_id")
        ),
        sa.ForeignKeyConstraint(["created_by_id"], ["user.id"], name=op.f("fk_version_run_created_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_version_run")),
    )
    op.create_index("ix_version_run_key", "version_run", ["key", "kind", "created_at"])
    op.create_table(
        "version_run_item",
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("instance_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("blob", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["version_run.id"], name=op.f("fk_version_run_item_run_id")),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["instance.id"], name=op.f("fk_version_run_item_instance_id")
        ),
        sa.PrimaryKeyConstraint("run_id", "instance_id", name=op.f("pk_version_run_item")),
    )
    op.create_index("ix_version_run_item_state", "version_run_item", ["run_id", "state"])
    op.create_index(op.f("ix_version_run_item_instance_id"), "version_run_item", ["instance_id"])
    with op.batch_alter_table("definition") as table:
        table.add_column(sa.Column("tag", sa.String(), nullable=False, server_default=""))
        table.add_column(sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("approved_by_id", sa.BigInteger(), nullable=True))
        table.add_column(sa.Column("activate_at", sa.DateTime(timezone=True), nullable=True))
        table.create_foreign_key(op.f("fk_definition_approved_by_id"), "user", ["approved_by_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("definition") as table:
        table.drop_constraint(op.f("fk_definition_approved_by_id"), type_="foreignkey")
        for name in ("activate_at", "approved_by_id", "approved_at", "tag"):
            table.drop_column(name)
    op.drop_table("version_run_item")
    op.drop_table("version_run")
