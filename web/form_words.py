"""How the forms of a process call its variables and their values, and which of them are personal."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from bpmn.forms import Component, Form

Translate = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class FormWords:
    """Labels by variable, labels of options by variable and value, and the variables with personal data."""

    variables: dict[str, str] = field(default_factory=dict)
    options: dict[tuple[str, str], str] = field(default_factory=dict)
    personal: frozenset[str] = frozenset()


def words_of(forms: Iterable[Form], translate: Translate, *, outcome: str) -> FormWords:
    """Collect the words of *forms*; of two forms that call a variable differently the first counts.

    *outcome* is what the variable of the buttons is called where no field has its name.
    """
    found = FormWords(personal=frozenset())
    personal: set[str] = set()
    outcomes: set[str] = set()
    for form in forms:
        personal |= form.personal_keys
        for component, _containers in form.walk():
            if component.keys:
                _collect_field(component, found, translate)
            elif component.outcome is not None:
                label = _plain(component.get("label"))
                outcomes.add(component.outcome_key)
                found.options.setdefault((component.outcome_key, component.outcome), translate(label))
    for key in outcomes:
        found.variables.setdefault(key, outcome)
    return FormWords(found.variables, found.options, frozenset(personal))


def _collect_field(component: Component, found: FormWords, translate: Translate) -> None:
    name = component.keys[-1]
    label = _plain(component.get("label") or component.get("dateLabel") or component.get("timeLabel"))
    if label:
        found.variables.setdefault(name, translate(label))
    for option in component.get("values") or ():
        if isinstance(option, dict) and isinstance(option.get("label"), str):
            found.options.setdefault((name, str(option.get("value"))), translate(option["label"]))


def _plain(label: object) -> str:
    return label if isinstance(label, str) and not label.startswith("=") else ""
