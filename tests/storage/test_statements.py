"""What the hot path relies on of its statements: indexes are used, plans are not made anew, rows travel together."""

import pytest

from bpmn import bundles
from storage import steps
from storage.database import Storage
from storage.models import Base
from storage.repositories import incidents, jobs, subscriptions, tasks
from storage.rows import NEVER, CandidateRow
from storage.statements import MOST_ROWS, constant

_BY_TOKEN = {
    "task": tasks._CLOSE,
    "queue": tasks._UNQUEUE_TOKENS,
    "job": jobs._DELETE_TOKENS,
    "subscription": subscriptions._DELETE_TOKENS,
}


@pytest.fixture
def connection(tmp_path):
    storage = Storage(f"sqlite:///{tmp_path / 'test.db'}", tmp_path / "files")
    Base.metadata.create_all(storage.engine)
    with storage.unit_of_work() as uow:
        yield uow.connection
    storage.close()


def _plan(connection, statement):
    compiled = statement._for(connection.dialect)
    values = [None] * len(compiled.params)
    rows = connection.connection.cursor().execute(f"EXPLAIN QUERY PLAN {compiled.sql}", values).fetchall()
    return [text for *_, text in rows]


@pytest.mark.parametrize("name", _BY_TOKEN)
def test_rows_of_tokens_are_found_by_instance_and_token(connection, name):
    assert any("(instance_id=? AND token_id=?)" in line for line in _plan(connection, _BY_TOKEN[name]))


@pytest.mark.parametrize("statement", [steps._BOTH, incidents._RESOLVE_TOKENS])
def test_incidents_of_a_request_are_found_by_the_request_not_among_all_open_ones(connection, statement):
    lines = [line for line in _plan(connection, statement) if "SEARCH incident" in line]

    assert lines
    assert all("(instance_id=?" in line for line in lines)


@pytest.mark.parametrize(
    "statement", [steps._BOTH, bundles._ACTIVE, tasks._CLOSE, tasks._HOLD, tasks._OPEN_OF]
)
def test_the_column_of_a_partial_index_is_compared_with_a_constant(connection, statement):
    assert "state = ?" not in statement._for(connection.dialect).sql


def test_a_primary_key_is_the_table_itself(connection):
    names = connection.exec_driver_sql(
        "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = 'activity'"
    )

    assert "sqlite_autoindex_activity_1" not in names.scalars().all()


def test_many_rows_go_out_in_few_statements(connection):
    seen = []
    connection.connection.driver_connection.set_trace_callback(seen.append)
    connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
    rows = [CandidateRow(f"g:{number}", NEVER, 1) for number in range(MOST_ROWS + 1)]
    tasks._ENQUEUE.run(connection, rows)

    assert len([text for text in seen if text.startswith("INSERT")]) == 2
    assert connection.exec_driver_sql("SELECT count(*) FROM task_candidate").scalar() == MOST_ROWS + 1
    connection.exec_driver_sql("DELETE FROM task_candidate")


def test_a_constant_is_a_plain_word():
    with pytest.raises(ValueError, match="no plain word"):
        constant("open' OR 1 --")
