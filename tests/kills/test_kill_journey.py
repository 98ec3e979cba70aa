"""The server killed at random moments of a sale goes on after each restart: nothing lost, nothing done twice."""

import random
from collections import Counter

import pytest

from tests.kills.journey import Journey
from tests.kills.site import Killer, Site


def trace(site: Site, request: int) -> dict[str, Counter]:
    """What a request left behind: visited elements, documents, letters (managers take turns)."""
    letters = site.rows("select subject from mail where instance_id = ?", request)
    return {
        "visits": Counter(
            site.rows("select element_id, outcome from activity where instance_id = ?", request)
        ),
        "documents": Counter(
            kind for (kind,) in site.rows("select kind from document where instance_id=?", request)
        ),
        "letters": Counter(subject.split()[0] for (subject,) in letters),
    }


def check_whole(site: Site, journeys: list[Journey]) -> None:
    """Compare every sale with one that nobody disturbed, and what is shared: numbers, files, open work."""
    undisturbed = trace(site, journeys[0].id)
    for journey in journeys[1:]:
        assert trace(site, journey.id) == undisturbed, journey.number
    count = len(journeys)
    assert [number for (number,) in site.rows("select number from instance order by number")] == [
        journey.number for journey in sorted(journeys, key=lambda journey: journey.number)
    ]
    for kind in ("invoice", "upd"):
        numbers = [
            n for (n,) in site.rows("select sequence from document where kind = ? order by sequence", kind)
        ]
        assert numbers == list(range(1, count + 1)), kind
    missing = site.rows("select number from document where state <> 'ready' or file_hash is null")
    assert missing == []
    letters = site.rows("select count(*) from mail")[0][0]
    assert len(list((site.data / "mail").rglob("*.eml"))) == letters
    assert site.rows("select element_id from job") == []
    assert site.rows("select element_id from subscription where instance_id is not null") == []
    assert site.rows("select task_id from task_candidate") == []
    assert site.rows("select count(*) from task where state = 'open'") == [(0,)]
    assert site.rows("select element_id, message from incident") == []


def drive(site: Site, kills: int, *, seed: int) -> None:
    journeys = [Journey(site)]
    journeys[0].run()
    chance = random.Random(seed)
    while site.kills < kills:
        with Killer(site, seed=chance.random(), longest_s=2.0):
            journey = Journey(site)
            journey.run()
        site.await_answer()
        journeys.append(journey)
    check_whole(site, journeys)


@pytest.mark.kill
@pytest.mark.timeout(600)
def test_a_sale_survives_the_killing_of_its_server(site):
    drive(site, 8, seed=random.randrange(2**32))


@pytest.mark.kill
@pytest.mark.proof
@pytest.mark.timeout(7200)
def test_sales_survive_two_hundred_kills(site):
    drive(site, 200, seed=random.randrange(2**32))
