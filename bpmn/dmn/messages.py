"""Every text of the decision engine, in English and in Russian, by its stable code."""

from collections.abc import Mapping

from bpmn.feel.wording import fill

MESSAGES: dict[str, tuple[str, str]] = {
    # reading a file
    "dmn.xml": ("The decision file cannot be read: {detail}", "Файл решений не читается: {detail}"),
    "dmn.not_dmn": (
        "The file is not a DMN model: its root element is {root!r}, expected 'definitions' of DMN 1.1 to 1.5",
        "Файл не является моделью DMN: корневой элемент {root!r}, а нужен 'definitions' DMN 1.1–1.5",
    ),
    "dmn.missing": (
        "The {tag!r} element has no {part!r} (line {line})",
        "У элемента {tag!r} нет {part!r} (строка {line})",
    ),
    "dmn.duplicate": (
        "Two elements share the {what} {name!r}: rename one",
        "У двух элементов совпадает {what} {name!r}: переименуйте один",
    ),
    "dmn.unknown_element": (
        "The element {tag!r} is unknown here (line {line})",
        "Элемент {tag!r} здесь неизвестен (строка {line})",
    ),
    "dmn.reference": (
        "{name!r} refers to {href!r}, and there is no such {kind} in the model: correct the reference",
        "{name!r} ссылается на {href!r}, но такого элемента ({kind}) в модели нет: исправьте ссылку",
    ),
    "dmn.cycle": (
        "Decisions require each other in a circle, remove one of the arrows: {path}",
        "Решения требуют друг друга по кругу, уберите одну из стрелок: {path}",
    ),
    "dmn.import_missing": (
        "The model imports {name!r} ({namespace}), and that file is not in the folder: add it",
        "Модель импортирует {name!r} ({namespace}), но такого файла в папке нет: добавьте его",
    ),
    "dmn.import_cycle": (
        "Models import each other in a circle, remove one of the imports: {path}",
        "Модели импортируют друг друга по кругу, уберите один из импортов: {path}",
    ),
    "dmn.limit": (
        "The model is too large, split it: more than {limit} {what}",
        "Модель слишком велика, разделите её: больше {limit} {what}",
    ),
    # what cannot be run
    "dmn.expression": (
        "{place}: the expression {source!r} is not FEEL: {detail}",
        "{place}: выражение {source!r} записано не на FEEL: {detail}",
    ),
    "dmn.expression_language": (
        "{place}: the expression language {language!r} is not supported; use FEEL",
        "{place}: язык выражений {language!r} не поддерживается; используйте FEEL",
    ),
    "dmn.function_kind": (
        "{place}: a function of kind {kind!r} is not run; write it in FEEL",
        "{place}: функции вида {kind!r} не исполняются; напишите её на FEEL",
    ),
    "dmn.hit_policy": (
        "{place}: there is no hit policy or aggregation {policy!r}; take one of the standard, as UNIQUE or FIRST",
        "{place}: нет политики срабатывания или сводки {policy!r}; возьмите одну из стандартных, например UNIQUE или FIRST",
    ),
    "dmn.aggregation": (
        "{place}: the hit policy {policy} gathers a single output, and the table has {count}",
        "{place}: политика {policy} сводит один выход, а в таблице их {count}",
    ),
    "dmn.no_priority": (
        "{place}: the hit policy {policy} needs output values in order of priority, and none are given",
        "{place}: политике {policy} нужны выходные значения по убыванию приоритета, а они не указаны",
    ),
    "dmn.rule_width": (
        "{place}: rule {rule} has {found} {found|cell|cells|cells} of kind {part!r}, "
        "and the table has {expected} {expected|column|columns|columns} of it",
        "{place}: в правиле {rule} {found} {found|ячейка|ячейки|ячеек} вида {part!r}, "
        "а в таблице {expected} {expected|такой столбец|таких столбца|таких столбцов}",
    ),
    "dmn.empty_input": (
        "{place}: an input column does not say what it compares: write an expression in its head",
        "{place}: у входного столбца не указано, что он сравнивает: напишите выражение в его заголовке",
    ),
    "dmn.empty_expression": (
        "{place}: the expression is empty, so its value is always null",
        "{place}: выражение пустое, поэтому значение всегда null",
    ),
    "dmn.unknown_type": (
        "{place}: the type {type!r} is not defined in the model",
        "{place}: тип {type!r} в модели не определён",
    ),
    "dmn.no_logic": (
        "The decision {name!r} has no logic, and no value was given for it",
        "У решения {name!r} нет логики, и значение для него не передано",
    ),
    # evaluation
    "dmn.not_found": (
        "There is no decision, knowledge model or service {name!r} in the model",
        "В модели нет решения, модели знаний или сервиса {name!r}",
    ),
    "dmn.unique": (
        "{place}: rules {rules} match together, and the hit policy UNIQUE allows one",
        "{place}: правила {rules} сработали вместе, а политика UNIQUE допускает одно",
    ),
    "dmn.any": (
        "{place}: rules {rules} match with different outputs, and the hit policy ANY wants equal ones",
        "{place}: правила {rules} сработали с разными выходами, а политика ANY требует одинаковых",
    ),
    "dmn.output_value": (
        "{place}: rule {rule} gives {value}, which is not among the allowed output values",
        "{place}: правило {rule} даёт {value}, а среди допустимых выходных значений этого нет",
    ),
    "dmn.input_value": (
        "{place}: the input {input!r} is {value}, which is not among its allowed values",
        "{place}: вход {input!r} равен {value}, а среди допустимых значений этого нет",
    ),
    "dmn.too_deep": (
        "{place}: functions call each other more than {limit} {limit|level|levels|levels} deep",
        "{place}: функции вызывают друг друга глубже {limit} {limit|уровня|уровней|уровней}",
    ),
    "dmn.too_long": (
        "{place}: the evaluation needs more than {limit} {what}",
        "{place}: вычисление требует больше {limit} {what}",
    ),
    "dmn.expression_limit": ("{place}: {detail}", "{place}: {detail}"),
    # reasons why a value became null
    "dmn.type": (
        "{place}: {value} is not of type {type}",
        "{place}: {value} — не значение типа {type}",
    ),
    "dmn.not_boolean": (
        "{place}: the condition gives {value} and not true or false",
        "{place}: условие даёт {value}, а не true или false",
    ),
    "dmn.not_function": (
        "{place}: {name!r} is not a function",
        "{place}: {name!r} — не функция",
    ),
    "dmn.arguments": (
        "{place}: {name!r} takes ({expected}) and was given ({found})",
        "{place}: {name!r} принимает ({expected}), а передано ({found})",
    ),
    "dmn.aggregate_type": (
        "{place}: the hit policy {policy} cannot gather {value}",
        "{place}: политика {policy} не может свести {value}",
    ),
    "dmn.mapping": (
        "{place}: the result does not fit mapDecisionResult={mode}: {detail}",
        "{place}: результат не подходит под mapDecisionResult={mode}: {detail}",
    ),
    "dmn.input_file": ("The input cannot be read: {detail}", "Входные данные не читаются: {detail}"),
    "dmn.input_type": (
        "The input {name!r} is {value}, and {type} is expected",
        "Вход {name!r} равен {value}, а нужен тип {type}",
    ),
    # lint
    "dmn.overlap": (
        "{place}: rules {first} and {second} both match when {example}; the hit policy {policy} does not allow that",
        "{place}: правила {first} и {second} срабатывают вместе при {example}; политика {policy} этого не допускает",
    ),
    "dmn.gap": (
        "{place}: no rule matches when {example}, and there is no default output",
        "{place}: ни одно правило не срабатывает при {example}, а выхода по умолчанию нет",
    ),
    "dmn.unreachable": (
        "{place}: rule {rule} never decides, as earlier rules take all its cases: move it up or remove it",
        "{place}: правило {rule} никогда не решает, все его случаи забирают более ранние: поднимите или уберите его",
    ),
    "dmn.never": (
        "{place}: rule {rule} never matches: no allowed value of {input!r} passes {cell!r}",
        "{place}: правило {rule} не сработает никогда: ни одно допустимое значение {input!r} не проходит {cell!r}",
    ),
    "dmn.cell_type": (
        "{place}: rule {rule} compares {input!r} of type {type} with {value}",
        "{place}: правило {rule} сравнивает {input!r} типа {type} со значением {value}",
    ),
    "dmn.output_type": (
        "{place}: rule {rule} gives {value} for {output!r}, which is of type {type}",
        "{place}: правило {rule} даёт {value} для {output!r}, а его тип — {type}",
    ),
    "dmn.output_not_allowed": (
        "{place}: rule {rule} gives {value} for {output!r}, which is not among the allowed values",
        "{place}: правило {rule} даёт для {output!r} значение {value}, а среди допустимых его нет",
    ),
    "dmn.not_required": (
        "{place} uses {used!r} without requiring it: draw an information requirement, or its value will be null",
        "{place} использует {used!r}, но не требует его: проведите стрелку зависимости, иначе значение будет null",
    ),
    "dmn.unknown_name": (
        "{place} uses {used!r}, which is not declared in the model: whoever calls the decision must give it",
        "{place} использует {used!r}, а в модели этого нет: значение должен передать тот, кто вызывает решение",
    ),
    "dmn.no_rules": ("{place}: the table has no rules", "{place}: в таблице нет правил"),
    "dmn.no_expression": (
        "The decision {name!r} has no logic: its value must be given from outside",
        "У решения {name!r} нет логики: его значение должно приходить извне",
    ),
    "dmn.partly_checked": (
        "{place}: the table is too large to be checked as a whole: overlaps, gaps and dead rules may go unseen",
        "{place}: таблица слишком велика, чтобы проверить её целиком: "
        "пересечения, пробелы и лишние правила могли остаться незамеченными",
    ),
    "dmn.unused": (
        "No decision requires the input {name!r}",
        "Вход {name!r} не нужен ни одному решению",
    ),
    "dmn.name_differs": (
        "The variable of {name!r} is called {variable!r}; other decisions see that name",
        "Переменная элемента {name!r} называется {variable!r}; другие решения видят это имя",
    ),
    "dmn.same_name": (
        "{count} elements are called {name!r}: give each its own name, or nobody can tell what requires what",
        "Несколько элементов ({count}) названы {name!r}: дайте им разные имена, иначе связи не понять",
    ),
    "dmn.aggregate_output": (
        "{place}: the hit policy {policy} needs numbers, and the output {output!r} is of type {type}",
        "{place}: политике {policy} нужны числа, а у выхода {output!r} тип {type}",
    ),
}


def render(code: str, language: str, values: Mapping[str, object]) -> str:
    """Return the message *code* in *language* ("ru", otherwise English) with *values* filled in."""
    return fill(MESSAGES[code][language == "ru"], language, values)
