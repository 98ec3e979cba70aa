"""What storage refuses."""


class VersionConflict(Exception):
    """Somebody else wrote the row meanwhile; nothing was saved."""

    def __init__(self, table: str, row_id: int) -> None:
        super().__init__(f"{table} {row_id} was written by somebody else meanwhile")
        self.table, self.row_id = table, row_id


class DatabaseUnavailable(Exception):
    """The database cannot work now: nothing of the unit was saved, or its commit was not confirmed.

    `reason`: "gone" (it does not answer), "full" (its disk is), "busy" (locks, too many connections), "broken"
    (its files cannot be read or written).  Trying again later needs nobody's hand.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(f"the database is {reason}: {message}")
        self.reason, self.message = reason, message


class Duplicate(Exception):
    """Somebody else has just stored what may be stored once; nothing of the unit was saved."""
