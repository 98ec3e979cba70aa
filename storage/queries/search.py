"""The condition «this request holds these words», for every list that can be searched."""

from sqlalchemy import BindParameter, ColumnElement, String, false, literal, or_, select

from storage.models import Instance, SearchWord
from storage.words import asked

_END = "\U0010ffff"


def holding(text: str) -> list[ColumnElement[bool]]:
    """Return one condition on Instance per word of *text*; every one is answered by the index.

    An empty text asks for nothing in particular; one that has signs but no word is met by no request.
    """
    words = asked(text)
    if text.strip() and not words:
        return [false()]
    return [
        Instance.id.in_(
            select(SearchWord.instance_id).where(
                or_(
                    SearchWord.word == _text(word.stem),
                    SearchWord.word.between(_text(word.typed), _text(word.typed + _END)),
                )
            )
        )
        for word in words
    ]


def _text(value: str) -> BindParameter[str]:
    """A plain text: the collation is the column's."""
    return literal(value, String())
