"""A backup made while requests are at work holds all that was committed before; the restored site goes on."""

import threading
import zipfile
from datetime import UTC, datetime

import orjson
import pytest
from sqlalchemy import func, select

from bpmn.engine import ProcessEngine
from handlers.settings import MailSettings, Settings
from storage import backup, schema
from storage.backup import BackupRefused
from storage.database import Storage
from storage.models import Document, Instance
from tests import postgres
from tests.engine.kit import END, START, chain, el, job

FLOW = (
    START + job("work", topic="test.work") + el("userTask", "look", camunda_candidateGroups="heads") + END
    + chain("start", "work", "look", "end")
)  # fmt: skip
SQLITE = pytest.mark.parametrize("storage", ["sqlite"], indirect=True)
NOW = datetime(2026, 6, 10, 7, tzinfo=UTC)


@pytest.fixture
def storage(storage):
    """A site that knows its revision, as every real one does."""
    with storage.unit_of_work() as uow:
        uow.connection.exec_driver_sql(
            "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"
        )
        uow.connection.exec_driver_sql(f"INSERT INTO alembic_version VALUES ('{schema.newest()}')")
    return storage


@pytest.fixture
def target(request, tmp_path):
    """A site of another kind: one not there yet, or a PostgreSQL with empty tables."""
    if request.param == "postgres":
        url = postgres.database(request.getfixturevalue("postgres_server"))
        storage = Storage(url.render_as_string(hide_password=False), tmp_path / "restored-files")
    else:
        storage = Storage(f"sqlite:///{tmp_path / 'restored.db'}", tmp_path / "restored-files")
    yield storage
    storage.close()


def write(storage, path, **more):
    return backup.write(storage, path, now=NOW, version="0.1.0", **more)


def count(storage, model):
    with storage.read() as connection:
        return connection.execute(select(func.count()).select_from(model)).scalar_one()


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("storage", "target"), [("sqlite", "postgres"), ("postgres", "sqlite")], indirect=True
)
def test_a_backup_while_requests_work_holds_what_was_committed_and_the_restored_site_goes_on(
    engine, storage, target, tmp_path, deploy, start, registry, clock, ann, open_tasks, behaviour
):
    behaviour.result = {"note": "ж" * 5000, "at": clock()}
    deploy(FLOW)
    before = [start(n=n) for n in range(3)]
    engine.jobs.run_until_idle()
    file = storage.files.put(b"a document", "text/plain")
    with storage.unit_of_work() as uow:
        uow.connection.exec_driver_sql(
            "INSERT INTO file (hash, size, media_type, created_at) VALUES"
            f" ('{file.hash}', 10, 'text/plain', '2026-06-10 07:00:00')"
        )
    going = threading.Event()
    busy = threading.Thread(target=lambda: [(start(), going.set()) for _ in range(20)])
    busy.start()
    going.wait()

    made = write(storage, tmp_path / "site.zip")
    busy.join()
    backup.restore(target, tmp_path / "site.zip")

    assert made.files == 1
    assert target.files.open(file.hash) == b"a document"
    assert 3 < count(target, Instance) <= 23
    again = ProcessEngine(
        target, secret_key="a key", settings=Settings(mail=MailSettings(folder=tmp_path / "m")),
        registry=registry, clock=clock,
    )  # fmt: skip
    again.jobs.run_until_idle()
    for request_id in before:
        assert again.instances.variables(request_id) == engine.instances.variables(request_id)
        with target.reading() as uow:
            (task,) = uow.tasks.open_of(request_id)
        again.tasks.complete(task_id=task.id, values={}, by=ann)
        with target.reading() as uow:
            assert uow.instances.get(request_id).state == "completed"
    assert schema.current(target) == schema.newest()


@SQLITE
def test_a_site_that_is_not_empty_is_left_alone_without_force(storage, tmp_path, deploy, start):
    deploy(FLOW)
    start()
    write(storage, tmp_path / "site.zip")
    with pytest.raises(BackupRefused) as refused:
        write(storage, tmp_path / "site.zip")
    assert refused.value.code == "exists"

    start()
    with pytest.raises(BackupRefused) as refused:
        backup.restore(storage, tmp_path / "site.zip")
    assert refused.value.code == "not_empty"
    assert count(storage, Instance) == 2

    backup.restore(storage, tmp_path / "site.zip", force=True)
    assert count(storage, Instance) == 1


def damaged(path, name, change):
    """Write the archive again with one member changed."""
    with zipfile.ZipFile(path) as archive:
        content = {item: archive.read(item) for item in archive.namelist()}
    content[name] = change(content[name])
    with zipfile.ZipFile(path, "w") as archive:
        for item, data in content.items():
            archive.writestr(item, data)


def set_in(document, **values):
    return orjson.dumps({**orjson.loads(document), **values})


DAMAGE = [
    ("manifest.json", lambda old: b"[]", "unreadable"),
    ("manifest.json", lambda old: set_in(old, format=2), "newer"),
    ("manifest.json", lambda old: set_in(old, schema="9999"), "newer"),
    ("manifest.json", lambda old: set_in(old, rows=7), "unreadable"),
    ("tables/instance.jsonl", lambda old: old[:-20], "unreadable"),
    ("tables/instance.jsonl", lambda old: old.replace(b'{"b":', b'{"x":'), "unreadable"),
]


@SQLITE
def test_a_damaged_or_newer_backup_changes_nothing(storage, tmp_path, deploy, start):
    deploy(FLOW)
    start()
    write(storage, tmp_path / "site.zip")
    whole = (tmp_path / "site.zip").read_bytes()
    for name, change, code in DAMAGE:
        (tmp_path / "site.zip").write_bytes(whole)
        damaged(tmp_path / "site.zip", name, change)

        with pytest.raises(BackupRefused) as refused:
            backup.restore(storage, tmp_path / "site.zip", force=True)

        assert refused.value.code == code, (name, refused.value)
        assert count(storage, Instance) == 1
    (tmp_path / "text").write_text("no zip")
    with pytest.raises(BackupRefused):
        backup.restore(storage, tmp_path / "text", force=True)


@SQLITE
def test_letters_and_the_key_come_along_and_no_path_leads_out(storage, tmp_path, deploy):
    deploy(FLOW)
    mail, key = tmp_path / "mail", tmp_path / "secret.key"
    (mail / "2026").mkdir(parents=True)
    (mail / "2026" / "a.eml").write_bytes(b"letter")
    key.write_text("k")
    write(storage, tmp_path / "site.zip", beside={"mail": mail, "secret.key": key})
    with zipfile.ZipFile(tmp_path / "site.zip", "a") as archive:
        archive.writestr("mail/../../out.txt", b"out")
    place = tmp_path / "deep" / "er"

    backup.restore(
        storage,
        tmp_path / "site.zip",
        force=True,
        beside={"mail": place / "mail", "secret.key": place / "key"},
    )

    assert (place / "mail" / "2026" / "a.eml").read_bytes() == b"letter"
    assert (place / "key").read_text() == "k"
    assert not list(tmp_path.rglob("out.txt"))
    assert (tmp_path / "site.zip").stat().st_mode & 0o77 == 0
    assert count(storage, Document) == 0
