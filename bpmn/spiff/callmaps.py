"""Which variables a call activity passes in and brings back."""

from dataclasses import dataclass
from typing import Any

from bpmn.spiff.expressions import Expression
from bpmn.spiff.sheets import Sheet
from bpmn.spiff.token import Token


@dataclass(frozen=True, slots=True)
class CallMap:
    """`ins` and `outs` are (target, expression) pairs; None stands for everything."""

    ins: tuple[tuple[str, Expression], ...] | None = None
    outs: tuple[tuple[str, Expression], ...] | None = None
    all_in: bool = True
    all_out: bool = True

    def sheet_for(self, token: Token) -> Sheet:
        """Return the variables of the called process."""
        top = token.top
        sheet = Sheet(None, top.store, top.changed)
        if self.all_in:
            sheet.take_over(token.sheet)
        for target, expression in self.ins or ():
            sheet.declare(target, expression.evaluate(token.sheet, top.services))
        sheet.written = set()
        return sheet

    def bring_back(self, token: Token, sheet: Sheet) -> None:
        """Write back the mapped variables, or all that the called process wrote."""
        found: dict[str, Any] = {}
        if self.all_out:
            found = {name: sheet[name] for name in sorted(sheet.written or ()) if name in sheet}
        for target, expression in self.outs or ():
            found[target] = expression.evaluate(sheet, token.top.services)
        token.task_spec.receive(token, found)
