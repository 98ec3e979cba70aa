"""A real engine on a real database, a clock that the test moves, and people who work."""

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from bpmn.actors import ADMINISTRATOR, Actor
from bpmn.engine import ProcessEngine
from handlers.settings import MailSettings, Settings
from storage.database import Storage
from storage.ids import new_id
from storage.models import Base, Group, Membership, User
from tests import postgres

CHROMIUM = "/usr/bin/chromium"
CHROMIUM_FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
BEGIN = datetime(2026, 6, 10, 6, 0, tzinfo=UTC)  # a Wednesday, 9:00 in Moscow


class Clock:
    """The time of a test."""

    def __init__(self) -> None:
        self.now = BEGIN

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **duration: float) -> None:
        self.now += timedelta(**duration)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def chromium():
    """The system's Chromium, one for all tests of a process: Playwright runs only once in it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def postgres_server():
    """A server whose folder no other test session touches: pytest closes its own to other users."""
    with (
        tempfile.TemporaryDirectory(prefix="marshrut-postgres-", ignore_cleanup_errors=True) as folder,
        postgres.server(Path(folder) / "data") as url,
    ):
        yield url


@pytest.fixture
def storage(tmp_path):
    storage = Storage(f"sqlite:///{tmp_path / 'test.db'}", tmp_path / "files")
    Base.metadata.create_all(storage.engine)
    yield storage
    storage.close()


@pytest.fixture
def mail_folder(tmp_path):
    return tmp_path / "mail"


@pytest.fixture
def engine(storage, clock, mail_folder):
    settings = Settings(mail=MailSettings(folder=mail_folder))
    engine = ProcessEngine(storage, secret_key="a key for tests", settings=settings, clock=clock)
    yield engine
    engine.close()


@pytest.fixture
def add_person(storage, clock):
    """Add a user who belongs to groups; groups are made when first named."""

    def add(
        email: str, name: str = "", *, groups: tuple[str, ...] = (), roles: tuple[str, ...] = ()
    ) -> Actor:
        with storage.unit_of_work() as uow:
            user = User(
                id=new_id(), email=email, name=name or email, fs_uniquifier=email, password=None,
                last_failed_sign_in_at=None, created_at=clock(),
            )  # fmt: skip
            uow.session.add(user)
            for key in groups:
                group = uow.session.query(Group).filter_by(key=key).one_or_none()
                if group is None:
                    group = Group(id=new_id(), key=key, name_ru=key, name_en=key)
                    uow.session.add(group)
                    uow.flush()
                uow.session.add(Membership(user_id=user.id, group_id=group.id))
            uow.flush()
            return Actor(user.id, email, user.name, frozenset(groups), frozenset(roles))

    return add


@pytest.fixture
def ann(add_person):
    """Ann approves: she is in the group `heads`."""
    return add_person("ann@example.com", "Ann", groups=("heads",))


@pytest.fixture
def bob(add_person):
    """Bob is in the group `heads` too."""
    return add_person("bob@example.com", "Bob", groups=("heads",))


@pytest.fixture
def administrator(add_person):
    return add_person("admin@example.com", "Admin", roles=(ADMINISTRATOR,))
