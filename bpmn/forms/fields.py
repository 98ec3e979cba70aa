"""Make the `FieldView` of every visible node: its words, its text, its marks."""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

from bpmn.forms.attached import file_rules
from bpmn.forms.dates import example
from bpmn.forms.dependencies import expressions_of
from bpmn.forms.display import display
from bpmn.forms.entries import MAX_TEXT
from bpmn.forms.evaluation import Evaluator
from bpmn.forms.keyboard import go_on
from bpmn.forms.markdown import escape_markdown, to_html
from bpmn.forms.messages import say
from bpmn.forms.numbers import currency_sign, to_decimal
from bpmn.forms.options import token
from bpmn.forms.rules import decimal_digits, is_required
from bpmn.forms.schema import CHOICES, ENTRIES, MULTIPLE_CHOICE, TEXTUAL, Component, Form
from bpmn.forms.sources import ADD, REMOVE, ROW_MARK, ROWS_MARK
from bpmn.forms.tables import table_columns, table_rows
from bpmn.forms.tree import Node, Row, Tree
from bpmn.forms.views import ButtonView, ColumnView, FieldView, OptionView, RowView

MAX_COLUMNS = 12
IMAGE_SOURCE = re.compile(r"(?:/(?!/)[^\s\\]*|data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]+)")


def html_id(name: str) -> str:
    """Return the HTML id of the field posted as *name*."""
    return "f-" + re.sub(r"[^\w-]+", "-", name).strip("-")


