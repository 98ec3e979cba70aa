"""What an activity changed, in words: the form's names and option labels, long values folded, personal ones hidden."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from bpmn import changes
from web import card_data, i18n
from web.process_names import Names

SHORT = 80
"""What is longer is folded."""
MOST_ROWS = 20
_EMPTY: tuple[object, ...] = (None, "", [])


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One variable: *before* is empty where there was none, *note* stands for values that are not shown."""

    name: str
    before: str = ""
    after: str = ""
    note: str = ""

    @property
    def folded(self) -> bool:
        return any(len(text) > SHORT or "\n" in text for text in (self.before, self.after))


def change_lines(data: Mapping[str, Any], names: Names) -> list[ChangeLine]:
    """Return what a record says was changed, in the order of writing; nothing that stayed empty."""
    return [
        _line(change, names)
        for change in changes.read(data)
        if change.long or change.before not in _EMPTY or change.after not in _EMPTY
    ]


def _line(change: changes.Change, names: Names) -> ChangeLine:
    name = names.words.variables.get(change.name, change.name)
    if change.name in names.words.personal:
        return ChangeLine(name, note=_("set; personal data") if change.new else _("changed; personal data"))
    if change.long:
        return ChangeLine(name, note=_("changed; too long to be shown"))
    before = "" if change.before in _EMPTY else _text(change.name, change.before, names)
    return ChangeLine(name, before, _text(change.name, change.after, names))


def _text(name: str, value: Any, names: Names) -> str:
    """Return a value in words: an option by its label, rows of a table one below the other."""
    if isinstance(value, dict):
        return "; ".join(
            f"{names.words.variables.get(key, key)}: {_text(key, part, names)}" for key, part in value.items()
        )
    if isinstance(value, list):
        if any(isinstance(part, dict) for part in value):
            rows = [_text(name, part, names) for part in value[:MOST_ROWS]]
            more = len(value) - len(rows)
            if more:
                rows.append(ngettext("and %(num)d more row", "and %(num)d more rows", more))
            return "\n".join(rows)
        return ", ".join(_text(name, part, names) for part in value) or card_data.text(None, i18n.language())
    label = names.words.options.get((name, str(value)))
    return label if label is not None else card_data.text(value, i18n.language())
