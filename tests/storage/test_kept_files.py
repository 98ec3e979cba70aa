"""Content that nobody needs goes; content that somebody needs stays, in whatever order the two meet."""

import hashlib

import pytest

from storage.kept_files import keep_file, let_go
from storage.models import File

CONTENT = b"the same bytes"
HASH = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def kept(storage, clock):
    with storage.unit_of_work() as uow:
        keep_file(uow, CONTENT, "text/plain", at=clock())


def is_there(storage):
    with storage.read_session() as session:
        row = session.get(File, HASH) is not None
    content = storage.files.stamp(HASH) != 0
    assert row == content, "a row without content, or content without a row"
    return content


def test_content_goes_with_its_row_only_when_the_unit_commits(storage, kept):
    def fail():
        with storage.unit_of_work() as uow:
            assert let_go(uow, HASH)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert is_there(storage)

    with storage.unit_of_work() as uow:
        assert let_go(uow, HASH)
    assert not is_there(storage)


def test_content_that_is_kept_again_after_the_row_went_stays(storage, clock, kept):
    """The worst order: the row is deleted and committed, somebody keeps the content, then it is to be removed."""
    with storage.unit_of_work() as uow:
        let_go(uow, HASH)
        late, uow._after_commit[:] = list(uow._after_commit), []
    with storage.unit_of_work() as uow:
        keep_file(uow, CONTENT, "text/plain", at=clock())

    for call in late:
        call()

    assert is_there(storage)
    assert storage.files.open(HASH) == CONTENT


def test_removing_twice_changes_nothing(storage, kept):
    stamp = storage.files.stamp(HASH)

    storage.files.discard(HASH, stamp)
    storage.files.discard(HASH, stamp)

    assert storage.files.stamp(HASH) == 0
    assert not list((storage.files.root / HASH[:2]).iterdir())
