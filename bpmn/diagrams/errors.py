"""Why a file cannot be drawn."""

_TEXTS = {
    "diagram.empty": ("В файле нет ни одного элемента процесса", "The file has no element of a process"),
    "diagram.too_large": (
        "На диаграмме слишком много элементов: {count}",
        "The diagram has too many elements: {count}",
    ),
}


class DiagramRefused(ValueError):
    """The XML is well-formed but there is nothing in it to draw, or too much."""

    def __init__(self, code: str, **values: object) -> None:
        self.code, self.values = code, values
        self.message_ru, self.message_en = (text.format(**values) for text in _TEXTS[code])
        super().__init__(self.message_en)

    def message(self, language: str) -> str:
        return self.message_ru if language == "ru" else self.message_en
