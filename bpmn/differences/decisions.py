"""Decisions, rule by rule.

A rule is the same rule when it has the same id, else when its conditions are the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from bpmn.differences.diagrams import Setting, canonical, plain
from bpmn.xml import parse_xml


@dataclass(frozen=True, slots=True)
class RuleChange:
    """One rule; `how` is added, removed, changed or same; cells are conditions then results."""

    how: str
    number: int
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DecisionChange:
    """One decision (or other element) of a file; a table has `columns` and `rules`."""

    id: str
    name: str
    how: str
    settings: tuple[Setting, ...] = ()
    columns: tuple[str, ...] = ()
    inputs: int = 0
    rules: tuple[RuleChange, ...] = ()


@dataclass(slots=True)
class _Table:
    policy: str
    columns: tuple[str, ...]
    inputs: int
    rules: dict[str, tuple[str, ...]] = field(default_factory=dict)


def compare_decisions(old: bytes | None, new: bytes | None) -> tuple[DecisionChange, ...]:
    """Compare two DMN files.  Raises ValueError where one cannot be read."""
    before, after = _read(old), _read(new)
    found = []
    for key in [*after, *(key for key in before if key not in after)]:
        change = _compare(key, before.get(key), after.get(key))
        if change is not None:
            found.append(change)
    return tuple(found)


def _compare(key: str, old: "etree._Element | None", new: "etree._Element | None") -> DecisionChange | None:
    one = new if new is not None else old
    assert one is not None
    name = one.get("name") or key
    how = "added" if old is None else "removed" if new is None else "changed"
    before, after = _table(old), _table(new)
    settings = _settings(old, new) if how == "changed" else ()
    if before is None and after is None:
        if how == "changed" and not settings:
            return None
        return DecisionChange(key, name, how, settings)
    rules = _rules(before, after)
    if before is not None and after is not None:
        if before.policy != after.policy:
            settings = (*settings, Setting("policy", "", before.policy, after.policy))
        if before.columns != after.columns:
            settings = (
                *settings,
                Setting("columns", "", "; ".join(before.columns), "; ".join(after.columns)),
            )
    if how == "changed" and not settings and all(rule.how == "same" for rule in rules):
        return None
    shown = after or before
    assert shown is not None
    return DecisionChange(key, name, how, settings, shown.columns, shown.inputs, rules)


def _rules(old: _Table | None, new: _Table | None) -> tuple[RuleChange, ...]:
    before = dict(old.rules) if old is not None else {}
    after = new.rules if new is not None else {}
    found = []
    inputs = new.inputs if new is not None else 0
    left = {cells[:inputs]: key for key, cells in before.items() if key not in after}
    for number, (key, cells) in enumerate(after.items(), start=1):
        known = before.pop(key, None)
        if known is None and cells[:inputs] in left:
            known = before.pop(left.pop(cells[:inputs]), None)
        if known is None:
            found.append(RuleChange("added", number, after=cells))
        else:
            found.append(RuleChange("same" if known == cells else "changed", number, known, cells))
    numbers = {key: number for number, key in enumerate(old.rules, start=1)} if old is not None else {}
    found += [RuleChange("removed", numbers[key], before=cells) for key, cells in before.items()]
    return tuple(found)


def _settings(old: "etree._Element | None", new: "etree._Element | None") -> tuple[Setting, ...]:
    """What changed of a decision apart from the rows of its table."""
    if old is None or new is None:
        return ()
    found = []
    for name in ("name",):
        if (old.get(name) or "") != (new.get(name) or ""):
            found.append(Setting(name, "", old.get(name) or "", new.get(name) or ""))
    before, after = (
        " ".join(canonical(child) for child in one if plain(child) not in ("decisionTable", ""))
        for one in (old, new)
    )
    if before != after:
        found.append(Setting("logic", "", before, after))
    return tuple(found)


def _read(content: bytes | None) -> dict[str, "etree._Element"]:
    if content is None:
        return {}
    root = parse_xml(content).getroot()
    return {
        child.get("id") or f"{plain(child)} {number}": child
        for number, child in enumerate(root)
        if plain(child) not in ("", "DMNDI", "extensionElements")
    }


def _table(decision: "etree._Element | None") -> _Table | None:
    if decision is None:
        return None
    table = next((child for child in decision if plain(child) == "decisionTable"), None)
    if table is None:
        return None
    inputs = [_column(child, "inputExpression") for child in table if plain(child) == "input"]
    outputs = [child.get("label") or child.get("name") or "" for child in table if plain(child) == "output"]
    notes = [child.get("name") or "" for child in table if plain(child) == "annotation"]
    policy = " ".join(filter(None, [table.get("hitPolicy") or "UNIQUE", table.get("aggregation")]))
    found = _Table(policy, (*inputs, *outputs, *notes), len(inputs))
    for number, rule in enumerate((child for child in table if plain(child) == "rule"), start=1):
        found.rules[rule.get("id") or f"#{number}"] = tuple(_cells(rule))
    return found


def _column(element: "etree._Element", kind: str) -> str:
    inner = next((child for child in element if plain(child) == kind), None)
    return element.get("label") or (_text(inner) if inner is not None else "")


def _cells(rule: "etree._Element") -> Iterator[str]:
    for kind in ("inputEntry", "outputEntry", "annotationEntry"):
        for child in rule:
            if plain(child) == kind:
                yield _text(child)


def _text(element: "etree._Element") -> str:
    return " ".join("".join(map(str, element.itertext())).split())
