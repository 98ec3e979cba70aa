"""The shape of a form on a page: plain data for `web/templates/macros/form.html`.

Everything is decided here (what is shown, in which words, marked how); the
template only writes it out.  Texts are not HTML unless the field says so.
"""

from dataclasses import dataclass, field


@dataclass(slots=True)
class OptionView:
    """One option of a choice."""

    token: str
    label: str
    chosen: bool
    id: str = ""


@dataclass(slots=True)
class ButtonView:
    """A button of the form's action row.  *name* and *value* are what pressing it posts."""

    label: str
    name: str
    value: str
    primary: bool = False
    danger: bool = False
    reset: bool = False


@dataclass(slots=True)
class RowView:
    """A row of a list.  *cells* follow the columns of the list when it is a table, else *lines* are shown."""

    name: str
    title: str
    mark: str
    lines: "list[list[FieldView]]"
    cells: "list[FieldView | None]"
    remove_name: str
    remove_label: str
    remove_focus: bool = False

    @property
    def wrong_cells(self) -> "list[FieldView]":
        return [cell for cell in self.cells if cell and cell.error]


@dataclass(slots=True)
class FieldView:
    """One field, list, group, text or table.

    *kind* is the form-js type; *name* what is posted; *id* the HTML id that errors link to.  *text* is the
    control's text or the read-only text; *focus* is where the keyboard goes on; *totals* are the computed values that follow a list; *html* is safe HTML (kind "text").
    """

    kind: str
    name: str
    id: str
    label: str = ""
    note: str = ""
    hint: str = ""
    error: str = ""
    text: str = ""
    html: str = ""
    required: bool = False
    readonly: bool = False
    checked: bool = False
    multiple: bool = False
    options: list[OptionView] = field(default_factory=list)
    empty_label: str = ""
    prefix: str = ""
    suffix: str = ""
    input_type: str = "text"
    input_mode: str = ""
    autocomplete: str = "off"
    max_length: int = 0
    rows: int = 0
    accept: str = ""
    numeric: bool = False
    rerender: bool = False
    focus: bool = False
    source: str = ""
    alt: str = ""
    span: int = 0
    lines: "list[list[FieldView]]" = field(default_factory=list)
    columns: "list[ColumnView]" = field(default_factory=list)
    list_rows: list[RowView] = field(default_factory=list)
    table_rows: list[list[str]] = field(default_factory=list)
    empty_text: str = ""
    totals: "list[FieldView]" = field(default_factory=list)
    width: str = ""
    add_name: str = ""
    add_label: str = ""
    add_focus: bool = False
    rows_mark: str = ""
    action_label: str = ""

    @property
    def input_like(self) -> bool:
        """Whether it is one control, which can have the focus."""
        return self.kind in (
            "textfield",
            "number",
            "datetime",
            "textarea",
            "select",
            "checkbox",
            "filepicker",
        )

    @property
    def described_by(self) -> str:
        """The ids for `aria-describedby`: the hint and the error, those that are there."""
        parts = [f"{self.id}-h" if self.hint else "", f"{self.id}-e" if self.error else ""]
        return " ".join(filter(None, parts))


@dataclass(slots=True)
class ColumnView:
    """A column of a list shown as a table."""

    label: str
    numeric: bool = False
    wide: bool = False
    required: bool = False


@dataclass(slots=True)
class ErrorView:
    """A line of the error summary; *id* is the field it links to ("" is the form as a whole)."""

    id: str
    label: str
    message: str


@dataclass(slots=True)
class FormView:
    """A whole form.  *lines* are the fields in reading order, those of one layout row together.

    *own_buttons*: the author drew buttons to submit with; else the only one is ours, and a page may word it.
    """

    name: str
    language: str
    lines: list[list[FieldView]] = field(default_factory=list)
    buttons: list[ButtonView] = field(default_factory=list)
    errors: list[ErrorView] = field(default_factory=list)
    summary: str = ""
    has_rows: bool = False
    has_files: bool = False
    rerenders: bool = False
    own_buttons: bool = False

    @property
    def fields(self) -> list[FieldView]:
        """The top-level fields in reading order."""
        return [part for line in self.lines for part in line]
