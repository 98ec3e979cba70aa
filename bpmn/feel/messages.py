"""Every text of FEEL that people read, in English and in Russian, by its stable code."""

#: code -> (English, Russian); values are filled in by ``wording.fill``.
MESSAGES: dict[str, tuple[str, str]] = {
    "feel.syntax": (
        "line {line}, column {column}: expected {expected}, found {found}",
        "строка {line}, столбец {column}: ожидается {expected}, а здесь {found}",
    ),
    "feel.limit.source": (
        "the expression is longer than {limit} {limit|character|characters|characters}: split it",
        "выражение длиннее {limit} {limit|символа|символов|символов}: разделите его",
    ),
    "feel.limit.nesting": (
        "the expression is nested deeper than {limit} {limit|level|levels|levels}: split it",
        "вложенность выражения больше {limit} {limit|уровня|уровней|уровней}: разделите его",
    ),
    "feel.limit.steps": (
        "the expression needs more than {limit} {limit|step|steps|steps}: shorten its loops and lists",
        "выражению нужно больше {limit} {limit|шага|шагов|шагов}: сократите циклы и списки",
    ),
    "feel.limit.depth": (
        "functions of the expression call each other deeper than {limit} {limit|level|levels|levels}",
        "функции выражения вызывают друг друга глубже {limit} {limit|уровня|уровней|уровней}",
    ),
    "feel.limit.text": (
        "a string became longer than {limit} {limit|character|characters|characters}: shorten it",
        "строка стала длиннее {limit} {limit|символа|символов|символов}: сократите её",
    ),
    "feel.limit.items": (
        "a list became longer than {limit} {limit|item|items|items}: shorten it",
        "список стал длиннее {limit} {limit|элемента|элементов|элементов}: сократите его",
    ),
    "feel.limit.time": (
        "the expression ran longer than {limit} s: make it simpler or its lists shorter",
        "выражение вычислялось дольше {limit} с: упростите его или сократите списки",
    ),
    "feel.value": (
        "a value of the Python type {type} cannot be used in FEEL",
        "значение типа {type} языка Python нельзя использовать в FEEL",
    ),
    "juel.untranslatable": (
        "the JUEL expression {source!r} cannot be translated: {construct}; write it in FEEL",
        "выражение JUEL {source!r} нельзя перевести: {construct}; напишите его на FEEL",
    ),
    "juel.name": ("there is no variable {name!r}", "нет переменной {name!r}"),
    "juel.index": (
        "there is no element {key} in a value of type {type}",
        "нет элемента {key} в значении типа {type}",
    ),
    "juel.method": (
        "a value of type {type} has no method {name}()",
        "у значения типа {type} нет метода {name}()",
    ),
    # reasons of a null
    "name.unknown": ("there is no variable {name!r}", "нет переменной {name!r}"),
    "path.unknown": (
        "a value of type {type} has no component {name!r}",
        "у значения типа {type} нет компонента {name!r}",
    ),
    "operator.types": (
        "{operator} does not work on the types {left} and {right}",
        "{operator} не работает с типами {left} и {right}",
    ),
    "operator.type": ("{operator} does not work on the type {type}", "{operator} не работает с типом {type}"),
    "number.division_by_zero": ("division by zero", "деление на ноль"),
    "number.range": (
        "the result of {operator} is too large for a number, or not defined",
        "результат {operator} слишком велик для числа или не определён",
    ),
    "temporal.range": (
        "the result of {operator} is beyond the dates and durations that can be held",
        "результат {operator} выходит за пределы возможных дат и длительностей",
    ),
    "filter.type": (
        "square brackets after a list hold a condition or a number, not a value of type {type}",
        "в квадратных скобках после списка нужно условие или номер, а не значение типа {type}",
    ),
    "filter.index": (
        "there is no item {index}: the list has {size}",
        "нет элемента с номером {index}: всего в списке {size}",
    ),
    "condition.type": (
        "a condition must give true or false, not a value of type {type}",
        "условие должно давать true или false, а не значение типа {type}",
    ),
    "range.invalid": (
        "there is no range from {start} to {end}: its start must come first and be of the same type",
        "диапазона от {start} до {end} нет: начало должно идти первым и быть того же типа",
    ),
    "iteration.type": (
        "a value of type {type} cannot be walked through: give a list or a range",
        "значение типа {type} нельзя перебрать: нужен список или диапазон",
    ),
    "context.duplicate": (
        "the context has two entries {name!r}: rename one",
        "в контексте две записи {name!r}: переименуйте одну",
    ),
    "function.unknown": ("there is no function {name!r}", "нет функции {name!r}"),
    "function.not": (
        "a value of type {type} is not a function and cannot be called",
        "значение типа {type} — не функция, вызвать его нельзя",
    ),
    "function.count": (
        "{name} cannot be called with {count} {count|argument|arguments|arguments}",
        "{name} нельзя вызвать с {count} {count|аргументом|аргументами|аргументами}",
    ),
    "function.names": (
        "{name} has no parameters with the names {names}, or some are missing",
        "у {name} нет параметров с именами {names} или указаны не все",
    ),
    "function.argument": (
        "{name}: the argument {parameter!r} cannot be of type {type}",
        "{name}: аргумент {parameter!r} не может быть типа {type}",
    ),
    "function.external": (
        "external functions (Java, PMML) are not supported: write the function in FEEL",
        "внешние функции (Java, PMML) не поддерживаются: напишите функцию на FEEL",
    ),
    "function.failed": ("{name}: {problem}", "{name}: {problem}"),
    "function.value": (
        "{name} has no result for these values",
        "{name} не даёт результата при таких значениях",
    ),
    "type.unknown": ("there is no type {name!r}", "нет типа {name!r}"),
}

