"""One measured ratio, as it is printed."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Result:
    """One ratio; `ok` says whether it meets its target, `note` what was measured."""

    name: str
    value: float
    target: str
    ok: bool
    note: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def at_least(name: str, value: float, least: float, note: str = "") -> Result:
    """Return a ratio that must reach *least*."""
    return Result(name, round(value, 3), f">= {least:g}", value >= least, note)


def at_most(name: str, value: float, most: float, note: str = "") -> Result:
    """Return a ratio that must not exceed *most*."""
    return Result(name, round(value, 2), f"<= {most:g}", value <= most, note)
