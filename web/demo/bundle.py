"""Where the process of the example lies: in the checkout, or beside the installed packages."""

from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "processes" / "equipment_sale"


def equipment_sale() -> dict[str, bytes]:
    """Return the files of the sale of equipment by their path."""
    return {
        path.relative_to(FOLDER).as_posix(): path.read_bytes()
        for path in sorted(FOLDER.rglob("*"))
        if path.is_file() and not path.name.startswith((".", "__"))
    }
