"""Undoing completed activities, newest first (BPMN 2.0 §10.7 and §13.5.5).

Each scope keeps a log of what can be undone; when a subprocess completes, its log moves into that of the scope
around it.  Handlers run one after the other as guests of the token that threw the compensation.
"""

from typing import Any

from bpmn.spiff import token as tokens
from bpmn.spiff.sheets import Sheet
from bpmn.spiff.specs import Node
from bpmn.spiff.token import Token


class Compensating(Node):
    """A throwing element that can start compensation."""

    def compensate(self, token: Token, activity: str | None, *, inner: bool = False) -> bool | None:
        """Collect what is to be undone and start with the newest; True when there is nothing."""
        scope = token.scope
        while not inner and getattr(scope, "host", None) is not None and _is_event_subprocess(scope):
            scope = scope.host.scope
        chosen = [entry for entry in scope.log if activity is None or entry["a"] == activity]
        if not chosen and activity is not None:
            return True
        scope.log[:] = [entry for entry in scope.log if entry not in chosen]
        token.internal_data["undo"] = _flat(chosen)
        return self.next_handler(token)

    def next_handler(self, token: Token) -> bool | None:
        """Start the next handler; when none is left, go on."""
        todo = token.internal_data["undo"]
        if not todo:
            del token.internal_data["undo"]
            if token._state == tokens.READY and "cancel" not in token.internal_data:
                return True
            self.compensated(token)
            return None
        entry = todo.pop()
        token._set_state(tokens.STARTED)
        scope_spec = token.scope.model.scopes[entry["s"]]
        sheet = token.scope.sheet
        for dumped in entry.get("l", ()):
            local = Sheet(sheet, sheet.store, sheet.changed)
            local.load([dict(dumped[0]), dict(dumped[1])])
            sheet = local
        handler = Token(token.scope, scope_spec.node(entry["h"]), host=token, sheet=sheet)
        token.top.push(handler)
        return None

    def compensated(self, token: Token) -> None:
        """Every handler has run."""
        token.internal_data["done"] = 1
        token.top.push(token)

    def guest_done(self, host: Token, guest: Token) -> None:
        self.next_handler(host)


def _is_event_subprocess(scope: Any) -> bool:
    return bool(scope.host.task_spec.event_driven)


def _flat(log: list[dict[str, Any]], around: list[Any] | None = None) -> list[dict[str, Any]]:
    """Return the handlers of a log, oldest first, each with all the local sheets around it."""
    result: list[dict[str, Any]] = []
    for entry in log:
        local = [*(around or ()), *entry.get("l", ())]
        if "h" in entry:
            result.append({"s": entry["s"], "h": entry["h"], **({"l": local} if local else {})})
        result.extend(_flat(entry.get("n", []), local))
    return result
