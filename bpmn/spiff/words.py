"""What the engine's incidents mean, in plain words of both languages, by their stable code.

The message of an incident stays what it was when it happened (English, with the expression and the value);
`explain` puts a sentence for people before it.
"""

_WORDS = {
    "gateway.no_flow": (
        "Ни одно условие на стрелках не выполнено, а стрелки по умолчанию нет",
        "No condition on the outgoing flows is true and there is no default flow",
    ),
    "condition.not_boolean": (
        "Условие не дало ни «да», ни «нет»: скорее всего, не заполнена переменная",
        "A condition gave neither true nor false: a variable is probably missing",
    ),
    "expression.failed": ("Выражение не вычислилось", "An expression could not be evaluated"),
    "timer.unreadable": (
        "Срок не удалось понять как дату, длительность или повторение",
        "A timer's value is no date, duration or cycle",
    ),
    "task.assignment": (
        "Исполнитель, срок или приоритет задачи получились непригодными",
        "The assignee, a date or the priority of the task came out unusable",
    ),
    "loop.input": (
        "Не удалось узнать, сколько раз повторить действие",
        "How often the activity has to run could not be found out",
    ),
    "decision.result": (
        "Результат таблицы решений не того вида, который ждёт задача",
        "The result of the decision is not of the kind the task expects",
    ),
    "bpmn_error.uncaught": (
        "Произошла ошибка, которую никто на диаграмме не ловит",
        "An error was raised that nothing in the diagram catches",
    ),
    "call.process_name": (
        "Не удалось узнать, какой процесс вызвать",
        "Which process to call could not be found out",
    ),
    "call.too_deep": (
        "Слишком много процессов друг в друге: возможно, процесс вызывает сам себя",
        "Too many processes inside one another: perhaps a process calls itself",
    ),
    "message.name": ("У сообщения нет имени", "The message has no name"),
    "message.payload": (
        "Содержание сообщения должно быть набором «имя — значение»",
        "What a message carries must be names with values",
    ),
    "signal.name": ("У сигнала нет имени", "The signal has no name"),
    "unit.endless": (
        "Процесс ходит по кругу и нигде не останавливается",
        "The process goes round in a circle without ever waiting",
    ),
    "unit.too_much_work": (
        "Слишком много работы без единой остановки: возможно, процесс ходит по кругу. Повтор продолжит с этого места",
        "Too much work without a single wait: perhaps the process goes round in a circle. A retry goes on from here",
    ),
    "unit.stopped": (
        "Шаг не выполнялся: перед ним сразу не удалось слишком много других",
        "The step was not run: too many others failed at once before it",
    ),
    "variable.not_storable": (
        "Значение нельзя сохранить в переменной",
        "A value cannot be stored in a variable",
    ),
    "script.syntax": ("Ошибка в тексте скрипта", "The script is written wrongly"),
    "script.failed": ("Скрипт остановился с ошибкой", "The script stopped with an error"),
    "script.too_slow": ("Скрипт работал слишком долго", "The script ran too long"),
    "script.too_large": ("Скрипту не хватило памяти", "The script needed too much memory"),
    "script.too_long": ("Скрипт слишком длинный", "The script is too long"),
    "script.crashed": ("Скрипт пришлось остановить", "The script had to be stopped"),
    "script.value": (
        "Скрипт вернул или получил непригодное значение",
        "A value cannot enter or leave the script",
    ),
    "step.failed": ("Шаг не удался", "The step failed"),
}
_FEEL = ("Выражение не вычислилось", "An expression could not be evaluated")


def explain(code: str, message: str, language: str) -> str:
    """Return a sentence in "ru" or "en" for an incident, its own message behind."""
    words = _WORDS.get(code) or (_FEEL if code.startswith("feel.") else None)
    if words is None:
        return message
    sentence = words[0] if language == "ru" else words[1]
    return f"{sentence}. {message}" if message else sentence
