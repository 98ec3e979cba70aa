"""Compile a deployed folder: every diagram parsed, linted and built; modelling mistakes are problems, not errors."""

from collections.abc import Mapping
from types import MappingProxyType

from bpmn.lint.problem import Problem
from bpmn.lint.rules import check
from bpmn.spiff.builder import Builder
from bpmn.spiff.compiling import Compiler, default_language
from bpmn.spiff.graph import Drawing
from bpmn.spiff.model import Bundle, ProcessModel
from bpmn.spiff.reader import Reader
from bpmn.xml import XmlRefused, parse_xml


def compile_bundle(files: Mapping[str, bytes]) -> Bundle:
    """Compile every `*.bpmn` of *files* (name → content); other files are left alone.

    Raises nothing for mistakes in the diagrams: they are `Bundle.problems`.  A process with an error of its own
    file is not among `Bundle.processes`.
    """
    problems: list[Problem] = []
    drawings: list[Drawing] = []
    broken: set[str] = set()
    languages: dict[str, str] = {}
    for name in sorted(files):
        if not name.lower().endswith((".bpmn", ".bpmn20.xml")):
            continue
        try:
            reader = Reader(name, parse_xml(files[name]))
        except XmlRefused as error:
            problems.append(
                Problem(
                    name, None, f"xml.{error.code}", "error", error.message_ru, error.message_en, error.line
                )
            )
            continue
        reader.read()
        languages[name] = default_language(reader.root)
        found = [*reader.problems, *check(reader)]
        if any(problem.severity == "error" for problem in found):
            broken.add(name)
        problems.extend(found)
        drawings.extend(reader.drawings)
    executable = [drawing for drawing in drawings if drawing.executable]
    problems.extend(_twice(executable))
    processes: dict[str, ProcessModel] = {}
    for drawing in executable:
        if drawing.file in broken:
            continue
        compiler = Compiler(drawing.file, languages[drawing.file], files)
        model = Builder(drawing, compiler).build()
        problems.extend(compiler.problems)
        if not compiler.problems and model.key not in processes:
            processes[model.key] = model
    for model in processes.values():
        model.siblings = MappingProxyType(processes)
    return Bundle(
        MappingProxyType(processes),
        tuple(drawing.id for drawing in drawings if not drawing.executable),
        tuple(dict.fromkeys(problems)),
    )


def _twice(drawings: list[Drawing]) -> list[Problem]:
    seen: dict[str, Drawing] = {}
    found = []
    for drawing in drawings:
        first = seen.setdefault(drawing.id, drawing)
        if first is not drawing:
            found.append(
                Problem(
                    drawing.file,
                    drawing.id,
                    "duplicate_process",
                    "error",
                    f"Процесс {drawing.id} уже есть в файле {first.file}",
                    f"The process {drawing.id} is already in the file {first.file}",
                    drawing.line,
                )
            )
    return found
