"""A version goes out as a folder and comes back as the same version."""

import io
import zipfile

from click.testing import CliRunner

from bpmn.actors import Actor
from tests.web_kit import CHECK_FILES
from web.cli import main


def test_an_exported_version_deployed_again_is_no_new_version(tmp_path, monkeypatch):
    monkeypatch.setenv("MARSHRUT_LANGUAGE", "en")
    source, target = tmp_path / "source", tmp_path / "target"
    for path, content in CHECK_FILES.items():
        (source / path).parent.mkdir(parents=True, exist_ok=True)
        (source / path).write_bytes(content)
    data = ("--data", str(tmp_path / "data"))
    run = CliRunner().invoke

    deployed = run(main, ["deploy", str(source), "--activate", *data], catch_exceptions=False)
    exported = run(main, ["export", "check", str(target), *data], catch_exceptions=False)
    again = run(main, ["deploy", str(target), *data], catch_exceptions=False)
    absent = run(main, ["export", "check", str(target), "--version", "7", *data], catch_exceptions=False)

    assert (deployed.exit_code, exported.exit_code, again.exit_code) == (0, 0, 0)
    assert {path: (target / path).read_bytes() for path in CHECK_FILES} == CHECK_FILES
    assert "nothing new was stored" in again.output
    assert absent.exit_code == 1


def test_the_folder_of_a_version_is_downloaded_as_one_archive(engine, admin_browser):
    engine.deployments.deploy(CHECK_FILES, by=Actor.system(), activate=True)

    response = admin_browser.get("/processes/check/versions/1/bundle.zip")

    with zipfile.ZipFile(io.BytesIO(response.data)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == CHECK_FILES
    assert admin_browser.get("/processes/check/versions/9/bundle.zip").status_code == 404
