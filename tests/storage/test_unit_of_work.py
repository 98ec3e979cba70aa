"""A unit of work is all or nothing, one writer at a time, and numbers have neither doubles nor gaps."""

import threading
from datetime import UTC, datetime

import pytest

from storage.database import Storage
from storage.errors import VersionConflict
from storage.models import Base, Definition, Deployment
from storage.numbering import next_number
from storage.rows import NEVER, InstanceRow, TaskRow

NOW = datetime(2026, 6, 10, 9, 0, tzinfo=UTC)


@pytest.fixture
def storage(tmp_path):
    storage = Storage(f"sqlite:///{tmp_path / 'test.db'}", tmp_path / "files")
    Base.metadata.create_all(storage.engine)
    with storage.unit_of_work() as uow:
        uow.session.add(Deployment(id=1, content_hash="x", source="demo", created_at=NOW))
        uow.flush()
        uow.session.add(
            Definition(id=1, key="sale", version=1, name="Sale", state="active", deployment_id=1,
                       resource_path="sale.bpmn", info={}, created_at=NOW)
        )  # fmt: skip
        uow.flush()
        uow.instances.insert(instance(1))
    yield storage
    storage.close()


def instance(instance_id):
    return InstanceRow(instance_id, 1, "active", 1, b"state", NOW, NOW)


def task(task_id, **changes):
    row = TaskRow(
        task_id, 1, task_id, "approve", "Approve", None, "open", None, ["heads"], [], 50, NEVER, NOW
    )
    for name, value in changes.items():
        setattr(row, name, value)
    return row


def test_a_unit_that_fails_leaves_nothing_behind(storage):
    told = []

    def fail():
        with storage.unit_of_work() as uow:
            uow.tasks.insert([task(1)])
            uow.after_commit(lambda: told.append("committed"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()

    with storage.unit_of_work() as uow:
        assert uow.tasks.get(1) is None
    assert told == []


def test_a_restarted_unit_forgets_what_it_did_and_goes_on(storage):
    with storage.unit_of_work() as uow:
        uow.tasks.insert([task(1)])
        uow.restart()
        uow.tasks.insert([task(2)])

    with storage.unit_of_work() as uow:
        assert uow.tasks.get(1) is None
        assert uow.tasks.get(2).candidate_groups == ["heads"]


def test_a_late_writer_of_an_instance_is_refused(storage):
    with storage.unit_of_work() as uow:
        late = uow.instances.load(1)
        uow.instances.save(uow.instances.load(1), at=NOW)

        with pytest.raises(VersionConflict):
            uow.instances.save(late, at=NOW)


def test_a_closed_task_leaves_the_queue(storage):
    with storage.unit_of_work() as uow:
        uow.tasks.insert([task(1), task(2)])
        uow.tasks.close(1, at=NOW, completed=[1])

    with storage.unit_of_work() as uow:
        assert [row.id for row in uow.tasks.open_of(1)] == [2]
        assert uow.connection.exec_driver_sql("select task_id from task_candidate").scalars().all() == [2]


def test_parallel_units_take_numbers_without_doubles_or_gaps(storage):
    taken = []

    def register(fail: bool):
        try:
            with storage.unit_of_work() as uow:
                number = next_number(uow, "invoice:2026")
                if fail:
                    raise RuntimeError
                taken.append(number)
        except RuntimeError:
            pass

    threads = [threading.Thread(target=register, args=(index % 3 == 0,)) for index in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(taken) == list(range(1, 21))


def test_a_file_is_kept_once_under_its_hash_and_a_path_is_no_hash(storage):
    first = storage.files.put(b"content", "text/plain")
    second = storage.files.put(b"content", "text/plain")

    assert first == second
    assert storage.files.open(first.hash) == b"content"
    with pytest.raises(FileNotFoundError):
        storage.files.open("../../etc/passwd")
