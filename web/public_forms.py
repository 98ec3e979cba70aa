"""Which processes clients may start themselves."""

from bpmn.bundles import LoadedBundle


def has_public_form(bundle: LoadedBundle) -> bool:
    """Tell whether the version has a start event with a form for the public."""
    starts = (bundle.model.elements.get(start.element_id) for start in bundle.model.starts)
    return any(
        element is not None
        and element.properties.get("public") == "true"
        and bool(element.properties.get("client_form"))
        for element in starts
    )
