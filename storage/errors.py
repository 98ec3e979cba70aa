"""What storage refuses."""


class VersionConflict(Exception):
    """Somebody else wrote the row meanwhile; nothing was saved."""

    def __init__(self, table: str, row_id: int) -> None:
        super().__init__(f"{table} {row_id} was written by somebody else meanwhile")
        self.table, self.row_id = table, row_id
