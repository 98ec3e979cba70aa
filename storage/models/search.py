"""The index of words by which requests are found: ordinary rows, the same on every database."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base

# The order of code points, so that a range of words is a prefix on every database.
Word = String().with_variant(String(collation="C"), "postgresql")


class SearchWord(Base):
    """A word (its stem) that stands in a request: number, subject, people around it, comments."""

    __tablename__ = "search_word"
    __table_args__ = ({"sqlite_with_rowid": False},)

    word: Mapped[str] = mapped_column(Word, primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("instance.id"), primary_key=True, index=True)


class SearchState(Base):
    """What of a request is in the index, as a digest: the unchanged is not written again."""

    __tablename__ = "search_state"

    instance_id: Mapped[int] = mapped_column(ForeignKey("instance.id"), primary_key=True, autoincrement=False)
    digest: Mapped[str]


class SearchMark(Base):
    """Until when the index has read: one row per kind of source."""

    __tablename__ = "search_mark"

    source: Mapped[str] = mapped_column(primary_key=True)  # instance | comment
    at: Mapped[datetime]
