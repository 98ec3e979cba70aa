"""What a dialect adds to an element, in the words of the internal model."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class RawParam:
    """An uncompiled parameter: kind "text", "python" (an expression), "script", "list" or "map"."""

    kind: str
    text: str = ""
    items: tuple["RawParam", ...] = ()
    entries: tuple[tuple[str, "RawParam"], ...] = ()
    script_format: str = ""


@dataclass(frozen=True, slots=True)
class Mapped:
    """One `in` or `out` of a call activity; `source` is a name, `expression` a text to evaluate."""

    target: str = ""
    source: str = ""
    expression: str = ""
    all: bool = False
    business_key: bool = False
    local: bool = False


@dataclass(frozen=True, slots=True)
class Extras:
    """Vendor attributes (local names) and extension elements of one element.

    `form_schema` is the form-js definition made of `formData`, `forms` the JSON of forms inside the diagram by id.
    """

    attributes: Mapping[str, str] = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict)
    inputs: tuple[tuple[str, RawParam], ...] = ()
    outputs: tuple[tuple[str, RawParam], ...] = ()
    ins: tuple[Mapped, ...] = ()
    outs: tuple[Mapped, ...] = ()
    retry: str | None = None
    form_data: bool = False
    form_schema: Mapping[str, Any] | None = None
    forms: Mapping[str, str] = field(default_factory=dict)
    listeners: tuple[str, ...] = ()

    def get(self, name: str) -> str | None:
        """Return a vendor attribute, None where it is absent or blank."""
        value = self.attributes.get(name)
        return value.strip() if value and value.strip() else None


NOTHING = Extras()
