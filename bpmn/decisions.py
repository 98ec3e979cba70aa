"""Which version of a decision a business rule task means, and in which file it stands.

Decisions are versioned with their folder (docs/decisions.md): unless the diagram says otherwise a request is
decided by the rules it was started with.  A decision, a knowledge model or a decision service is found by id,
otherwise by name.
"""

from collections.abc import Iterator

from lxml import etree
from sqlalchemy import Connection, select

from bpmn import dmn
from bpmn.bundles import Bundles, LoadedBundle, LoadedDeployment
from bpmn.errors import CallFailed
from bpmn.spiff.services import Binding
from bpmn.xml import parse_xml
from storage.models import Definition, Resource


def find(
    bundles: Bundles, connection: Connection, bundle: LoadedBundle, ref: str, binding: Binding
) -> dmn.Model:
    """Return the model in which *ref* is evaluated.

    Raises:
        CallFailed: there is no such decision, version or tag, or the binding is unknown.
    """
    for deployment in _candidates(bundles, connection, bundle, ref, binding):
        model = deployment.decision_model(ref)
        if model is not None:
            return model
    wanted = f" of {binding.kind} {binding.value!r}" if binding.value else ""
    raise CallFailed(f"there is no decision {ref!r}{wanted}", what="decision", key=ref)


def _candidates(
    bundles: Bundles, connection: Connection, bundle: LoadedBundle, ref: str, binding: Binding
) -> Iterator[LoadedDeployment]:
    """Yield the folders in which to look, the one meant most first."""
    match binding.kind:
        case "deployment":
            yield bundle.deployment
        case "latest":
            for deployment_id in _in_force(connection, bundle.definition.key):
                yield bundles.deployment(connection, deployment_id)
            yield bundle.deployment
        case "version":
            for deployment_id in _of_version(connection, bundle.definition.key, binding.value):
                yield bundles.deployment(connection, deployment_id)
        case "versionTag":
            for deployment_id in _tagged(connection, ref, binding.value or ""):
                yield bundles.deployment(connection, deployment_id)
        case other:
            raise CallFailed(f"decisionRefBinding cannot be {other!r}", what="decision", key=ref)


def _in_force(connection: Connection, key: str) -> list[int]:
    """Deployments in force: that of the process itself first, then the others, the last activated first."""
    rows = connection.execute(
        select(Definition.deployment_id, Definition.key)
        .where(Definition.state == "active")
        .order_by(Definition.activated_at.desc(), Definition.id.desc())
    ).all()
    own = [row.deployment_id for row in rows if row.key == key]
    return list(dict.fromkeys([*own, *(row.deployment_id for row in rows)]))


def _of_version(connection: Connection, key: str, value: str | None) -> list[int]:
    if value is None or not value.isascii() or not value.isdigit():
        raise CallFailed(f"decisionRefVersion is {value!r}, not a number", what="decision", key=key)
    version = Definition.key == key, Definition.version == int(value)
    return list(connection.scalars(select(Definition.deployment_id).where(*version)))


def _tagged(connection: Connection, ref: str, tag: str) -> Iterator[int]:
    """Yield the deployments whose decision *ref* bears the tag, the newest first."""
    rows = connection.execute(
        select(Resource.deployment_id, Resource.content)
        .where(Resource.path.endswith(".dmn"))
        .order_by(Resource.deployment_id.desc())
    )
    for deployment_id, content in rows:
        data = bytes(content)
        if tag.encode() in data and tag in version_tags(data, ref):
            yield deployment_id


def version_tags(data: bytes, ref: str) -> set[str]:
    """Return the tags of decision *ref* in a DMN file: `camunda:versionTag="…"` or `<zeebe:versionTag value="…"/>`."""
    found: set[str] = set()
    for element in parse_xml(data).iter():
        if not isinstance(element.tag, str) or ref not in (element.get("id"), element.get("name")):
            continue
        found |= {str(value) for name, value in element.attrib.items() if _local(str(name)) == "versionTag"}
        found |= {
            value for child in element.iter() if _is_tag(child) and (value := child.get("value")) is not None
        }
    return found


def _is_tag(element: "etree._Element") -> bool:
    return isinstance(element.tag, str) and _local(element.tag) == "versionTag"


def _local(name: str) -> str:
    return name.rpartition("}")[2]
