"""Every text of FEEL that people read, in English and in Russian, by its stable code."""

#: code -> (English, Russian); values are filled in with ``str.format``.
MESSAGES: dict[str, tuple[str, str]] = {
    "feel.syntax": (
        "line {line}, column {column}: expected {expected}, found {found}",
        "строка {line}, столбец {column}: ожидалось {expected}, найдено {found}",
    ),
    "feel.limit.source": (
        "the expression is longer than {limit} characters",
        "выражение длиннее {limit} символов",
    ),
    "feel.limit.nesting": (
        "the expression is nested deeper than {limit} levels",
        "вложенность выражения больше {limit} уровней",
    ),
    "feel.limit.steps": (
        "the expression needs more than {limit} steps",
        "выражению нужно больше {limit} шагов",
    ),
    "feel.limit.depth": (
        "functions of the expression call each other deeper than {limit} levels",
        "функции выражения вызывают друг друга глубже {limit} уровней",
    ),
    "feel.limit.text": (
        "a string became longer than {limit} characters",
        "строка стала длиннее {limit} символов",
    ),
    "feel.limit.items": (
        "a list became longer than {limit} items",
        "список стал длиннее {limit} элементов",
    ),
    "feel.limit.time": (
        "the expression ran longer than {limit} s",
        "выражение вычислялось дольше {limit} с",
    ),
    "feel.value": (
        "a value of the Python type {type} cannot be used in FEEL",
        "значение типа Python {type} нельзя использовать в FEEL",
    ),
    "juel.untranslatable": (
        "the JUEL expression {source!r} cannot be translated: {construct}",
        "выражение JUEL {source!r} нельзя перевести: {construct}",
    ),
    "juel.name": ("there is no variable {name!r}", "нет переменной {name!r}"),
    "juel.index": ("there is no element {key} in {type}", "нет элемента {key} в значении типа {type}"),
    "juel.method": ("{type} has no method {name}()", "у значения типа {type} нет метода {name}()"),
    # reasons of a null
    "name.unknown": ("there is no variable {name!r}", "нет переменной {name!r}"),
    "path.unknown": ("{type} has no component {name!r}", "у значения типа {type} нет компонента {name!r}"),
    "operator.types": (
        "{operator} cannot be applied to {left} and {right}",
        "{operator} нельзя применить к {left} и {right}",
    ),
    "operator.type": ("{operator} cannot be applied to {type}", "{operator} нельзя применить к {type}"),
    "number.division_by_zero": ("division by zero", "деление на ноль"),
    "number.range": (
        "the result of {operator} is not a representable number",
        "результат {operator} не представим числом",
    ),
    "temporal.range": (
        "the result of {operator} is out of range",
        "результат {operator} вне допустимого диапазона",
    ),
    "filter.type": (
        "a filter must be a boolean or a number, not {type}",
        "фильтр должен быть логическим или числом, а не {type}",
    ),
    "filter.index": (
        "there is no item {index} in a list of {size}",
        "в списке из {size} нет элемента {index}",
    ),
    "condition.type": (
        "a condition must be a boolean, not {type}",
        "условие должно быть логическим, а не {type}",
    ),
    "range.invalid": (
        "the range from {start} to {end} is not valid",
        "диапазон от {start} до {end} недопустим",
    ),
    "iteration.type": ("cannot iterate over {type}", "нельзя перебрать значение типа {type}"),
    "context.duplicate": ("the context has two entries {name!r}", "в контексте две записи {name!r}"),
    "function.unknown": ("there is no function {name!r}", "нет функции {name!r}"),
    "function.not": ("{type} is not a function", "значение типа {type} — не функция"),
    "function.count": ("{name}: {count} arguments do not fit", "{name}: {count} аргументов не подходят"),
    "function.names": ("{name}: there are no parameters {names}", "{name}: нет параметров {names}"),
    "function.argument": (
        "{name}: the argument {parameter!r} cannot be {type}",
        "{name}: аргумент {parameter!r} не может быть {type}",
    ),
    "function.external": (
        "external functions (Java, PMML) are not supported",
        "внешние функции (Java, PMML) не поддерживаются",
    ),
    "function.failed": ("{name}: {problem}", "{name}: {problem}"),
    "function.value": ("{name}: the value is not acceptable", "{name}: значение недопустимо"),
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
    "string": ("a string", "строка"),
    "unary tests": ("unary tests", "унарные условия"),
}
