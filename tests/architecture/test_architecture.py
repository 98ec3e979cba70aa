"""The rules of the house that an import contract cannot say."""

import ast
import re
import subprocess
from pathlib import Path

from tests.paths import ROOT

PACKAGES = ("bpmn", "handlers", "storage", "timers", "web")
TOP = {
    "processes", "bpmn", "handlers", "web", "storage", "timers", "tests", "docs", ".ci",
    "config.yaml", "pyproject.toml", "Makefile", "README.md", "README.ru.md", "CHANGELOG.md", "LICENSE",
    "requirements.lock", "requirements-dev.lock", ".gitignore",
}  # fmt: skip


def sources() -> list[Path]:
    found = []
    for package in PACKAGES:
        found += [path for path in (ROOT / package).rglob("*.py") if "node_modules" not in path.parts]
    return found


def tracked() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    )  # fmt: skip
    return listed.stdout.splitlines()


def test_only_the_unit_of_work_commits():
    commits = []
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "commit"
            ):
                commits.append(str(path.relative_to(ROOT)))

    assert sorted(set(commits)) == ["storage/database.py", "storage/unit_of_work.py"]


def test_nothing_evaluates_text_as_code():
    found = []
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in ("eval", "exec")
            ):
                found.append(f"{path.relative_to(ROOT)}:{node.lineno}")

    assert found == []


def test_only_the_token_engine_imports_spiffworkflow():
    found = []
    for path in sources():
        inside = path.is_relative_to(ROOT / "bpmn" / "spiff")
        if not inside and re.search(
            r"^\s*(from|import) SpiffWorkflow", path.read_text("utf-8"), re.MULTILINE
        ):
            found.append(str(path.relative_to(ROOT)))

    assert found == ["web/benchmark/whole_state.py"]  # measured against, not used


def test_every_module_says_what_it_guarantees():
    missing = [
        str(path.relative_to(ROOT))
        for path in sources()
        if "migrations/versions" not in str(path)
        and not ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ]

    assert missing == []


def test_the_top_level_has_only_what_the_design_names():
    assert {name.split("/")[0] for name in tracked()} <= TOP


def test_lock_files_name_no_host():
    for name in [name for name in tracked() if name.endswith((".lock", "package-lock.json"))]:
        content = (ROOT / name).read_text("utf-8")
        assert not re.search(r"resolved\"|--index-url|--find-links", content), name
