"""Names of files in answers: every browser gets one that it can read, whatever its letters (RFC 6266, RFC 8187)."""

import unicodedata
from typing import Literal
from urllib.parse import quote

from flask import Response


def name_file(response: Response, how: Literal["inline", "attachment"], name: str) -> None:
    """Set Content-Disposition; a name beyond ASCII also goes as `filename*`, which browsers prefer."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().strip()
    plain = "".join(letter for letter in plain if letter.isprintable() and letter not in '"\\')
    if plain.startswith(".") or not plain:
        plain = f"file{plain}"
    value = f'{how}; filename="{plain}"'
    if plain != name:
        value += f"; filename*=UTF-8''{quote(name, safe='')}"
    response.headers["Content-Disposition"] = value
