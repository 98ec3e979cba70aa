"""Why the engine refused a step of a scenario, in both languages, by the stable code of its error."""

from bpmn.errors import EngineError, InvalidForm, NotAllowed
from bpmn.scenarios.words import Said
from bpmn.spiff import explain
from bpmn.spiff.errors import ExecutionError

_RU = {
    "not_found": "нет такого: {what} {key}",
    "task.not_open": "задача уже завершена или отменена",
    "task.held": "задачу держит {holder}",
    "client.already_answered": "на этот вопрос уже ответили, или его больше не задают",
    "request.ended": "заявка уже завершена ({state})",
    "message.ambiguous": "сообщения «{name}» ждут сразу несколько заявок ({count}): нужен ключ, который укажет одну",
    "message.not_expected": "сообщения «{name}» никто не ждёт",
    "call.failed": "того, что вызывает диаграмма, нет",
    "conflict": "кто-то успел раньше",
    "token.gone": "здесь этого уже никто не ждёт",
    "start.not_found": "у процесса нет такого начала",
    "state.unreadable": "сохранённое состояние не подходит к диаграмме",
    "variable.not_storable": "такое значение нельзя сохранить в переменной",
    "not_repeatable": "повтор пошёл другим путём",
}
_NOT_ALLOWED_RU = {
    "administrator.only": "это может только администратор",
    "analyst.only": "это может только аналитик",
    "request.not_yours": "это может только ответственный",
    "task.not_yours": "задача предложена другим: в groups сценария у этого сотрудника нет нужной группы",
    "task.held": "задачу держит другой сотрудник",
    "task.no_group": "у задачи нет группы, которой её можно вернуть",
    "task.nobody_holds": "задачу никто не держит",
    "task.too_late": "взять назад уже поздно",
}


def why(error: EngineError | ExecutionError) -> Said:
    """Return what the engine says, for readers of either language."""
    english = str(error)
    if isinstance(error, NotAllowed):
        return Said(_NOT_ALLOWED_RU.get(error.reason, "на это нет права"), english)
    text = _RU.get(error.code)
    if text is not None:
        return Said(text.format(**error.values), english)
    if isinstance(error, ExecutionError):
        return Said(explain(error.code, english, "ru"), explain(error.code, english, "en"))
    return Said("это нельзя сделать", english)


def unfilled(ru: InvalidForm, en: InvalidForm) -> Said:
    """Return what is wrong with the fields of a form, said by the form in both languages."""
    return Said(_fields(ru), _fields(en))


def _fields(error: InvalidForm) -> str:
    return "; ".join(f"{path}: {text}" if path else text for path, text in error.errors.items())
