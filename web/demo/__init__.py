"""The example that `marshrut demo` shows: a company that sells equipment, with four weeks of its requests.

Every request was made by really running the process: a clock walks over the last weeks, people and clients act
on it, timers fire when they are due.  The same moment always gives the same example.
"""

from datetime import datetime

from sqlalchemy import select

from bpmn.actors import Actor
from bpmn.engine import ProcessEngine
from handlers import demo_catalogs
from storage.database import Storage
from storage.models import Definition, Organisation
from web.demo.bundle import equipment_sale
from web.demo.stories import STORIES, WEEKS, Story
from web.demo.world import World
from web.identity import hash_password

PASSWORD = "marshrut"  # noqa: S105 (everybody of the example; people there sign in by one click)

__all__ = ["PASSWORD", "is_seeded", "seed"]


def is_seeded(storage: Storage) -> bool:
    """Whether a process is in force already; then nothing may be added."""
    with storage.read() as connection:
        return (
            connection.execute(select(Definition.id).where(Definition.state == "active")).first() is not None
        )


def _has_catalogs(storage: Storage) -> bool:
    with storage.read() as connection:
        return connection.execute(select(Organisation.id).limit(1)).first() is not None


def seed(engine: ProcessEngine, storage: Storage, *, stories: int | None = None) -> None:
    """Fill an empty database: catalogs, people, the process in force, its requests; some ten seconds.

    With *stories* only so many requests are made, of every kind.
    """
    now = engine.now()
    begin = engine.runtime.calendar.add_days(now, -5 * WEEKS)
    if not _has_catalogs(storage):  # a first start that was broken off leaves them alone
        with storage.unit_of_work() as uow:
            demo_catalogs.seed(uow, now=begin, hash_password=hash_password, password=PASSWORD)
    world = World(engine, begin=begin)
    world.engine.deployments.deploy(equipment_sale(), by=Actor.system(), source="demo", activate=True)
    world.play(_some(stories), until=_minute(now))


def _some(count: int | None) -> tuple[Story, ...]:
    if count is None:
        return STORIES
    return STORIES[:: max(1, len(STORIES) // max(1, count))][:count]


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
