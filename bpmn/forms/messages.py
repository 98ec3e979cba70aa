"""Every text of the forms in Russian and English, and the plurals they need.

A text is found by its stable code.  `{name}` is replaced by a value and
`{n|one|few|many}` by the word form that agrees with the number `n` (English
uses the first and the last).  `say` never fails on a value it was not given.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

TEXTS: dict[str, tuple[str, str]] = {
    # what a person entered
    "required": ("Заполните это поле", "Fill in this field"),
    "required.choice": ("Выберите значение", "Choose a value"),
    "required.choices": ("Выберите хотя бы одно значение", "Choose at least one value"),
    "required.checkbox": ("Отметьте, чтобы продолжить", "Tick this to continue"),
    "required.file": ("Приложите файл", "Attach a file"),
    "required.outcome": ("Выберите, чем закончить: {labels}", "Choose how to finish: {labels}"),
    "outcome.unknown": ("Нет такого исхода: «{value}»", "There is no such outcome: “{value}”"),
    "text.control": (
        "Текст содержит символ, который нельзя сохранить: {symbol}",
        "The text has a character that cannot be stored: {symbol}",
    ),
    "text.too_short": (
        "Нужно не меньше {n} {n|символа|символов|символов}, сейчас {length}",
        "At least {n} {n|character|characters|characters} are needed, there {length|is|are|are} {length}",
    ),
    "text.too_long": (
        "Можно не больше {n} {n|символа|символов|символов}, сейчас {length}",
        "At most {n} {n|character|characters|characters} are allowed, there are {length}",
    ),
    "text.pattern": ("Значение не подходит под нужный вид", "The value does not have the expected form"),
    "text.email": (
        "Проверьте адрес почты: нужен вид name@example.org",
        "Check the e-mail address: it should look like name@example.org",
    ),
    "text.phone": (
        "Проверьте телефон: нужны цифры с кодом, например +7 495 000-00-00",
        "Check the phone number: digits with the code, for example +44 20 0000 0000",
    ),
    "number.not": (
        "Введите число, например 1 234,56. Сейчас: «{value}»",
        "Enter a number, for example 1,234.56. Now: “{value}”",
    ),
    "number.too_small": ("Число должно быть не меньше {limit}", "The number must be at least {limit}"),
    "number.too_large": ("Число должно быть не больше {limit}", "The number must be at most {limit}"),
    "number.digits": (
        "После запятой можно не больше {n} {n|знака|знаков|знаков}",
        "At most {n} decimal {n|digit|digits|digits} are allowed",
    ),
    "number.whole": ("Нужно целое число", "A whole number is needed"),
    "number.long": ("В числе слишком много цифр", "The number has too many digits"),
    "date.not": (
        "Введите дату, например 7 дек. 2026 или 07.12.2026. Сейчас: «{value}»",
        "Enter a date, for example 7 Dec 2026 or 2026-12-07. Now: “{value}”",
    ),
    "time.not": (
        "Введите время, например 14:30. Сейчас: «{value}»",
        "Enter a time, for example 14:30. Now: “{value}”",
    ),
    "datetime.not": (
        "Введите дату и время, например 7 дек. 2026, 14:30. Сейчас: «{value}»",
        "Enter a date and time, for example 7 Dec 2026, 14:30. Now: “{value}”",
    ),
    "date.past": ("Дата уже прошла", "The date has passed"),
    "time.interval": (
        "Время указывают с шагом {n} {n|минута|минуты|минут}",
        "Times go in steps of {n} {n|minute|minutes|minutes}",
    ),
    "choice.unknown": ("Такого значения нет в списке: «{value}»", "This value is not in the list: “{value}”"),
    "file.unknown": ("Файл не найден, приложите его снова", "The file was not found, attach it again"),
    "file.empty": ("Файл «{name}» пуст", "The file “{name}” is empty"),
    "file.too_large": (
        "Файл «{name}» больше {limit} МБ, приложите файл поменьше",
        "The file “{name}” is larger than {limit} MB, attach a smaller one",
    ),
    "file.forbidden": (
        "Файл «{name}» приложить нельзя: программы, скрипты и веб-страницы не принимаются",
        "The file “{name}” cannot be attached: programs, scripts and web pages are not accepted",
    ),
    "file.mismatch": (
        "Содержимое файла «{name}» не такое, как обещает его название. Сохраните файл заново и приложите его",
        "The content of “{name}” is not what its name says. Save the file again and attach it",
    ),
    "file.too_many": (
        "За раз можно приложить не больше {n} {n|файла|файлов|файлов}",
        "At most {n} {n|file|files|files} can be attached at once",
    ),
    "file.too_many_pending": (
        "Приложено больше {limit} МБ в незаконченных формах. Отправьте их или приложите файлы поменьше",
        "More than {limit} MB are attached to unfinished forms. Submit them, or attach smaller files",
    ),
    "file.single": ("Можно приложить только один файл", "Only one file may be attached"),
    "file.accept": (
        "Файл «{name}» не подойдёт. Можно приложить: {accept}",
        "The file “{name}” is of another kind. Accepted: {accept}",
    ),
    "file.too_many_here": (
        "Можно приложить не больше {n} {n|файла|файлов|файлов}, сейчас {count}. Снимите отметки с лишних",
        "At most {n} {n|file|files|files} can be attached, now there are {count}. Untick those to leave out",
    ),
    "rows.too_many": (
        "Можно не больше {n} {n|строки|строк|строк}",
        "At most {n} {n|row|rows|rows} are allowed",
    ),
    # what a program sent
    "type.text": ("Нужен текст", "A text is expected"),
    "type.number": ("Нужно число", "A number is expected"),
    "type.bool": ("Нужно true или false", "true or false is expected"),
    "type.list": ("Нужен список", "A list is expected"),
    "type.object": ("Нужен объект", "An object is expected"),
    "unknown": ("В форме нет такого поля", "The form has no such field"),
    "fixed": ("Это поле нельзя менять", "This field cannot be changed"),
    "post.too_large": (
        "Отправлено слишком много данных. Ничего не сохранено",
        "Too much data was sent. Nothing was saved",
    ),
    "form.too_heavy": (
        "Форма слишком велика или её выражения считаются слишком долго. Ничего не сохранено",
        "The form is too large, or its expressions take too long. Nothing was saved",
    ),
    # what a JSON Schema cannot say
    "schema.outcome": ("Чем закончить", "How to finish"),
    "schema.computed": ("Вычисляется, менять нельзя", "Computed, cannot be changed"),
    "schema.fixed": ("Менять нельзя", "Cannot be changed"),
    "schema.hidden": (
        "Не принимается, когда верно: {expression}",
        "Not taken while this is true: {expression}",
    ),
    "schema.readonly": (
        "Менять нельзя, когда верно: {expression}",
        "Cannot be changed while this is true: {expression}",
    ),
    "schema.required_for": ("Обязательно при исходе: {outcomes}", "Required for the outcome: {outcomes}"),
    "schema.trimmed": (
        "Пробелы по краям отбрасываются до проверки длины",
        "Spaces around the text are dropped before its length is checked",
    ),
    "schema.phone": ("Телефон: от 7 до 15 цифр", "A phone number of 7 to 15 digits"),
    "schema.digits": (
        "После запятой можно не больше {n} {n|знака|знаков|знаков}",
        "At most {n} decimal {n|digit|digits|digits}",
    ),
    "schema.limit": ("{name} вычисляется: {expression}", "{name} is computed: {expression}"),
    "schema.options": (
        "Допустимые значения вычисляются: {expression}",
        "The values to choose from are computed: {expression}",
    ),
    "schema.not_passed": ("Не раньше сегодняшнего дня", "Not before today"),
    "schema.interval": (
        "Время с шагом {n} {n|минута|минуты|минут}",
        "Times in steps of {n} {n|minute|minutes|minutes}",
    ),
    "schema.file": ("Ссылка на приложенный файл", "The reference of an attached file"),
    "schema.same_rows": ("Число строк менять нельзя", "The number of rows cannot be changed"),
    # words of the page
    "word.optional": ("(необязательно)", "(optional)"),
    "word.requires_for": ("(обязательно: {labels})", "(required: {labels})"),
    "word.add_row": ("Добавить строку", "Add row"),
    "word.remove_row": ("Убрать строку {n}", "Remove row {n}"),
    "word.row": ("Строка {n}", "Row {n}"),
    "word.action": ("Действие", "Action"),
    "word.choose": ("Выберите", "Choose"),
    "word.yes": ("да", "yes"),
    "word.no": ("нет", "no"),
    "word.submit": ("Выполнить", "Complete"),
    "word.clear": ("Очистить", "Clear"),
    "word.empty_table": ("Пока пусто", "Nothing here yet"),
    "word.example": ("Например: {text}", "For example: {text}"),
    "word.attached": ("Приложено", "Attached"),
    "word.file_kinds": ("Подойдут: {kinds}", "Accepted: {kinds}"),
    "word.file_size": ("До {limit} МБ{n|| каждый| каждый}", "Up to {limit} MB{n|| each| each}"),
    "word.file_number": (
        ", не больше {n} {n|файла|файлов|файлов}",
        ", at most {n} {n|file|files|files}",
    ),
    "word.summary": (
        "Проверьте {n} {n|поле|поля|полей}",
        "Check {n} {n|field|fields|fields}",
    ),
    # what an analyst drew
    "form.not_json": ("это не JSON: {reason}", "this is not JSON: {reason}"),
    "form.not_form": (
        "это не форма: нет списка components",
        "this is not a form: there is no list of components",
    ),
    "form.too_large": ("форма слишком велика", "the form is too large"),
    "form.too_deep": ("слишком глубокая вложенность", "nested too deeply"),
    "form.not_component": ("элемент формы должен быть объектом", "a component must be an object"),
    "form.unknown_component": ("нет такого вида поля: «{type}»", "there is no component type “{type}”"),
    "form.refused_component": (
        "вид «{type}» не поддерживается из соображений безопасности",
        "components of type “{type}” are refused for security",
    ),
    "form.no_key": ("у поля нет ключа", "the field has no key"),
    "form.bad_key": ("недопустимый ключ «{key}»", "“{key}” cannot be a key"),
    "form.no_path": ("у списка нет пути (path)", "the list has no path"),
    "form.bad_property": (
        "свойство «{property}» должно быть: {expected}",
        "the property “{property}” must be {expected}",
    ),
    "form.duplicate_key": (
        "ключ «{key}» уже занят другим полем, и условия их не разделяют",
        "the key “{key}” belongs to another field too, and no condition separates them",
    ),
    "form.feel": (
        "выражение в «{property}» не читается: {reason}",
        "the expression in “{property}” cannot be read: {reason}",
    ),
    "form.template": (
        "шаблон в «{property}» не читается: {reason}",
        "the template in “{property}” cannot be read: {reason}",
    ),
    "form.unknown_variable": (
        "«{property}» читает «{variable}», а такого поля или переменной нет",
        "“{property}” reads “{variable}”, but there is no such field or variable",
    ),
    "form.pattern": ("образец не годится: {reason}", "the pattern cannot be used: {reason}"),
    "form.limits": ("«{low}» больше, чем «{high}»", "“{low}” is greater than “{high}”"),
    "form.no_options": ("у выбора нет вариантов", "the choice has no options"),
    "form.duplicate_option": ("вариант «{value}» повторяется", "the option “{value}” is repeated"),
    "form.no_label": ("у поля нет подписи", "the field has no label"),
    "form.outcome_key": (
        "ключ «{key}» занят исходом кнопок",
        "the key “{key}” is taken by the outcome of the buttons",
    ),
    "form.outcome_twice": (
        "исход «{outcome}» есть у двух кнопок",
        "two buttons have the outcome “{outcome}”",
    ),
    "form.outcome_in_rows": (
        "кнопка с исходом не может стоять в строке списка",
        "a button with an outcome cannot stand in a row of a list",
    ),
    "form.outcome_unknown": (
        "requiresFor называет исход «{outcome}», которого нет ни у одной кнопки",
        "requiresFor names the outcome “{outcome}”, which no button has",
    ),
    "form.file_limit": (
        "«{property}» должно быть {expected}, сейчас «{value}»",
        "“{property}” must be {expected}, it is “{value}”",
    ),
    "form.file_megabytes": ("числом мегабайт до {limit}", "a number of megabytes up to {limit}"),
    "form.file_count": ("целым числом от 1 до {limit}", "a whole number from 1 to {limit}"),
    "form.image_source": (
        "картинка может быть только с этого сервера или data:image",
        "a picture may only come from this server or from data:image",
    ),
    # the reasons that patterns and templates give
    "pattern.end": ("образец обрывается", "the pattern ends too early"),
    "pattern.open": ("не закрыта скобка", "a bracket is not closed"),
    "pattern.close": ("лишняя закрывающая скобка", "there is a closing bracket too many"),
    "pattern.nothing_to_repeat": (
        "нечего повторять перед «{symbol}»",
        "there is nothing to repeat before “{symbol}”",
    ),
    "pattern.range": ("неверный промежуток «{text}»", "“{text}” is not a valid range"),
    "pattern.escape": ("непонятное обозначение «{text}»", "“{text}” is not understood"),
    "pattern.unsupported": (
        "«{text}» не поддерживается (просмотр вперёд или назад, обратная ссылка)",
        "“{text}” is not supported (look-ahead, look-behind or back reference)",
    ),
    "pattern.large": ("образец слишком велик", "the pattern is too large"),
    "template.open": ("не закрыто «{text}»", "“{text}” is not closed"),
    "template.close": ("лишнее «{text}»", "“{text}” closes nothing"),
    "template.block": ("неизвестный блок «{text}»", "the block “{text}” is unknown"),
}

_WORD_FORMS = re.compile(r"\{(\w+)\|([^|}]*)\|([^|}]*)\|([^}]*)\}")
_VALUE = re.compile(r"\{(\w+)\}")


def plural(n: int, one: str, few: str, many: str, language: str) -> str:
    """Return the word form that agrees with *n* (CLDR cardinal rules for whole numbers)."""
    n = abs(n)
    if language != "ru":
        return one if n == 1 else many
    if n % 10 == 1 and n % 100 != 11:
        return one
    return few if n % 10 in (2, 3, 4) and n % 100 not in (12, 13, 14) else many


def say(code: str, language: str, **values: Any) -> str:
    """Return the text of *code* in *language* ("ru", anything else is English)."""
    russian, english = TEXTS[code]
    text = russian if language == "ru" else english

    def agree(match: re.Match[str]) -> str:
        number = values.get(match[1], 0)
        return plural(int(number), match[2], match[3], match[4], language)

    return _VALUE.sub(lambda match: str(values.get(match[1], "")), _WORD_FORMS.sub(agree, text))


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, as a stable code with its values; the text is made when the language is known."""

    code: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def message(self, language: str) -> str:
        return say(self.code, language, **self.values)


def problem(code: str, **values: Any) -> Problem:
    """Make a `Problem`; long values are cut, since they come from outside."""
    short = {key: _shorten(value) if isinstance(value, str) else value for key, value in values.items()}
    return Problem(code, short)


def _shorten(text: str, limit: int = 200) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
