"""Small readers shared by the parsers of a file and of its boxed expressions."""

import re
from collections.abc import Iterator, Mapping

from lxml import etree

from bpmn.dmn.errors import DmnError

#: What every element may hold (DMN 1.5 §6.3.1).
COMMON = frozenset(["description", "extensionElements"])

_FEEL = re.compile(r"https?://www\.omg\.org/spec/(DMN/\d+/FEEL/?|FEEL/\d+)")
_XSD = "http://www.w3.org/2001/XMLSchema"


def line_of(element: "etree._Element") -> int | None:
    """Return the line of *element* in its file; None when the parser did not keep it."""
    line: int | None = getattr(element, "sourceline", None)
    return line


class Reader:
    """Reads elements of one DMN namespace under one root."""

    def __init__(self, root: "etree._Element", namespace: str) -> None:
        self.root = root
        self._namespace = namespace
        self._import_names: Mapping[str, str] = {}

    def know_imports(self, names: Mapping[str, str]) -> None:
        """Remember the names of imports by namespace, for type references with a prefix."""
        self._import_names = names

    def local(self, element: "etree._Element") -> str:
        """Return the tag without its namespace."""
        return str(etree.QName(element).localname)

    def children(self, element: "etree._Element", tag: str | None = None) -> Iterator["etree._Element"]:
        """Yield the children of the DMN namespace, all or those called *tag*, in order."""
        for child in element:
            if not isinstance(child.tag, str):
                continue
            name = etree.QName(child)
            if name.namespace == self._namespace and tag in (None, name.localname):
                yield child

    def child(self, element: "etree._Element", tag: str) -> "etree._Element | None":
        """Return the first child called *tag*."""
        return next(self.children(element, tag), None)

    def only(self, element: "etree._Element", *tags: str) -> "etree._Element":
        """Return *element* when its DMN children are *tags*, descriptions or extensions only.

        Raises:
            DmnError: dmn.unknown_element.
        """
        for child in self.children(element):
            if self.local(child) not in tags and self.local(child) not in COMMON:
                raise self.unknown(child)
        return element

    def name(self, element: "etree._Element") -> str:
        """Return the required name with runs of blanks made one space; an id stands in for it."""
        name = re.sub(r"\s+", " ", element.get("name") or "").strip() or element.get("id")
        if not name:
            raise self.missing(element, "name")
        return name

    def text(self, element: "etree._Element", tag: str = "text") -> str:
        """Return the text of the child *tag* without comments; empty when there is none."""
        child = self.child(element, tag)
        return "" if child is None else str(child.xpath("string()")).strip()

    def unary_tests(self, element: "etree._Element", tag: str) -> str | None:
        """Return the unary tests of the child *tag*; None when absent, empty or ``-``."""
        child = self.child(element, tag)
        text = "" if child is None else self.text(child)
        return None if text in ("", "-") else text

    def type_ref(self, element: "etree._Element") -> str | None:
        """Return the type that an attribute (DMN 1.2 on) or a child (all versions) names."""
        attribute = element.get("typeRef")
        if attribute is None:
            attribute = self.text(element, "typeRef")
        return self.qualified(element, attribute)

    def qualified(self, element: "etree._Element", name: str | None) -> str | None:
        """Return a type name; a prefix bound to FEEL or this model falls away, one of an import names it."""
        name = re.sub(r"\s+", " ", name or "").strip()
        if not name:
            return None
        prefix, colon, local = name.partition(":")
        namespace = element.nsmap.get(prefix) if colon else None
        if namespace is None:
            return local if colon and prefix == "feel" else name
        if _FEEL.fullmatch(namespace) or namespace in (_XSD, self.root.get("namespace")):
            return local
        imported = self._import_names.get(namespace)
        return f"{imported}.{local}" if imported else local

    def missing(self, element: "etree._Element", part: str) -> DmnError:
        """Return the error that *element* lacks *part*."""
        line = line_of(element)
        return DmnError("dmn.missing", self.identify(element), line=line, tag=self.local(element), part=part)

    def unknown(self, element: "etree._Element") -> DmnError:
        """Return the error that *element* has no place here."""
        line = line_of(element)
        return DmnError("dmn.unknown_element", self.identify(element), line=line, tag=self.local(element))

    def identify(self, element: "etree._Element") -> str | None:
        """Return the id of *element*, or of the closest ancestor that has one."""
        current: etree._Element | None = element
        while current is not None:
            if current.get("id"):
                return str(current.get("id"))
            current = current.getparent()
        return None
