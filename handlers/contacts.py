"""Phones and e-mail addresses in one spelling, so that the same person is found however they wrote them."""

from dataclasses import dataclass

import email_validator
import phonenumbers


@dataclass(frozen=True)
class Phone:
    e164: str  # "+79123456789" (ITU-T E.164)
    extension: str = ""


def read_phone(raw: str, region: str = "RU") -> Phone | None:
    """Return the number that somebody wrote, or None if it is not a whole valid number of any country.

    *region* decides how national spellings are read: "8 (912) 345-67-89" in RU.
    """
    text = raw.strip()
    if not text or len(text) > 60:
        return None
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return Phone(e164, number.extension or "")


def show_phone(e164: str) -> str:
    """Return a number as people read it: "+7 912 345-67-89"; what is no number comes back as it was."""
    try:
        number = phonenumbers.parse(e164, None)
    except phonenumbers.NumberParseException:
        return e164
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def read_email(raw: str) -> str:
    """Return the address in lower case, or "" if it is none (RFC 5321 §2.3.11; nothing is looked up)."""
    try:
        found = email_validator.validate_email(
            raw.strip(), check_deliverability=False, test_environment=True, allow_display_name=False
        )
    except email_validator.EmailNotValidError:
        return ""
    return found.normalized.lower()
