"""Text on pictures: how wide it is, where it breaks, and how it is written as SVG.

Widths are estimated from classes of letters of a common sans-serif font; a
line is never wider than asked, except where a single letter is.
"""

from functools import lru_cache
from xml.sax.saxutils import escape

SIZE = 12.0
LINE = 14.0
_NARROW = frozenset("ijltfrI.,:;'|!()[]/ \u00a0-")
_WIDE = frozenset("mwMWШЩЮЖФЫжмшщюфыДд@%—")
_MAX_TEXT = 600


def width_of(text: str, size: float = SIZE) -> float:
    """Return the estimated width of a line in pixels."""
    total = 0.0
    for symbol in text:
        if symbol in _NARROW:
            total += 0.32
        elif symbol in _WIDE:
            total += 0.82
        elif symbol.isupper() or ord(symbol) > 0x2E80:
            total += 0.70
        else:
            total += 0.555
    return total * size


@lru_cache(maxsize=2048)
def wrap(text: str, width: float, limit: int = 8, size: float = SIZE) -> tuple[str, ...]:
    """Break *text* into at most *limit* lines no wider than *width*; what does not fit ends with an ellipsis."""
    lines: list[str] = []
    for paragraph in text[:_MAX_TEXT].splitlines() or [""]:
        line = ""
        for word in paragraph.split():
            for piece in _pieces(word, width, size):
                longer = f"{line} {piece}" if line else piece
                if line and width_of(longer, size) > width:
                    lines.append(line)
                    line = piece
                else:
                    line = longer
        if line:
            lines.append(line)
    limit = max(limit, 1)
    if len(lines) > limit:
        lines = [*lines[: limit - 1], _cut(lines[limit - 1], width, size)]
    return tuple(lines)


def wrap_label(text: str, width: float, limit: int = 6) -> tuple[str, ...]:
    """Break an outside label: about *width* wide, but never inside a word of usual length."""
    longest = max(map(width_of, text[:_MAX_TEXT].split()), default=0.0)
    return wrap(text, max(width, min(longest, 140.0) + 1), limit)


def _pieces(word: str, width: float, size: float) -> list[str]:
    """Split a word that is wider than a line, at a hyphen or slash where it has one."""
    if width_of(word, size) <= width:
        return [word]
    pieces, piece = [], ""
    for symbol in word:
        while piece and width_of(piece + symbol, size) > width:
            cut = max(piece.rfind("-"), piece.rfind("/"), piece.rfind("_")) + 1 or len(piece)
            pieces.append(piece[:cut])
            piece = piece[cut:]
        piece += symbol
    return [*pieces, piece]


def _cut(line: str, width: float, size: float) -> str:
    while line and width_of(line + "…", size) > width:
        line = line[:-1]
    return line.rstrip() + "…"


def attribute(value: str) -> str:
    """Return *value* escaped for a double-quoted attribute."""
    return escape(value, {'"': "&quot;"})


def write(
    lines: tuple[str, ...],
    x: float,
    top: float,
    *,
    classes: str = "",
    fill: str = "#172022",
    anchor: str = "middle",
    halo: bool = False,
    bold: bool = False,
) -> str:
    """Write lines one under the other, the first one's top at *top*."""
    if not lines:
        return ""
    extra = f' class="{classes}"' if classes else ""
    if anchor != "middle":
        extra += f' text-anchor="{anchor}"'
    if not halo:
        extra += ' stroke="none"'
    else:
        extra += ' stroke="#fff" stroke-width="4" stroke-linejoin="round" paint-order="stroke"'
    if bold:
        extra += ' font-weight="600"'
    return "".join(
        f'<text x="{x:g}" y="{top + 10.5 + number * LINE:g}" fill="{fill}"{extra}>{escape(line)}</text>'
        for number, line in enumerate(lines)
    )
