"""Addresses of pages that many others point to."""

from flask import url_for


def request_address(instance_id: int, number: str = "") -> str:
    """Return the address of a request's card, by its number where it has one."""
    return url_for("requests.show", key=number or str(instance_id))


def document_address(document_id: int) -> str:
    return url_for("documents.show", document_id=document_id)
