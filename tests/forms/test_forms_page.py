"""What people see: nothing typed is lost, everything is labelled, nothing hostile gets out."""

import re
from datetime import date
from html.parser import HTMLParser
from typing import Any

import pytest
from jinja2 import Environment, FileSystemLoader

from bpmn import forms
from bpmn.forms.markdown import to_html
from tests.forms.conftest import MOSCOW, NOW, field
from tests.paths import ROOT

OPTIONS = [{"label": "Один", "value": 1}, {"label": "Два", "value": "two"}]
GOODS = {
    "type": "dynamiclist", "path": "goods", "label": "Товары",
    "components": [
        field("textfield", "name", label="Наименование", readonly=True),
        field("number", "qty", label="Кол-во", required=True),
        field("number", "price", label="Цена", properties={"money": "RUB"}),
        field("expression", "sum", label="Сумма", expression="=qty * price", properties={"money": "RUB"}),
    ],
}  # fmt: skip
TOTAL = field("expression", "total", label="Итого", expression="=sum(goods.sum)", properties={"money": "RUB"})
STORED = {"goods": [{"name": "Станок", "qty": 1, "price": 1000}, {"name": "Патрон", "qty": 2, "price": 10}]}
APPROVE = {"type": "button", "label": "Согласовать", "properties": {"outcome": "approved"}}
REFUSE = {"type": "button", "label": "Отклонить", "properties": {"outcome": "refused", "danger": "true"}}
EVERYTHING = [
    {"type": "text", "text": "### Проверьте\n\n{{client}}"},
    GOODS,
    TOTAL,
    field(
        "textfield", "a", description="Подсказка", validationType="email", layout={"row": "r", "columns": 8}
    ),
    field("datetime", "b", subtype="date", required=True, layout={"row": "r", "columns": 8}),
    field("textarea", "c"),
    field("checkbox", "d"),
    field("radio", "e", values=OPTIONS, required=True),
    field("checklist", "f", values=OPTIONS),
    field("taglist", "g", values=OPTIONS),
    field("select", "h", values=OPTIONS),
    field("filepicker", "i"),
    field("number", "j", appearance={"prefixAdorner": "≈", "suffixAdorner": "кг"}),
    field("textfield", "k", readonly=True),
    {"type": "group", "label": "Клиент", "path": "client", "components": [field("textfield", "name")]},
    {"type": "dynamiclist", "path": "notes", "label": "Заметки", "components": [field("textarea", "text")]},
    {"type": "table", "label": "История", "columns": [{"key": "n", "label": "№"}], "dataSource": "=history"},
    {"type": "separator"},
    {"type": "spacer"},
    {"type": "image", "source": "/static/x.png", "alt": "Схема"},
    APPROVE,
    REFUSE,
]


@pytest.fixture(scope="module")
def page():
    environment = Environment(loader=FileSystemLoader(ROOT / "web" / "templates"), autoescape=True)
    template = environment.from_string(
        '{% import "macros/form.html" as ui %}{{ ui.errors(form) }}{{ ui.fields(form, preview="/preview") }}'
        "{{ ui.actions(form) }}"
    )
    return lambda form: template.render(form=form)


@pytest.fixture
def view(form):
    def show(components: list[dict[str, Any]], variables: dict[str, Any] | None = None, **settings: Any):
        settings = {"language": "ru", "now": NOW, "zone": MOSCOW} | settings
        return forms.view(form(*components), variables or {}, **settings)

    return show


