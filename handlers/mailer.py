"""Letters leave by one of two ways: files in a folder, or an SMTP server.

A folder is repeatable: the key is the file name, so a second sending writes the same letter to the same place.
With SMTP the moment between the letter's last byte and the server's answer is uncertain: whoever is cut off
there gets `UncertainEffect`, never a blind second letter.
"""

import hashlib
import os
import re
import smtplib
import ssl
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import Protocol

from handlers.errors import HandlerError, UncertainEffect
from handlers.settings import MailSettings


@dataclass(frozen=True)
class Attachment:
    file_name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Letter:
    """One letter to one recipient; `reference` names the request that answers should find."""

    recipient: str
    subject: str
    text: str
    html: str
    key: str  # the same letter has the same key
    sent_at: datetime
    recipient_name: str = ""
    reference: str = ""
    attachments: Sequence[Attachment] = field(default_factory=tuple)


class Mailer(Protocol):
    sender: str
    repeatable: bool  # sending again under the same key does no harm

    def send(self, letter: Letter) -> None:
        """Send a letter.

        Raises:
            HandlerError: it was certainly not sent.
            UncertainEffect: it may have been sent.
        """
        ...


def mailer_from(settings: MailSettings) -> "Mailer":
    """Return the way that the settings name."""
    return (
        FolderMailer(settings.folder, settings.sender)
        if settings.transport == "folder"
        else SmtpMailer(settings)
    )


def message_id(letter: Letter, sender: str) -> str:
    """Return the Message-ID of a letter: the same for a repeat of the same letter (RFC 5322 §3.6.4)."""
    digest = hashlib.sha256(f"{letter.key}\0{letter.recipient}".encode()).hexdigest()[:32]
    domain = parseaddr(sender)[1].rpartition("@")[2] or "localhost"
    return f"<{digest}@{domain}>"


def compose(letter: Letter, sender: str) -> EmailMessage:
    """Return the letter as MIME: plain text with an HTML alternative, marked as generated (RFC 3834 §5)."""
    message = EmailMessage(policy=SMTP_POLICY)
    name, address = parseaddr(sender)
    message["From"] = _address(name, address)
    message["To"] = _address(letter.recipient_name, letter.recipient)
    message["Subject"] = _one_line(letter.subject)
    message["Date"] = format_datetime(letter.sent_at)
    message["Message-ID"] = message_id(letter, sender)
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    if letter.reference:
        message["X-Marshrut-Request"] = _one_line(letter.reference)
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    for attachment in letter.attachments:
        main, _, sub = attachment.media_type.partition("/")
        message.add_attachment(
            attachment.content,
            maintype=main or "application",
            subtype=sub or "octet-stream",
            filename=attachment.file_name,
        )
    return message


def _address(name: str, address: str) -> Address:
    try:
        return Address(display_name=_one_line(name), addr_spec=_one_line(address))
    except (ValueError, IndexError) as problem:
        raise HandlerError(
            "mail.bad_address", f"not an e-mail address: {address!r}", retryable=False, address=address
        ) from problem


def _one_line(text: str) -> str:
    return " ".join(text.split())


class FolderMailer:
    """Writes each letter as an .eml file; the demonstration's mailbox page reads them back."""

    repeatable = True

    def __init__(self, folder: Path, sender: str) -> None:
        self.folder, self.sender = folder, sender

    def send(self, letter: Letter) -> None:
        """Write the letter whole under the name of its key; raises HandlerError if the disk refuses."""
        content = compose(letter, self.sender).as_bytes()
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=self.folder, suffix=".part")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
                Path(temporary).replace(self.path(letter))
            finally:
                Path(temporary).unlink(missing_ok=True)
        except OSError as problem:
            raise HandlerError("mail.folder", f"the letter could not be written: {problem}") from problem

    def path(self, letter: Letter) -> Path:
        """Return where a letter lies: a readable part and a digest, so that no key leaves the folder."""
        digest = hashlib.sha256(f"{letter.key}\0{letter.recipient}".encode()).hexdigest()[:16]
        readable = re.sub(r"[^A-Za-z0-9]+", "-", letter.recipient)[:40].strip("-")
        return self.folder / f"{readable}-{digest}.eml"


class SmtpMailer:
    """Hands letters to an SMTP server (RFC 5321)."""

    repeatable = False

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings
        self.sender = settings.sender

    def send(self, letter: Letter) -> None:
        """Send over a connection of its own; see `Mailer.send`."""
        content = compose(letter, self.sender).as_bytes()
        try:
            server = self._connect()
        except (OSError, smtplib.SMTPException) as problem:
            raise self._not_sent(problem) from problem
        try:
            self._offer(server, letter)
            self._hand_over(server, content, letter)
        finally:
            server.close()

    def _connect(self) -> smtplib.SMTP:
        settings = self._settings
        tls = ssl.create_default_context()
        server: smtplib.SMTP
        if settings.security == "tls":
            server = smtplib.SMTP_SSL(settings.host, settings.port, timeout=settings.timeout_s, context=tls)
        else:
            server = smtplib.SMTP(settings.host, settings.port, timeout=settings.timeout_s)
            if settings.security == "starttls":
                server.starttls(context=tls)
        if settings.user:
            server.login(settings.user, settings.password)
        server.ehlo_or_helo_if_needed()
        return server

    def _offer(self, server: smtplib.SMTP, letter: Letter) -> None:
        try:
            code, reply = server.mail(parseaddr(self.sender)[1])
            if code == 250:
                code, reply = server.rcpt(letter.recipient)
        except (OSError, smtplib.SMTPException) as problem:
            raise self._not_sent(problem) from problem
        if code not in (250, 251):
            raise self._refused(code, reply, letter)

    def _hand_over(self, server: smtplib.SMTP, content: bytes, letter: Letter) -> None:
        try:
            code, reply = server.data(content)
        except smtplib.SMTPDataError as problem:
            raise self._refused(problem.smtp_code, problem.smtp_error, letter) from problem
        except (OSError, smtplib.SMTPException) as problem:
            raise UncertainEffect(
                "mail",
                f"the connection broke while the letter to {letter.recipient} was handed over: {problem}",
            ) from problem
        if code != 250:
            raise self._refused(code, reply, letter)

    def _not_sent(self, problem: Exception) -> HandlerError:
        host = f"{self._settings.host}:{self._settings.port}"
        final = isinstance(problem, smtplib.SMTPAuthenticationError)
        return HandlerError(
            "mail.unreachable", f"mail server {host}: {problem}", retryable=not final, host=host
        )

    def _refused(self, code: int, reply: bytes | str, letter: Letter) -> HandlerError:
        text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
        return HandlerError(
            "mail.refused",
            f"the mail server refused the letter to {letter.recipient}: {code} {text}",
            retryable=400 <= code < 500,
            recipient=letter.recipient,
            reply=f"{code} {text}",
        )
