"""Numbers without doubles and without gaps.

The number is taken inside the caller's unit of work: a rolled-back unit gives it back, and two units take
their numbers one after the other (row lock on PostgreSQL, the single writer on SQLite).
"""

from sqlalchemy import bindparam, literal_column
from sqlalchemy.dialects import postgresql, sqlite

from storage.models import NumberSequence
from storage.statements import table_of
from storage.unit_of_work import UnitOfWork


def next_number(uow: UnitOfWork, scope: str) -> int:
    """Return the next number of *scope*, starting with 1; it is kept only if the unit commits."""
    dialect = sqlite if uow.connection.dialect.name == "sqlite" else postgresql
    table = table_of(NumberSequence)
    statement = (
        dialect.insert(table)
        .values(scope=bindparam("scope"), last=1)
        .on_conflict_do_update(index_elements=["scope"], set_={"last": table.c.last + 1})
        .returning(literal_column("last"))
    )
    return uow.connection.execute(statement, {"scope": scope}).scalar_one()