class Tags(HTMLParser):
    """Collects the tags of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attributes)))
        assert len(attributes) == len(dict(attributes)), f"an attribute of {tag} is repeated"
        if tag not in ("input", "hr", "br", "img", "use"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def named(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for _, attributes in self.tags if attributes.get("name") == name]


# -- values as people read them -------------------------------------------------------------


@pytest.mark.parametrize(
    ("component", "stored", "text"),
    [
        (field("number", properties={"money": "RUB"}), 1940000, "1\u202f940\u202f000,00"),
        (field("number"), 1940000.5, "1940000,5"),
        (field("datetime", subtype="date"), date(2026, 12, 7), "7 дек. 2026"),
        (field("datetime", subtype="datetime"), NOW, "23 нояб. 2026, 15:00"),
        (field("textfield"), None, ""),
        (field("textfield", defaultValue="21 день"), None, "21 день"),
        (field("select", values=OPTIONS, readonly=True), 1, "Один"),
        (field("checklist", values=OPTIONS, readonly=True), [1, "two"], "Один, Два"),
        (
            field("expression", expression="=1234567.5", properties={"money": "RUB"}),
            None,
            "1\u202f234\u202f567,50\u00a0₽",
        ),
    ],
)
def test_a_value_is_shown_as_people_write_it(view, component, stored, text):
    assert view([component], {"x": stored}).fields[0].text == text


def test_a_page_in_english_is_english(view, page):
    english = view(
        EVERYTHING, STORED, language="en", errors={"e": "Choose a value"}, translate=lambda text: "T"
    )

    assert not re.search("[а-яА-Я]", page(english).replace("Станок", "").replace("Патрон", ""))


def test_what_was_typed_is_shown_again_as_it_was_typed(view):
    components = [
        field("number"), field("textfield", "hidden", conditional={"hide": "=true"}),
        field("datetime", "d"), field("select", "s", values=OPTIONS), field("checklist", "c", values=OPTIONS),
    ]  # fmt: skip
    typed = {"x": ["1 00o"], "d": ["7 дек"], "s": ["two"], "c": ["", "1"]}

    shown = view(components, posted=typed, errors={"x": "no"})

    assert [part.text for part in shown.fields[:2]] == ["1 00o", "7 дек"]
    assert [option.chosen for option in shown.fields[2].options] == [False, True]
    assert [option.chosen for option in shown.fields[3].options] == [True, False]
    assert (shown.errors[0].id, shown.errors[0].label, shown.summary) == ("f-x", "X", "Проверьте 1 поле")


def test_adding_and_removing_rows_loses_nothing_typed(view):
    posted = {
        "goods._rows": [""],
        "goods[0]._row": ["0"], "goods[0].qty": ["one"], "goods[0].price": ["5"],
        "goods[1]._row": ["1"], "goods[1].qty": ["2"], "goods[1].price": ["6"],
        "goods[2]._row": [""], "goods[2].qty": ["new"], "goods[2].price": [""],
    }  # fmt: skip

    removed = view([GOODS], STORED, posted=posted | {"_remove:goods[0]": ["1"]}).fields[0]
    added = view([GOODS], STORED, posted=posted | {"_add:goods": ["1"]}).fields[0]

    def shown(part: forms.FieldView) -> list[tuple[str, str, str, str]]:
        return [(row.mark, *(cell.text for cell in row.cells[:3])) for row in part.list_rows]

    assert shown(removed) == [("1", "Патрон", "2", "6"), ("", "", "new", "")]
    assert [row.cells[1].name for row in removed.list_rows] == ["goods[0].qty", "goods[1].qty"]
    assert shown(added) == [
        ("0", "Станок", "one", "5"),
        ("1", "Патрон", "2", "6"),
        ("", "", "new", ""),
        ("", "", "", ""),
    ]


def test_rows_of_plain_fields_are_a_table_with_totals_beneath(view):
    goods = view([GOODS, TOTAL], STORED).fields[0]

    assert [(column.label, column.numeric) for column in goods.columns] == [
        ("Наименование", False), ("Кол-во", True), ("Цена, ₽", True), ("Сумма, ₽", True),
    ]  # fmt: skip
    assert [row.cells[3].text for row in goods.list_rows] == ["1\u202f000,00", "20,00"]
    assert [(total.label, total.text) for total in goods.totals] == [("Итого", "1\u202f020,00\u00a0₽")]


def test_a_unit_is_said_once_and_amounts_look_like_amounts(view):
    rows = {
        "type": "dynamiclist", "path": "goods", "label": "Товары",
        "components": [field("number", "price", label="Цена, ₽", properties={"money": "RUB"})],
    }  # fmt: skip
    table = {
        "type": "table", "dataSource": "=goods",
        "columns": [{"key": "qty", "label": "Кол-во"}, {"key": "price", "label": "Цена, ₽"}],
    }  # fmt: skip
    listed, shown = view([rows, table], STORED).fields

    assert [column.label for column in listed.columns] == ["Цена, ₽"]
    assert shown.table_rows == [["1", "1\u202f000,00"], ["2", "10,00"]]


def test_the_expected_button_comes_first_and_the_dangerous_one_apart(view):
    buttons = view([REFUSE, APPROVE]).buttons

    assert [(button.value, button.primary, button.danger) for button in buttons] == [
        ("approved", True, False), ("refused", False, True),
    ]  # fmt: skip
    assert [button.label for button in view([field("textfield")]).buttons] == ["Выполнить"]


def test_optional_is_marked_and_required_is_not(view):
    reason = field("textarea", "why", properties={"requiresFor": "refused"})
    notes = [
        part.note
        for part in view([field("textfield"), field("textfield", "y", required=True), reason, REFUSE]).fields
    ]

    assert notes == ["(необязательно)", "", "(обязательно: Отклонить)"]


def test_fields_of_one_layout_row_stand_side_by_side(view):
    row = {"layout": {"row": "r"}}
    lines = view(
        [field("textfield", "a", **row), field("textfield", "b", **row), field("textfield", "c")]
    ).lines

    assert [[part.name for part in line] for line in lines] == [["a", "b"], ["c"]]


def test_templates_show_values_conditions_and_loops(view):
    text = "{{#if goods}}{{count(goods)}} шт.: {{#loop goods}}{{name}} × {{this.qty}}; {{/loop}}{{/if}}{{#if missing}}нет{{/if}}"
    label = view([field("textfield", label=text)], STORED).fields[0].label

    assert label == "2 шт.: Станок × 1; Патрон × 2; "


def test_a_field_that_others_depend_on_asks_for_a_new_page(view):
    shown = view(
        [
            field("checkbox", "urgent"),
            field("textfield", conditional={"hide": "=urgent != true"}),
            field("textfield", "y"),
        ]
    )

    assert [part.rerender for part in shown.fields] == [True, False]
    assert shown.rerenders
    spaced = view([field("number", "цена станка"), field("expression", expression="=цена станка * 2")])
    assert spaced.fields[0].rerender


# -- the page itself ------------------------------------------------------------------------


def test_every_control_has_a_label_and_every_id_is_there_once(view, page):
    errors = {
        "a": "Ошибка A",
        "goods[0].qty": "Ошибка Q",
        "e": "Ошибка E",
        "": "Всё плохо",
        "notes[0].text": "N",
    }
    shown = view(EVERYTHING, STORED | {"history": [{"n": 1}], "i": "file-1"}, errors=errors)
    tags = Tags(page(shown))

    assert tags.open == []
    ids = [attributes["id"] for _, attributes in tags.tags if attributes.get("id")]
    assert len(ids) == len(set(ids))
    labelled = {attributes.get("for") for tag, attributes in tags.tags if tag == "label"}
    for tag, attributes in tags.tags:
        if tag in ("input", "select", "textarea") and attributes.get("type") != "hidden":
            inside_label = attributes.get("name") == "i" and attributes.get("type") == "checkbox"
            assert attributes.get("id") in labelled or attributes.get("aria-label") or inside_label, (
                attributes
            )
        for reference in ("aria-describedby", "aria-labelledby", "for"):
            for target in (attributes.get(reference) or "").split():
                assert target in ids, (tag, reference, target)
        if tag == "a":
            assert attributes["href"][1:] in ids
        assert not any(name.startswith("on") or name == "style" for name in attributes)
    assert not {"script", "style"} & {tag for tag, _ in tags.tags}


def test_enter_presses_the_expected_button_not_a_row_button(view, page):
    tags = Tags(page(view([GOODS, APPROVE], STORED)))
    buttons = [attributes for tag, attributes in tags.tags if tag == "button"]

    assert (buttons[0]["name"], buttons[0]["value"]) == ("outcome", "approved")


def test_the_page_posts_what_the_server_reads(form, view, page, submit):
    """Post back every control of the page unchanged: the process's values come back."""
    variables = STORED | {
        "a": "x@example.org", "b": date(2026, 12, 7), "c": "two\nlines", "d": True, "e": 1, "f": [1, "two"], "g": ["two"],
        "h": "two", "i": "file-1", "j": 12, "k": "fixed", "client": {"name": "ООО"}, "notes": [{"text": "n"}],
    }  # fmt: skip
    posted: dict[str, list[str]] = {}
    select = ""
    for tag, attributes in Tags(page(view(EVERYTHING, variables))).tags:
        name, kind = attributes.get("name") or "", attributes.get("type")
        select = name if tag == "select" else select
        ticked = kind not in ("checkbox", "radio") or "checked" in attributes
        if tag == "input" and name and kind != "file" and ticked:
            posted.setdefault(name, []).append(attributes.get("value") or "")
        elif tag == "option" and "selected" in attributes:
            posted.setdefault(select, []).append(attributes["value"] or "")
    posted |= {"c": ["two\r\nlines"], "notes[0].text": ["n"], "outcome": ["approved"]}

    result = forms.submit(form(*EVERYTHING), posted, variables, language="ru", now=NOW, zone=MOSCOW)

    assert result.errors == {}
    expected = variables | {"outcome": "approved", "total": 1020}
    expected["goods"] = [row | {"sum": row["qty"] * row["price"]} for row in STORED["goods"]]
    assert result.values == expected


HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}'


def test_hostile_words_stay_words(view, page):
    components = [
        field("textfield", label=HOSTILE, description=HOSTILE, appearance={"prefixAdorner": HOSTILE}),
        field("select", "s", values=[{"label": HOSTILE, "value": HOSTILE}]),
        {"type": "text", "text": "Клиент: {{name}} <b>raw</b> [x](javascript:alert(1))"},
        {"type": "table", "columns": [{"key": "n", "label": HOSTILE}], "dataSource": "=rows"},
        {**APPROVE, "label": HOSTILE},
    ]
    variables = {"name": HOSTILE + "[a](http://evil.example)", "rows": [{"n": HOSTILE}], "x": HOSTILE}
    html = page(view(components, variables, posted={"x": [HOSTILE]}, errors={"x": HOSTILE}))

    tags = {tag for tag, _ in Tags(html).tags}
    assert not tags & {"script", "img", "b"}
    assert "javascript:" not in re.sub(r"\(javascript:", "", html)
    assert 'href="http://evil' not in html


@pytest.mark.parametrize(
    "source",
    [
        "<script>x</script>",
        "[a](javascript:x)",
        "![a](http://evil.example/x.png)",
        "<a onclick=x>a</a>",
        "[a](data:text/html,x)",
    ],
)
def test_markdown_has_nothing_that_runs(source):
    html = to_html(source)

    assert not re.search(r"<script|<img|onclick=[^&]*>|href=\"(javascript|data):", html)


