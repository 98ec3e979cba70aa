"""The index of words"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    word = sa.String().with_variant(sa.String(collation="C"), "postgresql")
    op.create_table(
        "search_word",
        sa.Column("word", word, nullable=False),
        sa.Column("instance_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["instance_id"], ["instance.id"], name=op.f("fk_search_word_instance_id")),
        sa.PrimaryKeyConstraint("word", "instance_id", name=op.f("pk_search_word")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_search_word_instance_id"), "search_word", ["instance_id"])
    op.create_table(
        "search_state",
        sa.Column("instance_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["instance_id"], ["instance.id"], name=op.f("fk_search_state_instance_id")),
        sa.PrimaryKeyConstraint("instance_id", name=op.f("pk_search_state")),
    )
    op.create_table(
        "search_mark",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_search_mark")),
    )
    op.create_index("ix_comment_created", "comment", ["created_at", "id"])


def downgrade() -> None:
    op.drop_index("ix_comment_created", "comment")
    op.drop_table("search_mark")
    op.drop_table("search_state")
    op.drop_table("search_word")
