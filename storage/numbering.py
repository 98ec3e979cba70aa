"""Numbers without doubles and without gaps.

The number is taken inside the caller's unit of work: a rolled-back unit gives it back, and two units take
their numbers one after the other (row lock on PostgreSQL, the single writer on SQLite).
"""

from sqlalchemy import BigInteger, text

from storage.statements import Statement
from storage.unit_of_work import UnitOfWork

_NEXT = Statement(
    text(
        "INSERT INTO number_sequence (scope, last) VALUES (:scope, 1) "
        "ON CONFLICT (scope) DO UPDATE SET last = number_sequence.last + 1 RETURNING last"
    ).columns(last=BigInteger)
)


def next_number(uow: UnitOfWork, scope: str) -> int:
    """Return the next number of *scope*, starting with 1; it is kept only if the unit commits."""
    return _NEXT.rows(uow.connection, {"scope": scope})[0][0]
