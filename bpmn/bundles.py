"""Deployed folders, read once and kept: diagrams compiled, forms parsed, translations ready.

A deployment never changes, so what is made of it is shared between threads and units and never invalidated.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
import yaml
from sqlalchemy import Connection, bindparam, select

from bpmn import dmn, forms
from bpmn.errors import CallFailed, NotFound
from bpmn.spiff import Bundle, ProcessModel, compile_bundle
from storage.models import Definition, Resource
from storage.statements import Statement, constant, table_of

KEPT = 64

_TABLE = table_of(Definition)
_REF = select(
    _TABLE.c.id,
    _TABLE.c.key,
    _TABLE.c.version,
    _TABLE.c.name,
    _TABLE.c.state,
    _TABLE.c.deployment_id,
    _TABLE.c.resource_path,
)
_BY_ID = Statement(_REF.where(_TABLE.c.id == bindparam("wanted")))
_ACTIVE = Statement(_REF.where(_TABLE.c.key == bindparam("wanted"), _TABLE.c.state == constant("active")))
LANGUAGES = ("ru", "en")


@dataclass(frozen=True, slots=True)
class DefinitionRef:
    """One version of one process."""

    id: int
    key: str
    version: int
    name: str
    state: str
    deployment_id: int = 0
    resource_path: str = ""


class LoadedDeployment:
    """A deployment's files and everything made of them."""

    def __init__(
        self, deployment_id: int, files: Mapping[str, bytes], definitions: Mapping[str, int]
    ) -> None:
        self.id = deployment_id
        self.files = files
        self.compiled: Bundle = compile_bundle(files)
        for key, model in self.compiled.processes.items():
            model.reference = str(definitions.get(key, ""))
        self.translations = read_translations(files)
        self._forms: dict[str, forms.Form] = {}
        self._decisions: dict[str, dmn.Model] | None = None

    def form(self, key: str) -> forms.Form:
        """Return the form *key* of this folder.  Raises CallFailed if there is none."""
        if key not in self._forms:
            content = form_source(self.files, self.compiled, key)
            if content is None:
                raise CallFailed(f"there is no form {key!r}", what="form", key=key)
            self._forms[key] = forms.parse(content, name=key)
        return self._forms[key]

    def decision_model(self, ref: str) -> dmn.Model | None:
        """Return the model that holds *ref*, by id, otherwise by name; None where no file does."""
        if self._decisions is None:
            sources = {path: data for path, data in self.files.items() if path.endswith(".dmn")}
            self._decisions = {path: dmn.parse(data, imports=sources) for path, data in sources.items()}
        models = self._decisions.values()
        by_id = (model for model in models if model.holds(ref) and model.find(ref).id == ref)
        return next(by_id, None) or next((model for model in models if model.holds(ref)), None)


@dataclass(frozen=True)
class LoadedBundle:
    """A definition together with the folder it came in."""

    definition: DefinitionRef
    deployment: LoadedDeployment = field(repr=False)

    @property
    def model(self) -> ProcessModel:
        return self.deployment.compiled.processes[self.definition.key]

    @property
    def xml(self) -> bytes:
        return self.deployment.files[self.definition.resource_path]

    @property
    def languages(self) -> tuple[str, ...]:
        return LANGUAGES

    def file(self, path: str) -> bytes | None:
        return self.deployment.files.get(path)

    def form(self, key: str) -> forms.Form:
        return self.deployment.form(key)

    def translate(self, text: str, language: str) -> str:
        """The analyst's words in another language; the words themselves where nothing is known."""
        return self.deployment.translations.get(language, {}).get(text, text)

    def translator(self, language: str) -> Callable[[str], str]:
        known = self.deployment.translations.get(language, {})
        return lambda text: known.get(text, text)


def form_source(files: Mapping[str, bytes], compiled: Bundle, key: str) -> Any:
    """Return the form-js definition that a form key names; None where there is none.

    A form in a diagram, the file `forms/<key>.form`, a file of that name in another folder, or the form whose own
    id is the key (`camunda:formRef`, zeebe's `formId`).
    """
    for model in compiled.processes.values():
        if key in model.forms:
            return model.forms[key]
    if f"forms/{key}.form" in files:
        return files[f"forms/{key}.form"]
    named = [path for path in sorted(files) if path.endswith(".form")]
    for path in named:
        if path.rpartition("/")[2] == f"{key}.form":
            return files[path]
    return next((files[path] for path in named if _form_id(files[path]) == key), None)


def _form_id(content: bytes) -> str | None:
    try:
        found = orjson.loads(content)
    except orjson.JSONDecodeError:
        return None
    return found.get("id") if isinstance(found, dict) else None


def read_translations(files: Mapping[str, bytes]) -> dict[str, dict[str, str]]:
    """Read `translations/<language>.yaml`: source text to translation.

    Raises:
        ValueError: a file is not a YAML mapping of texts.
    """
    found: dict[str, dict[str, str]] = {}
    for path, content in files.items():
        folder, _, name = path.rpartition("/")
        if folder != "translations" or not name.endswith((".yaml", ".yml")):
            continue
        try:
            entries: Any = yaml.safe_load(content) or {}
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise ValueError(f"{path}: {error}") from error
        if not isinstance(entries, dict):
            raise ValueError(f"{path}: expected pairs of texts")
        found[name.rsplit(".", 1)[0]] = {str(key): str(value) for key, value in entries.items()}
    return found


class Bundles:
    """Loaded deployments by id, the most recently used ones kept."""

    def __init__(self) -> None:
        self._kept: OrderedDict[int, LoadedDeployment] = OrderedDict()
        self._definitions: dict[int, DefinitionRef] = {}
        self._lock = threading.Lock()

    def of_definition(self, connection: Connection, definition_id: int) -> LoadedBundle:
        """Return the bundle of a definition.  Raises NotFound."""
        ref = self._definitions.get(definition_id)
        if ref is None:
            ref = self._one(connection, _BY_ID, definition_id)
            self._definitions[definition_id] = ref
        return LoadedBundle(ref, self.deployment(connection, ref.deployment_id))

    def active(self, connection: Connection, key: str) -> LoadedBundle:
        """Return the version of process *key* in force.  Raises NotFound."""
        ref = self._one(connection, _ACTIVE, key)
        return LoadedBundle(ref, self.deployment(connection, ref.deployment_id))

    def forget(self, definition_id: int) -> None:
        """Have the state of a definition read again."""
        self._definitions.pop(definition_id, None)

    def deployment(self, connection: Connection, deployment_id: int) -> LoadedDeployment:
        with self._lock:
            found = self._kept.get(deployment_id)
            if found is not None:
                self._kept.move_to_end(deployment_id)
                return found
        resources = connection.execute(
            select(Resource.path, Resource.content).where(Resource.deployment_id == deployment_id)
        )
        definitions = connection.execute(
            select(Definition.key, Definition.id).where(Definition.deployment_id == deployment_id)
        )
        files = {path: bytes(content) for path, content in resources}
        ids = {row.key: row.id for row in definitions}
        loaded = LoadedDeployment(deployment_id, files, ids)
        with self._lock:
            loaded = self._kept.setdefault(deployment_id, loaded)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return loaded

    @staticmethod
    def _one(connection: Connection, statement: Statement, key: object) -> DefinitionRef:
        rows = statement.rows(connection, {"wanted": key})
        if not rows:
            raise NotFound("process", key)
        return DefinitionRef(*rows[0])
