"""Comments of colleagues and messages of clients: one kind of row, one rule."""

from datetime import datetime

from bpmn.actors import Actor
from bpmn.errors import InvalidForm
from storage.ids import new_id
from storage.models import Comment
from storage.unit_of_work import UnitOfWork

MAX_CHARACTERS = 10_000


def add_comment(
    uow: UnitOfWork, instance_id: int, body: str, *, public: bool, by: Actor, now: datetime
) -> int:
    """Write a comment and return its id; the client sees a public one.

    Raises:
        InvalidForm: it is empty or too long.
    """
    text = body.strip()
    if not text or len(text) > MAX_CHARACTERS:
        raise InvalidForm({"body": "comment.empty" if not text else "comment.too_long"})
    comment_id = new_id()
    uow.session.add(
        Comment(
            id=comment_id,
            instance_id=instance_id,
            author_id=by.id,
            author_name=by.name,
            body=text,
            public=public,
            created_at=now,
        )
    )
    return comment_id
