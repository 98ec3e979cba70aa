"""What a scenario's report says, in both languages."""

from collections.abc import Mapping
from typing import Any

_WORDS: Mapping[str, tuple[str, str]] = {
    "not_met": ("не так, как ожидалось: {keys}", "not as expected: {keys}"),
    "not_run": ("шаг не выполнялся: раньше случилась ошибка", "not run: a step before it failed"),
    "refused": ("шаг не выполнен: {why}", "the step failed: {why}"),
    "deploy": ("диаграмма не разворачивается: {why}", "the diagram cannot be deployed: {why}"),
    "no_task": (
        "нет открытой задачи «{task}»; открыты: {open}",
        "no open task is called {task!r}; open are: {open}",
    ),
    "few_tasks": (
        "открытых задач {count}, а нужно завершить {wanted}",
        "{count} tasks are open where {wanted} are to be completed",
    ),
    "no_job": (
        "нет открытого задания «{element}»; открыты: {open}",
        "no job of {element!r} is open; open are: {open}",
    ),
    "no_wait": (
        "элемент «{element}» ничего не ждёт; ждут: {open}",
        "{element!r} waits for nothing; waiting are: {open}",
    ),
    "no_element": ("на диаграмме нет элемента «{element}»", "the diagram has no element {element!r}"),
    "no_process": (
        "нет процесса «{process}»; есть: {open}",
        "there is no process {process!r}; there are: {open}",
    ),
    "which_process": (
        "процессов несколько, укажите process: {open}",
        "there are several processes, name one as process: {open}",
    ),
    "no_start": (
        "у процесса «{process}» нет начала по сообщению «{message}»",
        "the process {process!r} has no start by the message {message!r}",
    ),
    "no_signal_start": (
        "сигнал «{signal}» не начинает ни одного процесса",
        "the signal {signal!r} starts no process",
    ),
    "kept": ("никто не ждёт этого сообщения, оно сохранено", "nobody waits for the message; it is kept"),
    "nobody": ("никто не ждёт этого сигнала", "nobody waits for the signal"),
    "endless": (
        "больше {limit} срабатываний за один шаг: процесс не останавливается",
        "more than {limit} firings in one step: the process does not come to rest",
    ),
    "job_moved": (
        "задание «{element}» не завершилось: {why}",
        "the job of {element!r} did not complete: {why}",
    ),
    "no_adhoc": (
        "нет открытого свободного подпроцесса с «{element}»",
        "no ad-hoc subprocess with {element!r} is open",
    ),
    "form": ("форма задачи «{task}»: {why}", "the form of the task {task!r}: {why}"),
    "none_required": (
        "процесс требует прохождения сценариев, но в папке scenarios их нет",
        "the process requires its scenarios to pass, but the folder scenarios has none",
    ),
    "scenario_failed": (
        "сценарий «{name}» не прошёл: шаг {step}: {why}",
        "the scenario {name!r} fails: step {step}: {why}",
    ),
    "files_missing": ("нет файла {file}", "there is no file {file}"),
}


class Words:
    """A message by its code, said in the reader's language."""

    def __init__(self, code: str, **values: Any) -> None:
        self.code, self.values = code, values

    def message(self, language: str) -> str:
        """Return the text in "ru" or "en"."""
        values = {
            key: value.message(language) if isinstance(value, Words) else value
            for key, value in self.values.items()
        }
        return _WORDS[self.code][language != "ru"].format(**values)


class Said(Words):
    """A message that is ready in both languages."""

    def __init__(self, ru: str, en: str) -> None:
        super().__init__("")
        self._ru, self._en = ru, en

    def message(self, language: str) -> str:
        return self._ru if language == "ru" else self._en
