"""The public request form of a process: shown, filled in, sent; what it starts is a request with a client's page.

Only a process whose start event says so (`public`, with a `client_form`) has one.  The same filling sent twice
starts one request.
"""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from bpmn import attachments, forms
from bpmn.actors import Actor
from bpmn.bundles import LoadedBundle
from bpmn.client_asks import client_text
from bpmn.errors import InvalidForm, NotFound
from bpmn.forms import FormView
from bpmn.runtime import Runtime
from bpmn.spiff import Element
from bpmn.starting import begin
from storage.ids import new_id
from storage.models import Consent, ConsentText
from storage.rows import InstanceRow
from storage.unit_of_work import UnitOfWork

REQUIRED_PURPOSE = "personal_data"
_CONSENT = "_consent_"


@dataclass(frozen=True, slots=True)
class ConsentView:
    purpose: str
    version: int
    text: str
    id: int
    required: bool
    given: bool = False
    error: str = ""

    @property
    def name(self) -> str:
        """What its box posts."""
        return f"{_CONSENT}{self.purpose}"


@dataclass(frozen=True, slots=True)
class ClientForm:
    """The public request form of a process."""

    key: str
    title: str
    text_html: str
    form: FormView
    consents: list[ConsentView]
    submit_key: str


@dataclass(frozen=True, slots=True)
class Submitted:
    number: str
    link: str
    instance_id: int


class PublicForms:
    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def page(
        self,
        *,
        key: str,
        language: str,
        posted: Mapping[str, list[str]] | None = None,
        errors: Mapping[str, str] | None = None,
        submit_key: str | None = None,
    ) -> ClientForm:
        """Lay out the public form of process *key*.

        Raises:
            NotFound: there is none, or the process is not open to the public.
        """
        bundle, element = self._public(key)
        translate = bundle.translator(language)
        form = bundle.form(element.properties["client_form"])
        with self._runtime.storage.read() as connection:
            files = attachments.known(connection, form, posted, {})
        view = forms.view(
            form,
            {},
            files=files,
            posted=posted,
            errors={path: text for path, text in (errors or {}).items() if not path.startswith(_CONSENT)},
            language=language,
            translate=translate,
            **self._runtime.form_settings(),
        )
        with self._runtime.storage.read_session() as session:
            consents = _consents(session, language, posted or {}, errors or {})
        forms.add_errors(view, [(consent.name, "", consent.error) for consent in consents if consent.error])
        return ClientForm(
            key=key,
            title=translate(element.properties.get("client_title") or bundle.definition.name),
            text_html=client_text(bundle, element, language, {}, None),
            form=view,
            consents=consents,
            submit_key=submit_key or self._signed(key),
        )

    def submit(
        self, *, key: str, posted: Mapping[str, list[str]], language: str, address: str, submit_key: str
    ) -> Submitted:
        """Start a request from the public form; the same *submit_key* twice gives the same answer.

        Raises:
            NotFound: the process is not open to the public.
            InvalidForm: one message per field; a missing consent is an error of its box.
        """
        bundle, element = self._public(key)
        if not self._is_signed(key, submit_key):
            raise InvalidForm({"": "form.expired"})
        now = self._runtime.now()
        form = bundle.form(element.properties["client_form"])
        with self._runtime.storage.read() as connection:
            files = attachments.known(connection, form, posted, {})
        result = forms.submit(
            form,
            {name: values for name, values in posted.items() if not name.startswith(_CONSENT)},
            {},
            language=language,
            files=files,
            **self._runtime.form_settings(),
        )
        if result.again:
            raise InvalidForm({})
        errors = dict(result.errors)
        by = Actor.client(str(result.values.get("contact_name") or ""), address)
        with self._runtime.storage.unit_of_work() as uow:
            agreed = []
            for consent in _consents(uow.session, language, posted, {}):
                if consent.given:
                    agreed.append(consent)
                elif consent.required:
                    errors[consent.name] = "consent.required"
            if errors:
                raise InvalidForm(errors)

            def beside(unit: UnitOfWork, instance: InstanceRow) -> None:
                self._runtime.links.open(unit, instance.id, at=now)
                attachments.attach(unit, instance.id, files, result.values, by=by, now=now, language=language)
                unit.session.add_all(
                    Consent(
                        id=new_id(),
                        consent_text_id=consent.id,
                        instance_id=instance.id,
                        person=by.name,
                        address=address,
                        given_at=now,
                    )
                    for consent in agreed
                )

            started = begin(
                self._runtime,
                uow,
                bundle,
                variables={"language": language, **result.values},
                by=by,
                now=now,
                start_id=element.id,
                language=language,
                message_id=f"form:{submit_key}",
                beside=beside,
            )
        secret = self._runtime.links.secret(started.instance_id)
        return Submitted(started.number, secret, started.instance_id)

    def _public(self, key: str) -> tuple[LoadedBundle, Element]:
        with self._runtime.storage.read() as connection:
            bundle = self._runtime.bundles.active(connection, key)
        for start in bundle.model.starts:
            element = bundle.model.elements[start.element_id]
            if element.properties.get("public") == "true" and element.properties.get("client_form"):
                return bundle, element
        raise NotFound("public form", key)

    def _signed(self, key: str) -> str:
        """A key for one filling of the form, which only we can have given out."""
        nonce = secrets.token_urlsafe(12)
        return f"{nonce}.{self._signature(key, nonce)}"

    def _is_signed(self, key: str, submit_key: str) -> bool:
        nonce, _, signature = submit_key.partition(".")
        return hmac.compare_digest(signature.encode(), self._signature(key, nonce).encode())

    def _signature(self, key: str, nonce: str) -> str:
        return self._runtime.links.sign(f"form:{key}:{nonce}")


def _consents(
    session: Any, language: str, posted: Mapping[str, list[str]], errors: Mapping[str, str]
) -> list[ConsentView]:
    newest: dict[str, ConsentText] = {}
    rows = session.scalars(
        select(ConsentText).where(ConsentText.language == language).order_by(ConsentText.version)
    )
    for row in rows:
        newest[row.purpose] = row
    ordered = sorted(newest.values(), key=lambda row: (row.purpose != REQUIRED_PURPOSE, row.purpose))
    found = []
    for row in ordered:
        name = f"{_CONSENT}{row.purpose}"
        found.append(
            ConsentView(
                purpose=row.purpose,
                version=row.version,
                text=row.text,
                id=row.id,
                required=row.purpose == REQUIRED_PURPOSE,
                given=posted.get(name, [""])[-1] == str(row.id),
                error=errors.get(name, ""),
            )
        )
    return found