#: kind of a construct that JUEL has and FEEL has not -> (English, Russian).
CONSTRUCTS: dict[str, tuple[str, str]] = {
    "function": ("the function {name}()", "функция {name}()"),
    "method": ("the method {name}()", "метод {name}()"),
    "operator": ("the operator {name!r}", "оператор {name!r}"),
    "syntax": ("unexpected {name!r}", "неожиданное {name!r}"),
    "end": ("it ends too early", "оно оборвано"),
    "empty": ("there is nothing between the braces", "между скобками ничего нет"),
    "object": ("{name!r} is an object of the Java engine", "{name!r} — объект движка на Java"),
    "length": ("it is too long or nested too deep", "оно слишком длинное или слишком вложенное"),
}

#: What is wrong with a pattern of `matches`, `replace`, `split` and `extract` -> (English, Russian).
PATTERNS: dict[str, tuple[str, str]] = {
    "flags": ("the flags {text!r} are not among s, m, i, x, q", "флаги {text!r} не из набора s, m, i, x, q"),
    "replacement.long": (
        "the replacement is longer than {limit} {limit|character|characters|characters}",
        "замена длиннее {limit} {limit|символа|символов|символов}",
    ),
    "replacement.backslash": (
        "a backslash in a replacement must precede '$' or another backslash",
        "обратная черта в замене должна стоять перед '$' или второй чертой",
    ),
    "replacement.group": (
        "'$' in a replacement must precede the number of a group",
        "за '$' в замене должен идти номер группы",
    ),
    "large": ("the pattern is too large", "образец слишком велик"),
    "long": (
        "the pattern is longer than {limit} {limit|character|characters|characters}",
        "образец длиннее {limit} {limit|символа|символов|символов}",
    ),
    "unexpected": (
        "the pattern has an unexpected {text!r} at character {position}",
        "в образце лишнее {text!r}, символ {position}",
    ),
    "end": ("the pattern ends too early", "образец обрывается"),
    "nesting": (
        "the pattern is nested deeper than {limit} {limit|level|levels|levels}",
        "вложенность образца больше {limit} {limit|уровня|уровней|уровней}",
    ),
    "repeat": ("{text!r} in the pattern cannot be repeated", "{text!r} в образце нельзя повторять"),
    "count.large": (
        "the pattern repeats something more than {limit} {limit|time|times|times}",
        "образец повторяет что-то больше {limit} {limit|раза|раз|раз}",
    ),
    "count.order": (
        "the count {text} goes down: swap its numbers",
        "счётчик {text} убывает: поменяйте числа местами",
    ),
    "quantifiers": (
        "two quantifiers follow each other at character {position} of the pattern",
        "два счётчика подряд в образце, символ {position}",
    ),
    "group": (
        "{text!r} is not supported in patterns: use plain brackets",
        "{text!r} в образцах не поддерживается: используйте простые скобки",
    ),
    "bracket": ("a bracket of the pattern is not closed", "в образце не закрыта скобка"),
    "reference": (
        "the pattern refers to group {position}, which is not closed before",
        "образец ссылается на группу {position}, а она до этого не закрыта",
    ),
    "escape": ("{text!r} is not understood in patterns", "обозначение {text!r} в образцах непонятно"),
    "property": (
        "\\p in a pattern needs a category as {{Lu}} or a block as {{IsCyrillic}}",
        "за \\p в образце нужна категория вида {{Lu}} или блок вида {{IsCyrillic}}",
    ),
    "block": (
        "the block {text!r} of characters is not supported in patterns",
        "блок символов {text!r} в образцах не поддерживается",
    ),
    "class": (
        "square brackets of the pattern are empty or not closed",
        "квадратные скобки образца пусты или не закрыты",
    ),
    "class.bracket": (
        "'[' inside square brackets of a pattern must be escaped: '\\['",
        "'[' внутри квадратных скобок образца пишут с чертой: '\\['",
    ),
    "class.end": (
        "a range in square brackets of the pattern must end at a character",
        "промежуток в квадратных скобках образца должен кончаться символом",
    ),
    "class.order": (
        "the range {text} in the pattern goes down: swap its ends",
        "промежуток {text} в образце убывает: поменяйте концы местами",
    ),
}

#: what a syntax error expected -> (English, Russian); other keys are tokens shown as they are.
EXPECTED: dict[str, tuple[str, str]] = {
    "expression": ("an expression", "выражение"),
    "end": ("the end of the expression", "конец выражения"),
    "operator": ("an operator or the end of the expression", "оператор или конец выражения"),
    "name": ("a name", "имя"),
    "type": ("the name of a type", "имя типа"),
    "string end": ("a closing quote", "закрывающая кавычка"),
    "comment end": ("'*/'", "'*/'"),
    "endpoint": ("an endpoint of a range", "граница диапазона"),
    "temporal literal": ("a date, time or duration after @", "дата, время или длительность после @"),
    "string": ("a string in quotes", "строка в кавычках"),
    "unary tests": ("a test such as < 10 or [1..5]", "проверка вида < 10 или [1..5]"),
}
