"""The pages over the real engine: an application on a fresh database, and browsers that sign in."""

import pytest
from sqlalchemy import event

from bpmn.actors import ADMINISTRATOR, Actor
from storage.ids import new_id
from storage.models import Group, Membership, Role, User, user_role
from tests.web_kit import PASSWORD, Browser
from web import config as configuration
from web.app import create_app
from web.identity import hash_password
from web.services import Services
from web.throttle import Throttle


@pytest.fixture
def config(tmp_path):
    return configuration.from_mapping(
        {"data": tmp_path, "demo": True, "sign_in": {"attempts": 3}},
        environment={"MARSHRUT_SECRET_KEY": "k" * 40},
    )


@pytest.fixture
def services(config, storage, engine):
    return Services(config, storage, engine, Throttle(), engine.now)


@pytest.fixture
def app(config, services):
    app = create_app(config, services)
    app.testing = True
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app


@pytest.fixture
def add_user(storage, clock):
    """Add somebody who can sign in; groups and roles are made when first named."""

    def add(email, name="", *, groups=(), roles=(), password=PASSWORD, language="ru") -> Actor:
        with storage.unit_of_work() as uow:
            user_id = new_id()
            uow.session.add(
                User(
                    id=user_id, email=email, name=name or email, name_en="", position="", position_en="",
                    fs_uniquifier=f"u{user_id}", password=_hash(password), language=language,
                    last_failed_sign_in_at=None, created_at=clock(),
                )
            )  # fmt: skip
            uow.flush()
            for key in groups:
                group = uow.session.query(Group).filter_by(key=key).one_or_none()
                if group is None:
                    group = Group(id=new_id(), key=key, name_ru=key, name_en=key)
                    uow.session.add(group)
                    uow.flush()
                uow.session.add(Membership(user_id=user_id, group_id=group.id))
            for role_name in roles:
                role = uow.session.query(Role).filter_by(name=role_name).one_or_none()
                if role is None:
                    role = Role(id=new_id(), name=role_name)
                    uow.session.add(role)
                    uow.flush()
                uow.connection.execute(user_role.insert().values(user_id=user_id, role_id=role.id))
        return Actor(user_id, email, name or email, frozenset(groups), frozenset(roles))

    return add


_hashes: dict[str, str] = {}


def _hash(password):
    if password not in _hashes:
        _hashes[password] = hash_password(password)
    return _hashes[password]


@pytest.fixture
def browser(app):
    """Somebody who is not signed in."""
    return Browser(app)


@pytest.fixture
def sign_in(app):
    """Sign somebody in and return their browser."""

    def enter(email, password=PASSWORD):
        browser = Browser(app)
        response = browser.post("/sign-in", {"email": email, "password": password})
        assert response.status_code == 303, response.get_data(as_text=True)
        browser.get("/notifications")
        return browser

    return enter


@pytest.fixture
def admin_browser(add_user, sign_in):
    add_user("root@example.com", "Корнев Р.", roles=(ADMINISTRATOR,))
    return sign_in("root@example.com")


@pytest.fixture
def statements(storage):
    """Count the SQL statements that a call needs."""

    def count(call):
        seen = []

        def note(connection, cursor, statement, *_):
            seen.append(statement)

        engines = {storage.engine, storage.read_engine}
        for one in engines:
            event.listen(one, "before_cursor_execute", note)
        try:
            call()
        finally:
            for one in engines:
                event.remove(one, "before_cursor_execute", note)
        return len(seen)

    return count
