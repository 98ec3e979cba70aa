"""Drafts: saved as people draw, in turns of the history, never over somebody unseen."""

import pytest

from bpmn.drafts import DraftConflict, tag_of
from bpmn.errors import NotAllowed, NotFound


@pytest.fixture
def analyst(add_person):
    return add_person("analyst@example.com", "Анна", roles=("analyst",))


@pytest.fixture
def other(add_person):
    return add_person("other@example.com", "Борис", roles=("analyst",))


@pytest.fixture
def draft_id(engine, analyst):
    return engine.drafts.create(name="Отпуск", by=analyst, files={"leave.bpmn": b"<a/>"})


def test_what_cannot_run_is_saved_all_the_same(engine, analyst, draft_id):
    saved = engine.drafts.save(draft_id, "leave.bpmn", b"not xml", base=tag_of(b"<a/>"), by=analyst)

    opened = engine.drafts.open(draft_id, by=analyst)
    assert opened.files == {"leave.bpmn": b"not xml"}
    assert opened.tags["leave.bpmn"] == saved.tag == tag_of(b"not xml")


def test_the_same_save_sent_twice_does_no_harm(engine, analyst, draft_id):
    base = tag_of(b"<a/>")
    first = engine.drafts.save(draft_id, "leave.bpmn", b"<b/>", base=base, by=analyst)

    again = engine.drafts.save(draft_id, "leave.bpmn", b"<b/>", base=base, by=analyst)

    assert again.unchanged
    assert again.tag == first.tag


def test_a_save_over_something_unseen_is_refused_and_both_are_kept(engine, analyst, other, draft_id):
    base = tag_of(b"<a/>")
    engine.drafts.save(draft_id, "leave.bpmn", b"<hers/>", base=base, by=analyst)

    with pytest.raises(DraftConflict) as refused:
        engine.drafts.save(draft_id, "leave.bpmn", b"<his/>", base=base, by=other)
    assert (refused.value.by, refused.value.tag) == ("Анна", tag_of(b"<hers/>"))
    engine.drafts.save(draft_id, "leave.bpmn", b"<his/>", base=base, by=other, overwrite=True)

    newest, before, *_ = engine.drafts.history(draft_id, by=analyst)
    assert (newest.kind, newest.by) == ("overwritten", "Борис")
    assert engine.drafts.files_at(draft_id, before.number, by=other) == {"leave.bpmn": b"<hers/>"}


def test_two_people_may_change_two_files(engine, analyst, other, draft_id):
    engine.drafts.save(draft_id, "forms/a.form", b"{}", base=None, by=analyst)

    engine.drafts.save(draft_id, "leave.bpmn", b"<b/>", base=tag_of(b"<a/>"), by=other)

    assert set(engine.drafts.open(draft_id, by=other).files) == {"forms/a.form", "leave.bpmn"}


def test_a_turn_of_one_person_is_one_line_of_the_history(engine, analyst, other, draft_id, clock):
    tag = tag_of(b"<a/>")
    for content in (b"1", b"2", b"3"):
        tag = engine.drafts.save(draft_id, "leave.bpmn", content, base=tag, by=analyst).tag
    tag = engine.drafts.save(draft_id, "leave.bpmn", b"4", base=tag, by=other).tag
    clock.advance(minutes=6)
    engine.drafts.save(draft_id, "leave.bpmn", b"5", base=tag, by=other)

    found = [(entry.kind, entry.by) for entry in engine.drafts.history(draft_id, by=analyst)]

    assert found == [("edited", "Борис"), ("edited", "Борис"), ("edited", "Анна"), ("created", "Анна")]


def test_restoring_brings_back_every_file_and_is_a_line_itself(engine, analyst, draft_id):
    engine.drafts.save(draft_id, "leave.bpmn", b"<b/>", base=tag_of(b"<a/>"), by=analyst)
    engine.drafts.save(draft_id, "texts/a.ru.md", b"text", base=None, by=analyst)

    engine.drafts.restore(draft_id, 1, by=analyst)

    assert engine.drafts.open(draft_id, by=analyst).files == {"leave.bpmn": b"<a/>"}
    assert engine.drafts.history(draft_id, by=analyst)[0].kind == "restored"
    engine.drafts.restore(draft_id, 2, by=analyst)
    assert set(engine.drafts.open(draft_id, by=analyst).files) == {"leave.bpmn", "texts/a.ru.md"}


def test_a_file_is_taken_away_and_may_come_again(engine, analyst, draft_id):
    engine.drafts.save(draft_id, "leave.bpmn", None, base=tag_of(b"<a/>"), by=analyst)
    assert engine.drafts.open(draft_id, by=analyst).files == {}

    engine.drafts.save(draft_id, "leave.bpmn", b"<c/>", base=None, by=analyst)

    assert engine.drafts.open(draft_id, by=analyst).files == {"leave.bpmn": b"<c/>"}


def test_the_second_who_opens_a_draft_is_told_of_the_first(engine, analyst, other, draft_id, clock):
    assert engine.drafts.visit(draft_id, tab="one", by=analyst) == []

    assert [seen.name for seen in engine.drafts.visit(draft_id, tab="two", by=other)] == ["Анна"]
    clock.advance(minutes=1)
    assert engine.drafts.visit(draft_id, tab="two", by=other) == []


def test_a_removed_draft_is_out_of_the_lists_and_can_come_back(engine, analyst, draft_id):
    engine.drafts.remove(draft_id, by=analyst)

    assert engine.drafts.all(by=analyst) == []
    with pytest.raises(NotFound):
        engine.drafts.open(draft_id, by=analyst)
    engine.drafts.bring_back(draft_id, by=analyst)
    assert [row.name for row in engine.drafts.all(by=analyst)] == ["Отпуск"]


def test_employees_do_not_draw(engine, ann):
    with pytest.raises(NotAllowed):
        engine.drafts.create(name="x", by=ann)
