"""Which version of a process a call activity runs.

Without a binding the caller's own folder comes first, then the version in force; `latest` means the version in force
first.  A version or a tag means exactly that one; a reference is a definition that was chosen before.
"""

from sqlalchemy import Connection, select

from bpmn.bundles import Bundles, LoadedBundle
from bpmn.errors import CallFailed, NotFound
from bpmn.spiff import ProcessModel
from bpmn.spiff.services import Binding
from storage.models import Definition, Resource


def find(
    bundles: Bundles, connection: Connection, bundle: LoadedBundle, key: str, binding: Binding
) -> ProcessModel:
    """Return the process that is meant.

    Raises:
        CallFailed: there is no such process, version or tag, or the binding is unknown.
    """
    own = bundle.deployment.compiled.processes.get(key)
    found: ProcessModel | None
    match binding.kind:
        case "reference":
            found = bundles.of_definition(connection, int(binding.value or 0)).model
        case "deployment":
            found = own
        case "latest":
            found = _in_force(bundles, connection, key) or own
        case "version":
            found = _of_version(bundles, connection, key, binding.value)
        case "versionTag":
            found = _tagged(bundles, connection, key, binding.value or "")
        case other:
            raise CallFailed(f"calledElementBinding cannot be {other!r}", what="process", key=key)
    if found is None:
        wanted = f"{binding.kind} {binding.value!r}" if binding.value else binding.kind
        raise CallFailed(f"there is no process {key!r} ({wanted}) to call", what="process", key=key)
    return found


def _in_force(bundles: Bundles, connection: Connection, key: str) -> ProcessModel | None:
    try:
        return bundles.active(connection, key).model
    except NotFound:
        return None


def _of_version(bundles: Bundles, connection: Connection, key: str, value: str | None) -> ProcessModel | None:
    if value is None or not value.isascii() or not value.isdigit():
        raise CallFailed(f"calledElementVersion is {value!r}, not a number", what="process", key=key)
    query = select(Definition.id).where(Definition.key == key, Definition.version == int(value))
    found = connection.scalar(query)
    return None if found is None else bundles.of_definition(connection, found).model


def _tagged(bundles: Bundles, connection: Connection, key: str, tag: str) -> ProcessModel | None:
    """The newest version whose process bears the tag; only files that contain its text are compiled."""
    rows = connection.execute(
        select(Definition.id, Resource.content)
        .join(
            Resource,
            (Resource.deployment_id == Definition.deployment_id)
            & (Resource.path == Definition.resource_path),
        )
        .where(Definition.key == key)
        .order_by(Definition.version.desc())
    )
    for definition_id, content in rows:
        if tag and tag.encode() in bytes(content):
            model = bundles.of_definition(connection, definition_id).model
            if model.version_tag == tag:
                return model
    return None
