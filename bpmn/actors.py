"""Who does something: a person with an account, a client with a link, or the product itself."""

from dataclasses import dataclass

ADMINISTRATOR = "administrator"
ANALYST = "analyst"


@dataclass(frozen=True, slots=True)
class Actor:
    """`groups` are keys of groups, `roles` what the person may administer, `address` an IP address."""

    id: int | None
    email: str = ""
    name: str = ""
    groups: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    address: str = ""

    @classmethod
    def system(cls) -> "Actor":
        """The product itself: timers, jobs, the command line."""
        return cls(id=None, roles=frozenset({ADMINISTRATOR}))

    @classmethod
    def client(cls, name: str, address: str) -> "Actor":
        """Somebody outside who holds a link."""
        return cls(id=None, name=name, address=address)

    @property
    def is_administrator(self) -> bool:
        return ADMINISTRATOR in self.roles
