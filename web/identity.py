"""People who sign in, for Flask-Security: read from our tables, never written through it.

`Account` is a plain copy of a user's row with roles and groups; a session refers to it by `fs_uniquifier`,
so that changing that value signs a person out everywhere.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import g, has_request_context
from flask_security import RoleMixin, UserMixin
from flask_security.datastore import UserDatastore

from bpmn.actors import Actor
from storage.database import Storage
from storage.queries import identity as queries

_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    """Return the Argon2id hash that `user.password` keeps."""
    return _hasher.hash(password)


def password_matches(password: str, stored: str | None) -> bool:
    """Compare in a time that does not tell whether there is an account."""
    try:
        return _hasher.verify(stored or _NOBODY, password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


_NOBODY = _hasher.hash("nobody has this password, but checking it takes as long")


@dataclass
class AccountRole(RoleMixin):
    name: str
    description: str = ""

    def __hash__(self) -> int:
        return hash(self.name)


@dataclass(eq=False, kw_only=True)
class Account(UserMixin):
    """A person as the pages know them.  (Flask-Security asks the class for `fs_uniquifier`, hence its default.)"""

    id: int
    email: str
    name_ru: str
    name_en: str
    position_ru: str
    position_en: str
    password: str | None
    active: bool
    fs_uniquifier: str = ""
    language: str
    theme: str
    density: str
    role_names: frozenset[str]
    group_keys: frozenset[str]
    group_rows: tuple[tuple[str, str, str], ...]  # key, Russian name, English name

    def __post_init__(self) -> None:
        self.roles: list[RoleMixin] = [AccountRole(name) for name in sorted(self.role_names)]

    def name_in(self, language: str) -> str:
        return (self.name_en or self.name_ru) if language == "en" else self.name_ru

    def position_in(self, language: str) -> str:
        return (self.position_en or self.position_ru) if language == "en" else self.position_ru

    def groups_in(self, language: str) -> dict[str, str]:
        """Return the names of the person's groups by key."""
        return {key: (en or ru) if language == "en" else ru for key, ru, en in self.group_rows}

    def has_role(self, role: "str | RoleMixin") -> bool:
        return str(getattr(role, "name", role)) in self.role_names

    def actor(self, address: str = "") -> Actor:
        return Actor(
            id=self.id, email=self.email, name=self.name_ru,
            groups=self.group_keys, roles=self.role_names, address=address,
        )  # fmt: skip

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Account) and other.id == self.id

    def __hash__(self) -> int:
        return hash(self.id)


def account(row: queries.AccountRow) -> Account:
    return Account(
        id=row.id,
        email=row.email,
        name_ru=row.name,
        name_en=row.name_en,
        position_ru=row.position,
        position_en=row.position_en,
        password=row.password,
        active=row.active,
        fs_uniquifier=row.fs_uniquifier,
        language=row.language,
        theme=row.theme,
        density=row.density,
        role_names=frozenset(row.roles),
        group_keys=frozenset(key for key, _ru, _en in row.groups),
        group_rows=tuple(row.groups),
    )


class Accounts(UserDatastore):
    """Finds accounts for Flask-Security; remembered for the length of one request."""

    def __init__(self, storage: Storage) -> None:
        super().__init__(Account, AccountRole)
        self._storage = storage

    def find_user(self, case_insensitive: bool = False, **query: Any) -> Account | None:
        """Find by `fs_uniquifier`, `email` (always without regard to case) or `id`."""
        (field, value), *_more = query.items()
        remembered = g.setdefault("_accounts", {}) if has_request_context() else {}
        key = (field, value)
        if key not in remembered:
            with self._storage.read() as connection:
                row = queries.find_account(connection, **{field: value})
            remembered[key] = account(row) if row is not None else None
        return remembered[key]

    def find_role(self, role: str) -> AccountRole | None:
        return AccountRole(role)

    def all_active(self) -> Iterable[Account]:
        with self._storage.read() as connection:
            return [account(row) for row in queries.active_accounts(connection)]
