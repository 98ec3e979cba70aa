"""A real database with a few people, and contexts as the engine makes them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from handlers.business_time import Calendar
from handlers.context import HandlerContext
from handlers.mailer import FolderMailer
from handlers.registry import Registry, default_registry
from handlers.settings import MailSettings, Settings
from storage.database import Storage
from storage.ids import new_id
from storage.models import Base, Definition, Deployment, Group, Membership, User
from storage.rows import InstanceRow

NOW = datetime(2026, 6, 10, 9, 0, tzinfo=UTC)


class FolderBundle:
    """A deployed folder, read from memory."""

    def __init__(self, files: dict[str, bytes] | None = None, words: dict[str, str] | None = None) -> None:
        self.files, self.words = files or {}, words or {}

    def file(self, path: str) -> bytes | None:
        return self.files.get(path)

    def translate(self, text: str, language: str) -> str:
        return self.words.get(text, text) if language == "en" else text


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[Storage]:
    storage = Storage(f"sqlite:///{tmp_path}/marshrut.db", tmp_path / "files")
    Base.metadata.create_all(storage.engine)
    with storage.unit_of_work() as uow:
        uow.session.add(Deployment(id=1, content_hash="x", source="upload", note="", created_at=NOW))
        uow.session.flush()
        uow.session.add(
            Definition(
                id=1, key="sale", version=1, name="Продажа", state="active", deployment_id=1,
                resource_path="sale.bpmn", info={}, created_at=NOW,
            )
        )  # fmt: skip
    yield storage
    storage.close()


@pytest.fixture
def add_user(storage: Storage) -> Callable[..., int]:
    def add(email: str, *groups: str, active: bool = True, language: str = "ru") -> int:
        with storage.unit_of_work() as uow:
            user_id = new_id()
            uow.session.add(
                User(
                    id=user_id, email=email, name=email.partition("@")[0].title(), password=None,
                    active=active, fs_uniquifier=email, language=language, created_at=NOW,
                )
            )  # fmt: skip
            uow.session.flush()
            for key in groups:
                group = uow.session.query(Group).filter_by(key=key).one_or_none()
                if group is None:
                    group = Group(id=new_id(), key=key, name_ru=key, name_en=key)
                    uow.session.add(group)
                    uow.session.flush()
                uow.session.add(Membership(user_id=user_id, group_id=group.id))
        return user_id

    return add


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(base_url="https://marshrut.example.com", mail=MailSettings(folder=tmp_path / "mail"))


@pytest.fixture
def bundle() -> FolderBundle:
    return FolderBundle()


@pytest.fixture
def new_request(storage: Storage) -> Callable[..., InstanceRow]:
    def make(**values: Any) -> InstanceRow:
        fields: dict[str, Any] = {"created_at": NOW, "updated_at": NOW} | values
        row = InstanceRow(id=new_id(), definition_id=1, state="active", version=1, blob=b"", **fields)
        with storage.unit_of_work() as uow:
            uow.instances.insert(row)
        return row

    return make


@pytest.fixture
def context_of(storage: Storage, settings: Settings, bundle: FolderBundle) -> Callable[..., HandlerContext]:
    """Make the context of a job; `uow=` makes that of a transactional handler in that unit."""

    def make(request: InstanceRow, *, uow: Any = None, **values: Any) -> HandlerContext:
        @contextmanager
        def advancing() -> Iterator[Any]:
            yield uow

        fields: dict[str, Any] = {
            "request": request,
            "variables": {},
            "now": NOW,
            "idempotency_key": f"job-{new_id()}",
            "element_id": "Task_1",
            "actor_id": None,
            "bundle": bundle,
            "files": storage.files,
            "settings": settings,
            "mailer": FolderMailer(settings.mail.folder, settings.mail.sender),
            "calendar": Calendar(),
            "open_unit": advancing if uow is not None else storage.unit_of_work,
            "correlate": lambda **_: None,
            "start": lambda **_: None,
            "client_secret": lambda: "s3cret",
        } | values
        return HandlerContext(**fields)

    return make


@pytest.fixture(scope="session")
def registry() -> Registry:
    return default_registry()


@pytest.fixture
def run(
    storage: Storage, registry: Registry, context_of: Callable[..., HandlerContext]
) -> Callable[..., Any]:
    """Run a handler as the engine does: a transactional one in a unit that then saves the request."""

    def call(name: str, request: InstanceRow, *, context: dict[str, Any] | None = None, **values: Any) -> Any:
        handler = registry.get(name)
        if not handler.transactional:
            return handler.call(context_of(request, **(context or {})), values)
        with storage.unit_of_work() as uow:
            result = handler.call(context_of(request, uow=uow, **(context or {})), values)
            uow.flush()
            uow.instances.save(request, at=NOW)
        return result

    return call
