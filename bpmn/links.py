"""Addresses of clients' pages that cannot be guessed.

The secret of a request is an HMAC of its id under the product's secret key: it can be written into every letter
without being stored, while the database holds only its hash, so a stolen copy of the database opens no page.
"""

import base64
import hashlib
import hmac
from datetime import datetime

from sqlalchemy import select

from storage.models import PublicLink
from storage.unit_of_work import UnitOfWork

SECRET_BYTES = 20


class Links:
    def __init__(self, secret_key: str) -> None:
        self._key = hashlib.sha256(b"marshrut client link\0" + secret_key.encode()).digest()

    def secret(self, instance_id: int) -> str:
        """The secret part of the address of a request's page."""
        return self.sign(str(instance_id))

    def sign(self, text: str) -> str:
        """Sign a text that travels through a client's browser and comes back."""
        digest = hmac.new(self._key, text.encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest[:SECRET_BYTES]).decode().rstrip("=")

    @staticmethod
    def hash(secret: str) -> str:
        return hashlib.sha256(secret.encode()).hexdigest()

    def open(self, uow: UnitOfWork, instance_id: int, *, at: datetime) -> str:
        """Make the page of a request reachable and return its secret; doing it twice changes nothing."""
        secret = self.secret(instance_id)
        known = uow.session.scalar(select(PublicLink).where(PublicLink.secret_hash == self.hash(secret)))
        if known is None:
            uow.session.add(PublicLink(secret_hash=self.hash(secret), instance_id=instance_id, created_at=at))
            uow.flush()
        return secret
