"""`marshrut token`: made, listed, ended; the secret is shown once."""

import pytest
from click.testing import CliRunner

from web.cli import main


@pytest.fixture
def run(monkeypatch, tmp_path):
    monkeypatch.setenv("MARSHRUT_LANGUAGE", "en")
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        return CliRunner().invoke(main, ["token", *arguments, "--data", "data"])

    return run


def test_a_token_is_made_listed_and_ended(run):
    made = run("create", "erp", "--topic", "erp.*", "--days", "30")
    assert made.exit_code == 0, made.output
    secret = made.stdout.splitlines()[0]
    assert secret.startswith("mrt_")
    assert len(secret) > 40

    shown = run("list").output
    assert "erp\tjobs\terp.*\tnever used" in shown
    assert secret not in shown

    assert run("revoke", "erp").exit_code == 0
    assert "revoked" in run("list").output
    assert run("revoke", "erp").exit_code == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("create", "erp"),
        ("create", "e;rp", "--metrics"),
        ("create", "erp", "--topic", "a b"),
        ("create", "erp", "--topic", ""),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(run, arguments):
    refused = run(*arguments)

    assert refused.exit_code == 1
    assert "Traceback" not in refused.output


def test_two_tokens_of_one_name_are_refused(run):
    assert run("create", "m", "--metrics").exit_code == 0
    assert run("create", "m", "--metrics").exit_code == 1