class Fields:
    """Makes the views of one form; *seen* maps field paths to (HTML id, label) in reading order."""

    def __init__(
        self,
        evaluator: Evaluator,
        *,
        form: Form,
        errors: Mapping[str, str],
        translate: Callable[[str], str],
        files: Mapping[str, Any],
        pressed: Collection[str] = (),
    ) -> None:
        self._evaluator, self._errors, self._files = evaluator, errors, files
        self._translate, self._form, self._pressed = translate, form, pressed
        self._outcomes = {
            button.outcome: translate(str(button.get("label", button.outcome))) for button in form.outcomes
        }
        self.seen: dict[str, tuple[str, str]] = {}
        self.has_rows = self.has_files = self.rerenders = self.own_buttons = False
        self._read = expressions_of(form)

    # -- whole form -----------------------------------------------------------------------

    def lines(self, nodes: list[Node]) -> list[list[FieldView]]:
        """Group the visible fields into lines.

        Neighbours that share a layout row stand side by side; computed values after a list are its totals.
        """
        lines: list[list[FieldView]] = []
        last_row: Any = None
        for node in nodes:
            made = None if node.hidden else self.field(node)
            if made is None:
                continue
            if made.kind == "expression" and lines and lines[-1][-1].kind == "dynamiclist":
                lines[-1][-1].totals.append(made)
                continue
            layout = node.component.get("layout", {})
            row = layout.get("row")
            columns = layout.get("columns")
            made.span = columns if isinstance(columns, int) and 1 <= columns <= 16 else 0
            if row is not None and row == last_row and lines and len(lines[-1]) < 6:
                lines[-1].append(made)
            else:
                lines.append([made])
            last_row = row
        return lines

    def buttons(self, tree: Tree) -> list[ButtonView]:
        """Collect the form's buttons: the expected one first, the dangerous ones last."""
        made: list[ButtonView] = []
        for node in tree.walk():
            component = node.component
            if component.type != "button" or node.hidden or component.get("disabled"):
                continue
            label = self._text(node, "label") or say("word.submit", self._evaluator.language)
            if component.get("action") == "reset":
                made.append(ButtonView(label, "", "", reset=True))
            elif component.outcome is None:
                made.append(ButtonView(label, "", ""))
            else:
                danger = component.flag("danger")
                made.append(ButtonView(label, component.outcome_key, component.outcome, danger=danger))
        self.own_buttons = any(not button.reset for button in made)
        if not self.own_buttons:
            made.insert(0, ButtonView(say("word.submit", self._evaluator.language), "", ""))
        made.sort(key=lambda button: (button.danger, button.reset))
        made[0].primary = not made[0].danger and not made[0].reset
        return made

    # -- one node -------------------------------------------------------------------------

    def field(self, node: Node) -> FieldView | None:
        """Return the view of a node, None where there is nothing to show."""
        kind = node.component.type
        if kind in ENTRIES:
            return self._entry(node)
        make = {
            "expression": self._computed,
            "group": self._group,
            "dynamiclist": self._list,
            "text": self._markdown,
            "table": self._table,
            "image": self._image,
            "separator": self._plain,
            "spacer": self._plain,
        }.get(kind)
        return make(node) if make else None

    def _text(self, node: Node, name: str, of: Mapping[str, Any] | None = None) -> str:
        source = (of if of is not None else node.component.raw).get(name)
        if not isinstance(source, str) or not source:
            return ""
        shown = source if source.startswith("=") else self._translate(source)
        return self._evaluator.text(shown, node.scope if node.scope is not None else {})

    def _plain(self, node: Node) -> FieldView:
        return FieldView(node.component.type, node.name, html_id(node.name))

    def _base(self, node: Node) -> FieldView:
        component = node.component
        label = self._text(node, "label")
        if component.type == "datetime" and not label:
            label = self._text(node, "timeLabel" if component.get("subtype") == "time" else "dateLabel")
        made = self._plain(node)
        made.label, made.hint = label, self._text(node, "description")
        made.error = self._errors.get(node.name, "")
        self.seen[node.name] = (made.id, label)
        return made

    def _entry(self, node: Node) -> FieldView:
        component, made = node.component, self._base(node)
        made.readonly = node.readonly
        made.required = is_required(component, None)
        made.rerender = not node.readonly and bool(node.keys) and node.keys[0] in self._read
        self.rerenders = self.rerenders or made.rerender
        if not made.required and not made.readonly and component.type != "checkbox":
            made.note = self._optional_note(component)
        made.prefix, made.suffix = self._adorners(node)
        if component.type in CHOICES:
            self._choice(node, made)
        elif component.type == "checkbox":
            made.checked = node.value is True
        elif component.type == "filepicker":
            self._file(node, made)
        else:
            made.text = self._control_text(node)
            self._control(component, made)
            if component.type == "datetime" and not made.readonly and not made.hint:
                shown = self._evaluator.show(example(component.get("subtype", "date"), self._evaluator.now))
                made.hint = say("word.example", self._evaluator.language, text=shown)
        if made.readonly and component.type != "checkbox":
            made.text = self._shown(node)
        return made

    def _optional_note(self, component: Component) -> str:
        if component.required_for:
            labels = ", ".join(self._outcomes.get(name, name) for name in sorted(component.required_for))
            return say("word.requires_for", self._evaluator.language, labels=labels)
        return say("word.optional", self._evaluator.language)

    def _adorners(self, node: Node) -> tuple[str, str]:
        appearance = node.component.get("appearance", {})
        prefix, suffix = (self._text(node, name, appearance) for name in ("prefixAdorner", "suffixAdorner"))
        money = node.component.money
        return prefix, suffix or self._unit(node.component) or (currency_sign(money) if money else "")

    def _unit(self, component: Component) -> str:
        unit = component.own("unit")
        return self._translate(unit) if unit else ""

    def _choice(self, node: Node, made: FieldView) -> None:
        chosen = node.value if isinstance(node.value, list) else [node.value]
        tokens = (
            set(node.texts)
            if node.texts is not None and not node.readonly
            else {token(value) for value in chosen if value is not None}
        )
        made.multiple = node.component.type in MULTIPLE_CHOICE
        made.empty_label = say("word.choose", self._evaluator.language)
        for index, option in enumerate(node.options):
            made.options.append(
                OptionView(
                    option.token, self._translate(option.label), option.token in tokens, f"{made.id}-{index}"
                )
            )

    def _file(self, node: Node, made: FieldView) -> None:
        self.has_files = True
        rules = file_rules(node.component, node.scope or {}, self._evaluator)
        made.multiple, made.accept = rules.max_files > 1, rules.accept
        if not made.readonly:
            limits = rules.hint(self._evaluator.language)
            made.hint = f"{made.hint.rstrip('.')}. {limits}" if made.hint else limits
        references = node.value if isinstance(node.value, list) else [node.value]
        made.empty_label = say("word.attached", self._evaluator.language)
        for index, reference in enumerate(filter(None, references)):
            details = self._files.get(reference) if isinstance(reference, str) else None
            known: Mapping[str, Any] = details if isinstance(details, Mapping) else {}
            fits = not known or rules.broken_by(known, self._evaluator.language) is None
            name = str(known.get("name") or reference)
            made.options.append(OptionView(str(reference), name, fits, f"{made.id}-{index}"))

    def _control(self, component: Component, made: FieldView) -> None:
        kind = component.type
        limit = component.rule("maxLength")
        if kind in TEXTUAL:
            made.max_length = limit if isinstance(limit, int) and 0 < limit <= MAX_TEXT else MAX_TEXT
        made.rows = 3 if kind == "textarea" else 0
        made.numeric = kind == "number"
        if kind == "number":
            made.input_mode = "numeric" if decimal_digits(component) == 0 else "decimal"
        validation = component.rule("validationType")
        if validation in ("email", "phone"):
            made.input_type = {"email": "email", "phone": "tel"}[validation]
            made.autocomplete = {"email": "email", "phone": "tel"}[validation]

    def _control_text(self, node: Node) -> str:
        """Return the text in the control: as typed where something was typed, else the value as one types it."""
        if node.texts is not None and not node.readonly:
            return node.texts[-1] if node.texts else ""
        if node.component.type == "number" and to_decimal(node.value) is not None:
            digits = decimal_digits(node.component) if node.component.money else None
            return self._number(node.value, digits, grouping=bool(node.component.money))
        return self._evaluator.show(node.value)

    def _number(self, value: Any, digits: int | None, *, grouping: bool) -> str:
        language, zone = self._evaluator.language, self._evaluator.zone
        return display(value, language=language, zone=zone, digits=digits, grouping=grouping)

    def _shown(self, node: Node) -> str:
        """Return a value that cannot be changed, as a person reads it."""
        if node.component.type in CHOICES:
            values = node.value if isinstance(node.value, list) else [node.value]
            labels = {option.token: self._translate(option.label) for option in node.options}
            return ", ".join(labels.get(token(value), token(value)) for value in values if value is not None)
        if node.component.type == "filepicker":
            return self._evaluator.show(node.value)
        return self._control_text(node)

    def _cell(self, node: Node, *, first: bool) -> FieldView | None:
        """Return a field as a cell: the unit stands in the head of the column."""
        made = self._computed(node, bare=True) if node.component.type == "expression" else self._entry(node)
        if made is None:
            return None
        if node.component.type in ("select", "datetime") or node.component.money:
            made.width = "w-price"
        elif node.component.type == "number" or 0 < made.max_length <= 10:
            made.width = "w-qty"
        elif node.component.type == "textfield" and not first:
            made.width = "w-price"
        return made

    def _computed(self, node: Node, *, bare: bool = False) -> FieldView | None:
        """A computed value is shown when its author gave it a label."""
        made = self._base(node)
        if not made.label:
            del self.seen[node.name]
            return None
        money = None if bare else node.component.money
        digits = decimal_digits(node.component)
        made.text = display(
            node.value,
            language=self._evaluator.language,
            zone=self._evaluator.zone,
            money=money,
            digits=int(digits) if digits is not None else None,
            grouping=True,
        )
        unit = "" if bare else self._unit(node.component)
        made.text += f"\u00a0{unit}" if unit and made.text else ""
        made.readonly, made.numeric = True, to_decimal(node.value) is not None
        return made

    def _group(self, node: Node) -> FieldView | None:
        made = self._base(node)
        made.lines = self.lines(node.children)
        return made if made.lines else None

    def _markdown(self, node: Node) -> FieldView:
        made = self._plain(node)
        source = str(node.component.get("text", ""))
        shown = source if source.startswith("=") else self._translate(source)
        made.html = to_html(self._evaluator.text(shown, node.scope or {}, escape=escape_markdown))
        return made

    def _image(self, node: Node) -> FieldView | None:
        made = self._plain(node)
        made.source, made.alt = self._text(node, "source"), self._text(node, "alt")
        return made if IMAGE_SOURCE.fullmatch(made.source) else None

    def _table(self, node: Node) -> FieldView:
        made = self._base(node)
        made.columns = [
            ColumnView(self._translate(column.label)) for column in table_columns(node, self._evaluator)
        ]
        made.table_rows, numeric = table_rows(node, self._evaluator)
        for column, is_numeric in zip(made.columns, numeric, strict=False):
            column.numeric = is_numeric
        made.empty_text = say("word.empty_table", self._evaluator.language)
        return made

    # -- lists ----------------------------------------------------------------------------

    def _list(self, node: Node) -> FieldView:
        self.has_rows = True
        language = self._evaluator.language
        made = self._base(node)
        made.rows_mark = f"{node.name}.{ROWS_MARK}"
        made.action_label = say("word.action", language)
        may_change = bool(node.component.get("allowAddRemove", True))
        if may_change:
            made.add_name = ADD + node.name
            made.add_label = node.component.own("addLabel") or ""
            made.add_label = (
                self._translate(made.add_label) if made.add_label else say("word.add_row", language)
            )
        made.columns = self._columns(node)
        made.list_rows = [
            self._row(node, row, index, may_change, made) for index, row in enumerate(node.rows)
        ]
        go_on(made, self._pressed)
        return made

    def _columns(self, node: Node) -> list[ColumnView]:
        """Return the columns when the rows fit a table: only plain fields, not too many; else none."""
        parts = [component for component in node.component.components if self._is_cell(component)]
        if len(parts) != len(node.component.components) or not 1 <= len(parts) <= MAX_COLUMNS:
            return []
        columns = []
        for index, component in enumerate(parts):
            label = str(
                component.get("label") or component.get("dateLabel") or component.get("timeLabel") or ""
            )
            if component.type == "expression" and not label:
                continue
            unit = self._unit(component) or (currency_sign(component.money) if component.money else "")
            label = self._translate(label)
            label += f", {unit}" if unit and not label.endswith(unit) else ""
            numeric = component.type == "number" or (component.type == "expression" and bool(unit))
            columns.append(ColumnView(label, numeric, wide=index == 0, required=is_required(component, None)))
        return columns

    @staticmethod
    def _is_cell(component: Component) -> bool:
        kinds = {"textfield", "number", "datetime", "select", "checkbox", "expression"}
        return component.type in kinds and "{{" not in str(component.get("label", ""))

    def _row(self, node: Node, row: Row, index: int, may_change: bool, made: FieldView) -> RowView:
        language = self._evaluator.language
        title = say("word.row", language, n=index + 1)
        result = RowView(
            name=f"{row.name}.{ROW_MARK}",
            title=title,
            mark="" if row.origin is None else str(row.origin),
            lines=[],
            cells=[],
            remove_name=f"{REMOVE}{row.name}" if may_change else "",
            remove_label=say("word.remove_row", language, n=index + 1),
        )
        if made.columns:
            shown = [
                child
                for child in row.children
                if child.component.type != "expression" or child.component.get("label")
            ]
            result.cells = [
                None if child.hidden else self._cell(child, first=child is shown[0]) for child in shown
            ]
            first = result.cells[0].text if result.cells and result.cells[0] else ""
            if first:
                result.remove_label = f"{result.remove_label}: {first[:60]}"
            for cell in filter(None, result.cells):
                cell.suffix = cell.note = cell.hint = ""
                self.seen[cell.name] = (cell.id, f"{title}, {cell.label}")
        else:
            result.lines = self.lines(row.children)
        return result
