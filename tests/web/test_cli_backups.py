"""`marshrut backup`, `restore` and `check` from the command line: what they say and how they end."""

import pytest
from click.testing import CliRunner

from web.cli import main


@pytest.fixture
def run(monkeypatch, tmp_path):
    monkeypatch.setenv("MARSHRUT_LANGUAGE", "ru")
    monkeypatch.delenv("MARSHRUT_SECRET_KEY", raising=False)
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        result = CliRunner().invoke(main, arguments)
        assert "Traceback" not in result.output
        return result

    return run


def test_a_site_moves_to_another_folder_with_its_key(run, tmp_path):
    assert run("user", "list", "--data", "old").exit_code == 0
    assert run("backup", "site.zip", "--data", "old").exit_code == 0
    assert "уже есть" in run("backup", "site.zip", "--data", "old").output

    restored = run("restore", "site.zip", "--data", "new")

    assert restored.exit_code == 0
    assert (tmp_path / "new" / "secret.key").read_text() == (tmp_path / "old" / "secret.key").read_text()
    assert run("check", "--data", "new").exit_code == 0


def test_what_is_no_backup_or_has_nothing_to_back_up_is_said_in_one_line(run, tmp_path):
    (tmp_path / "text.zip").write_text("hello")

    refused = run("restore", "text.zip", "--data", "new")
    assert refused.exit_code == 2
    assert "не резервная копия" in refused.output

    empty = run("backup", "a.zip", "--data", "nothing")
    assert empty.exit_code == 1
    assert not (tmp_path / "a.zip").exists()


def test_check_names_the_requests_to_which_nothing_can_happen(run, tmp_path):
    from bpmn.actors import Actor
    from tests.web_kit import CHECK_FILES
    from web.app import build_services
    from web.config import load

    services = build_services(load(None, data=tmp_path / "data"))
    services.engine.deployments.deploy(CHECK_FILES, by=Actor.system(), activate=True)
    number = services.engine.instances.start(key="check", variables={}, by=Actor.system()).number
    with services.storage.unit_of_work() as uow:
        uow.connection.exec_driver_sql("DELETE FROM task_candidate")
        uow.connection.exec_driver_sql("DELETE FROM task")
    services.engine.close()

    said = run("check", "--data", "data")

    assert said.exit_code == 1
    assert number in said.output
