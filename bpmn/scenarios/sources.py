"""Where scenarios and what they play on lie: a folder on disk or the files of a bundle."""

from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from bpmn.scenarios.model import Scenario, ScenarioUnreadable
from bpmn.scenarios.reading import SUFFIXES

MAX_BYTES = 50_000_000
_DIAGRAM = ".bpmn"
_PARTS = (_DIAGRAM, ".dmn", ".form")


def is_scenario(path: str) -> bool:
    """Tell whether a file is a scenario by its name."""
    return path.endswith(SUFFIXES)


def scenario_paths(path: Path) -> list[Path]:
    """Return the scenarios that a path means: the file itself, or every one below the folder, in order.

    Raises:
        FileNotFoundError.
    """
    if path.is_dir():
        found = (item for suffix in SUFFIXES for item in path.rglob(f"*{suffix}") if item.is_file())
        return sorted(item for item in found if not _hidden(item.relative_to(path)))
    if not path.exists():
        raise FileNotFoundError(path)
    return [path]


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


class Source:
    """What stands beside one scenario."""

    def bundle(self, scenario: Scenario) -> dict[str, bytes]:
        """Return the files to deploy.  Raises ScenarioUnreadable."""
        raise NotImplementedError


class FolderSource(Source):
    """Files on disk; without a list every diagram, decision and form of the nearest folder with a diagram."""

    def __init__(self, path: Path) -> None:
        self._folder = path.absolute().parent

    def bundle(self, scenario: Scenario) -> dict[str, bytes]:
        if scenario.files:
            return dict(self._listed(scenario))
        root = next(
            (one for one in (self._folder, self._folder.parent) if any(one.glob(f"*{_DIAGRAM}"))),
            self._folder,
        )
        names = [item for item in sorted(root.iterdir()) if item.suffix in _PARTS]
        names += sorted((root / "forms").glob("*.form"))
        return {_place(item.relative_to(root).as_posix()): self._read(scenario, item) for item in names}

    def _listed(self, scenario: Scenario) -> Iterator[tuple[str, bytes]]:
        total = 0
        for name in scenario.files:
            path = self._folder / name
            content = self._read(scenario, path)
            total += len(content)
            if total > MAX_BYTES:
                raise ScenarioUnreadable(
                    scenario.file, None, "файлы слишком велики", "the files are too large"
                )
            yield _place(path.name), content

    @staticmethod
    def _read(scenario: Scenario, path: Path) -> bytes:
        try:
            return path.read_bytes()
        except OSError as error:
            why = error.strerror or str(error)
            raise ScenarioUnreadable(
                scenario.file, None, f"не читается {path.name}: {why}", f"cannot read {path.name}: {why}"
            ) from None


class BundleSource(Source):
    """The files of a deployment; paths of a scenario are relative to its own place there."""

    def __init__(self, path: str, files: Mapping[str, bytes]) -> None:
        self._folder, self._files = PurePosixPath(path).parent, files

    def bundle(self, scenario: Scenario) -> dict[str, bytes]:
        if not scenario.files:
            return {path: data for path, data in self._files.items() if path.endswith(_PARTS)}
        found = {}
        for name in scenario.files:
            path = _normal(self._folder / name)
            if path not in self._files:
                raise ScenarioUnreadable(
                    scenario.file, None, f"в папке нет {name}", f"the folder has no {name}"
                )
            found[path] = self._files[path]
        return found


def _place(path: str) -> str:
    """Return where a bundle expects the file: forms have a folder of their own."""
    name = path.rpartition("/")[2]
    return f"forms/{name}" if path.endswith(".form") else path


def _normal(path: PurePosixPath) -> str:
    parts: list[str] = []
    for part in path.parts:
        if part == "..":
            if parts:
                parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)
