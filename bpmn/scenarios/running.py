"""Run scenarios one after the other: each bundle is compiled and deployed once, each scenario begins afresh."""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from bpmn.errors import DeploymentRefused
from bpmn.lint.problem import Problem
from bpmn.scenarios import expecting
from bpmn.scenarios.acting import Player, StepRefused
from bpmn.scenarios.model import Scenario, ScenarioUnreadable, Step
from bpmn.scenarios.observing import Names
from bpmn.scenarios.reading import read_scenario
from bpmn.scenarios.results import Report, ScenarioResult, StepResult
from bpmn.scenarios.sources import BundleSource, FolderSource, Source, is_scenario, scenario_paths
from bpmn.scenarios.stage import TOLERATED, EngineMaker, Stage
from bpmn.scenarios.words import Said, Words

KEPT_STAGES = 8


class Runner:
    """Runs scenarios; close it when done."""

    def __init__(self, make_engine: EngineMaker) -> None:
        self._make_engine = make_engine
        self._stages: OrderedDict[str, Stage | list[Problem]] = OrderedDict()

    def __enter__(self) -> "Runner":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give back every stage."""
        for stage in self._stages.values():
            if isinstance(stage, Stage):
                stage.close()
        self._stages.clear()

    def run_paths(self, paths: Iterable[Path]) -> Report:
        """Run files and folders; what cannot be read is in the report."""
        found: list[ScenarioResult] = []
        for path in paths:
            try:
                files = scenario_paths(path)
            except FileNotFoundError:
                found.append(
                    _unreadable(
                        ScenarioUnreadable(str(path), None, "нет такого файла", "there is no such file")
                    )
                )
                continue
            found += [self.run_file(file) for file in files]
        return Report(tuple(found))  # fmt: skip

    def run_file(self, path: Path) -> ScenarioResult:
        """Run one scenario file."""
        try:
            content = path.read_bytes()
        except OSError as error:
            why = error.strerror or str(error)
            return _unreadable(
                ScenarioUnreadable(str(path), None, f"не читается: {why}", f"cannot be read: {why}")
            )
        return self.run_content(str(path), content, FolderSource(path))

    def run_content(self, file: str, content: bytes, source: Source) -> ScenarioResult:
        """Run a scenario that *source* has the files for."""
        begun = time.perf_counter()
        try:
            scenario = read_scenario(file, content)
            files = source.bundle(scenario)
        except ScenarioUnreadable as error:
            return _unreadable(error)
        stage = self._stage(files, scenario.now)
        if not isinstance(stage, Stage):
            return _undeployable(scenario, stage)
        return play(stage, scenario, begun)

    def _stage(self, files: Mapping[str, bytes], now: datetime) -> Stage | list[Problem]:
        key = _digest(files)
        if key in self._stages:
            self._stages.move_to_end(key)
            return self._stages[key]
        made: Stage | list[Problem]
        try:
            made = Stage(files, self._make_engine, now=now)
        except DeploymentRefused as error:
            made = [
                problem
                for problem in error.problems
                if problem.severity == "error" and problem.rule not in TOLERATED
            ]
        self._stages[key] = made
        while len(self._stages) > KEPT_STAGES:
            _, oldest = self._stages.popitem(last=False)
            if isinstance(oldest, Stage):
                oldest.close()
        return made


def play(stage: Stage, scenario: Scenario, begun: float) -> ScenarioResult:
    """Play a scenario to its end, or to the first step that cannot be done."""
    names = Names(stage.models)
    player = Player(stage, scenario, names)
    results: list[StepResult] = []
    broken = False
    for step in scenario.steps:
        if broken:
            results.append(StepResult(step.index, step.kind, False, words=Words("not_run"), line=step.line))
            continue
        result, broken = _play(player, stage, names, step)
        results.append(result)
    with stage.storage.read() as connection:
        reached = player.view(connection).reached()
    return ScenarioResult(
        file=scenario.file,
        name=scenario.name,
        steps=tuple(results),
        visits={element: reached[element] for element in names.elements},
        seconds=time.perf_counter() - begun,
    )


def _play(player: Player, stage: Stage, names: Names, step: Step) -> tuple[StepResult, bool]:
    if step.kind == "expect":
        return _expect(player, stage, names, step), False
    try:
        remark = player.play(step.kind, step.body)
    except StepRefused as error:
        return StepResult(step.index, step.kind, False, words=error.words, line=step.line), True
    return StepResult(step.index, step.kind, True, words=remark, line=step.line), False


def _expect(player: Player, stage: Stage, names: Names, step: Step) -> StepResult:
    with stage.storage.read() as connection:
        view = player.view(connection)
        focus = player.focus() if "state" in step.body else None
        state = view.state(focus) if focus is not None else None
        now = expecting.Now(view, names, state, player.variables, player.adhoc)
        findings = expecting.check(step.body, now)
    unmet = [finding.key for finding in findings if not finding.met]
    return StepResult(
        index=step.index,
        kind=step.kind,
        passed=not unmet,
        expected=expecting.written(step.body),
        actual={finding.key: finding.actual for finding in findings},
        words=Words("not_met", keys=", ".join(unmet)) if unmet else None,
        line=step.line,
    )


def bundle_problems(files: Mapping[str, bytes], make_engine: EngineMaker) -> list[Problem]:
    """Run the scenarios of a bundle; return a problem for each that fails, or one when there are none."""
    paths = sorted(path for path in files if is_scenario(path))
    if not paths:
        return [_problem("scenarios/", "scenario.none", Words("none_required"))]
    with Runner(make_engine) as runner:
        results = [runner.run_content(path, files[path], BundleSource(path, files)) for path in paths]
    problems = []
    for result in results:
        failure = result.failure
        if failure is not None:
            why = failure.words or Words("not_run")
            words = Words("scenario_failed", name=result.name, step=failure.index + 1, why=why)
            problems.append(_problem(result.file, "scenario.failed", words, failure.line))
    return problems


def _problem(file: str, rule: str, words: Words, line: int | None = None) -> Problem:
    return Problem(file, None, rule, "error", words.message("ru"), words.message("en"), line)


def _unreadable(error: ScenarioUnreadable) -> ScenarioResult:
    words = Said(error.message_ru, error.message_en)
    step = StepResult(0, "read", False, words=words, line=error.line)
    return ScenarioResult(error.file, error.file, (step,), unreadable=True)


def _undeployable(scenario: Scenario, problems: list[Problem]) -> ScenarioResult:
    words = Words(
        "deploy", why=Said(*("; ".join(_line(one, tongue) for one in problems) for tongue in ("ru", "en")))
    )
    step = StepResult(0, "deploy", False, actual=[_as_json(one) for one in problems], words=words)
    return ScenarioResult(scenario.file, scenario.name, (step,))  # fmt: skip


def _line(problem: Problem, language: str) -> str:
    place = ":".join(filter(None, [problem.file, str(problem.line or ""), problem.element or ""]))
    return f"{place}: {problem.message(language)}"


def _as_json(problem: Problem) -> dict[str, Any]:
    return {
        "file": problem.file,
        "element": problem.element,
        "rule": problem.rule,
        "severity": problem.severity,
        "message": problem.message_en,
    }


def _digest(files: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(f"{path}\0{len(files[path])}\0".encode())
        digest.update(files[path])
    return digest.hexdigest()