@pytest.mark.parametrize(
    "source", ["https://evil.example/x.png", "//evil.example/x", "javascript:x", "data:text/html,x"]
)
def test_a_picture_from_elsewhere_is_not_shown(view, source):
    assert view([{"type": "image", "source": source}]).fields == []


def test_an_oversized_post_is_not_shown_again(view):
    assert view([field("textfield")], {"x": "kept"}, posted={"x": ["a" * 2_000_001]}).fields[0].text == "kept"


def test_headings_of_a_text_start_below_the_title_of_the_page():
    assert re.findall(r"<h(\d)>", to_html("### A\n\n#### B")) == ["2", "3"]


def focused(form, posted):
    """The ids of what has the focus in a list of rows."""
    (made,) = forms.view(form(COUNTED), {"goods": [{"qty": 1}, {"qty": 2}]}, posted=posted).fields
    cells = [cell.id for row in made.list_rows for cell in row.cells if cell and cell.focus]
    buttons = [row.remove_name for row in made.list_rows if row.remove_focus]
    return [*cells, *buttons, *(["add"] if made.add_focus else [])]


COUNTED = {
    "type": "dynamiclist", "path": "goods", "label": "Goods",
    "components": [field("number", "line", readonly=True), field("number", "qty")],
}  # fmt: skip


@pytest.mark.parametrize(
    ("pressed", "rows", "place"),
    [
        ("_add:goods", 2, ["f-goods-2-qty"]),
        ("_add:goods", 0, ["f-goods-0-qty"]),
        ("_remove:goods[0]", 2, ["_remove:goods[0]"]),
        ("_remove:goods[1]", 2, ["_remove:goods[0]"]),
        ("_remove:goods[0]", 1, ["add"]),
        ("_add:others", 2, []),
        ("_remove:goods[0]x", 2, []),
    ],
)
def test_the_keyboard_goes_on_where_a_row_was_added_or_removed(form, pressed, rows, place):
    sent = {f"goods[{i}].qty": ["1"] for i in range(rows)}

    assert focused(form, {"goods._rows": [""], **sent, pressed: ["1"]}) == place


@pytest.mark.parametrize(
    ("kind", "russian", "english"),
    [
        ("date", "Например: 7 дек. 2026", "For example: 7 Dec 2026"),
        ("time", "Например: 15:30", "For example: 15:30"),
        ("datetime", "Например: 7 дек. 2026, 15:30", "For example: 7 Dec 2026, 15:30"),
    ],
)
def test_an_empty_box_for_a_date_shows_how_one_is_typed(form, kind, russian, english):
    for language, hint in (("ru", russian), ("en", english)):
        made = form(field("datetime", "x", subtype=kind), field("datetime", "y", description="When"))
        shown, told = forms.view(made, {}, language=language, now=NOW, zone=MOSCOW).fields
        assert shown.hint == hint
        assert told.hint == "When"
        assert forms.submit(made, {"x": [hint.partition(": ")[2]]}, {}, language=language, now=NOW).ok
