"""What the codes of failed handlers mean for people, and what to do, in Russian and English."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Failure:
    """What happened, and what an administrator can do about it."""

    title: str
    advice: str


def explain(code: str, language: str) -> Failure | None:
    """Return the words of a code, or None if it is none of ours."""
    words = _WORDS.get(code)
    if words is None:
        return None
    return Failure(*(words[:2] if language == "ru" else words[2:]))


_REDEPLOY_RU, _REDEPLOY_EN = (
    "Исправьте процесс и введите новую версию; эту заявку перенесите или пропустите шаг.",
    "Mend the process and activate a new version; move this request to it or skip the step.",
)
_WORDS: dict[str, tuple[str, str, str, str]] = {
    "handler.unknown": (
        "Обработчик не установлен", "Установите пакет с обработчиком и повторите.",
        "The handler is not installed", "Install the package with the handler and retry.",
    ),
    "handler.parameter": (
        "Шагу передано неподходящее значение", "Исправьте данные заявки или выражение параметра и повторите.",
        "A step was given a wrong value", "Mend the request's data or the parameter's expression and retry.",
    ),
    "handler.result": (
        "Обработчик вернул не то, что обещал", "Сообщите автору обработчика.",
        "The handler did not return what it promised", "Tell the author of the handler.",
    ),
    "handler.external": (
        "Шаг выполняет внешняя программа", "Уберите её тему из настроек или дождитесь программы, затем повторите.",
        "A program elsewhere does this step", "Take its topic out of the settings, or wait for the program; then retry.",
    ),
    "external.failed": (
        "Внешняя программа не справилась", "Устраните причину, которую она назвала, и повторите.",
        "A program elsewhere could not do it", "Mend the cause that it named, then retry.",
    ),
    "handler.uncertain": (
        "Действие, возможно, уже выполнено",
        "Проверьте, случилось ли оно. Если да, пропустите шаг; если нет, повторите.",
        "It may already have happened", "Find out whether it did. If so, skip the step; if not, retry.",
    ),
    "assign.whom": (
        "Не сказано, кого назначить", _REDEPLOY_RU,
        "Nobody is named to be assigned", _REDEPLOY_EN,
    ),
    "assign.unknown_user": (
        "Сотрудника нет или он не работает", "Заведите сотрудника или назовите другого и повторите.",
        "The person is unknown or inactive", "Add the person or name another one and retry.",
    ),
    "assign.nobody": (
        "В группе никого нет", "Добавьте в группу сотрудника и повторите.",
        "The group is empty", "Add somebody to the group and retry.",
    ),
    "approvals.unknown_level": (
        "Такого уровня согласования нет", _REDEPLOY_RU,
        "There is no such level of approval", _REDEPLOY_EN,
    ),
    "approvals.nobody": (
        "Согласовать некому", "Добавьте согласующего в группу и повторите: инициатор не согласует сам.",
        "Nobody may approve", "Add an approver to the group and retry: the initiator never approves.",
    ),
    "notifications.no_responsible": (
        "У заявки нет ответственного", "Назначьте ответственного и повторите.",
        "The request has no responsible person", "Assign one and retry.",
    ),
    "notifications.unknown_recipient": (
        "Получателя нет", "Проверьте адрес или ключ группы и повторите.",
        "The recipient is unknown", "Check the address or the key of the group and retry.",
    ),
    "notifications.document": (
        "Документа для вложения нет", _REDEPLOY_RU,
        "The document to attach is not there", _REDEPLOY_EN,
    ),
    "notifications.too_large": (
        "Вложения больше 20 МБ", "Пропустите шаг и отправьте документы иначе.",
        "The attachments exceed 20 MB", "Skip the step and send the documents in another way.",
    ),
    "notifications.too_many": (
        "Слишком много получателей", _REDEPLOY_RU,
        "Too many recipients", _REDEPLOY_EN,
    ),
    "documents.no_organisation": (
        "Организации нет или она закрыта", "Проверьте справочник организаций и повторите.",
        "The organisation is unknown or inactive", "Check the catalog of organisations and retry.",
    ),
    "documents.no_lines": (
        "В документе нет строк", "Заполните товары и услуги заявки и повторите.",
        "The document has no lines", "Fill in the goods of the request and retry.",
    ),
    "documents.too_many_lines": (
        "В документе больше 500 строк", "Разделите заявку или пропустите шаг.",
        "The document has more than 500 lines", "Split the request or skip the step.",
    ),
    "documents.amount": (
        "Сумма документа слишком велика",
        "Исправьте цены и количества в данных заявки и повторите.",
        "The total of the document is too large",
        "Mend prices and quantities in the request's data and retry.",
    ),
    "documents.line": (
        "Строка документа заполнена неверно", "Исправьте названную строку в данных заявки и повторите.",
        "A line of the document is wrong", "Mend the named line in the request's data and retry.",
    ),
    "documents.no_template": (
        "Шаблона документа нет", _REDEPLOY_RU,
        "The document template is missing", _REDEPLOY_EN,
    ),
    "documents.template": (
        "Шаблон документа с ошибкой", _REDEPLOY_RU,
        "The document template has a mistake", _REDEPLOY_EN,
    ),
    "documents.too_heavy": (
        "Шаблон документа требует слишком много времени или памяти", _REDEPLOY_RU,
        "The document template takes too much time or memory", _REDEPLOY_EN,
    ),
    "texts.missing": ("Текста письма нет", _REDEPLOY_RU, "The text of the letter is missing", _REDEPLOY_EN),
    "texts.mistake": ("Ошибка в тексте письма", _REDEPLOY_RU, "The text of the letter has a mistake", _REDEPLOY_EN),
    "texts.unknown_name": (
        "В тексте письма неизвестное имя", _REDEPLOY_RU,
        "The text of the letter uses an unknown name", _REDEPLOY_EN,
    ),
    "texts.limit": (
        "В тексте письма недопустимое действие", _REDEPLOY_RU,
        "The text of the letter does what it may not", _REDEPLOY_EN,
    ),
    "mail.bad_address": (
        "Адрес почты неверен", "Исправьте адрес контакта и повторите.",
        "The e-mail address is wrong", "Mend the contact's address and retry.",
    ),
    "mail.folder": (
        "Письмо не записалось на диск", "Проверьте место на диске и права, затем повторите.",
        "The letter could not be written to disk", "Check free space and rights, then retry.",
    ),
    "mail.refused": (
        "Почтовый сервер отказался принять письмо", "Проверьте адрес и ответ сервера, затем повторите.",
        "The mail server refused the letter", "Check the address and the server's answer, then retry.",
    ),
    "mail.unreachable": (
        "Почтовый сервер недоступен", "Проверьте настройки почты и сеть, затем повторите всё сразу.",
        "The mail server cannot be reached", "Check the mail settings and the network, then retry all.",
    ),
}  # fmt: skip
