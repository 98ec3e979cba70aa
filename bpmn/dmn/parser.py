"""Read DMN 1.1 to 1.6 files into `model` values, refusing what cannot be understood by element and line.

Elements of other namespaces (extensions, diagrams) are skipped; an unknown
element of the DMN namespace is refused, never dropped.
"""

import re
from collections.abc import Iterable

from lxml import etree

from bpmn.dmn import boxed
from bpmn.dmn.errors import DmnError
from bpmn.dmn.model import (
    Decision,
    DecisionService,
    Definitions,
    Element,
    FunctionType,
    Import,
    InputData,
    ItemDefinition,
    KnowledgeModel,
    Variable,
)
from bpmn.dmn.reading import Reader, line_of
from bpmn.xml import XmlRefused, parse_xml

#: The model namespaces of DMN 1.1, 1.2, 1.3, 1.4, 1.5 and 1.6, and the version each stands for.
NAMESPACES = {
    "http://www.omg.org/spec/DMN/20151101/dmn.xsd": "1.1",
    "http://www.omg.org/spec/DMN/20151101/dmn11.xsd": "1.1",
    "http://www.omg.org/spec/DMN/20180521/MODEL/": "1.2",
    "https://www.omg.org/spec/DMN/20191111/MODEL/": "1.3",
    "https://www.omg.org/spec/DMN/20211108/MODEL/": "1.4",
    "https://www.omg.org/spec/DMN/20230324/MODEL/": "1.5",
    "https://www.omg.org/spec/DMN/20240513/MODEL/": "1.6",
}

MAX_ELEMENTS = 5_000

_IGNORED = frozenset(
    [
        "description",
        "extensionElements",
        "knowledgeSource",
        "group",
        "textAnnotation",
        "association",
        "elementCollection",
        "performanceIndicator",
        "organizationUnit",
        "businessContextElement",
    ]
)

_KNOWLEDGE_PARTS = ("variable", "encapsulatedLogic", "knowledgeRequirement", "authorityRequirement")
_SERVICE_PARTS = ("variable", "outputDecision", "encapsulatedDecision", "inputDecision", "inputData")
_ITEM_PARTS = ("typeRef", "allowedValues", "typeConstraint", "itemComponent", "functionItem")


def read(xml: bytes) -> Definitions:
    """Return the content of one file; imports are listed, not followed.

    Raises:
        DmnError: dmn.xml, dmn.not_dmn, dmn.missing, dmn.unknown_element, dmn.duplicate or dmn.limit.
    """
    try:
        root = parse_xml(xml).getroot()
    except XmlRefused as refused:
        raise DmnError("dmn.xml", line=refused.line, detail=refused) from refused
    name = etree.QName(root)
    if name.localname != "definitions" or name.namespace not in NAMESPACES:
        raise DmnError("dmn.not_dmn", line=line_of(root), root=str(root.tag))
    return _Definitions(Reader(root, str(name.namespace))).read()


class _Definitions:
    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._root = reader.root
        self._elements: dict[str, Element] = {}

    def read(self) -> Definitions:
        reader, root = self._reader, self._root
        imports = tuple(self._import(element) for element in reader.children(root, "import"))
        reader.know_imports({imported.namespace: imported.name for imported in imports})
        items: dict[str, ItemDefinition] = {}
        for element in reader.children(root, "itemDefinition"):
            item = self._item(element)
            if item.name in items:
                raise DmnError(
                    "dmn.duplicate", item.name, line=item.line, what=("type", "тип"), name=item.name
                )
            items[item.name] = item
        for element in reader.children(root):
            self._element(element)
        return Definitions(
            id=root.get("id"),
            name=root.get("name") or "",
            namespace=root.get("namespace") or "",
            language=root.get("expressionLanguage"),
            imports=imports,
            items=items,
            elements=self._elements,
        )

    def _import(self, element: "etree._Element") -> Import:
        return Import(
            namespace=element.get("namespace") or "",
            name=_normalise(element.get("name") or ""),
            import_type=element.get("importType") or "",
            line=line_of(element),
        )

    def _item(self, element: "etree._Element") -> ItemDefinition:
        reader = self._reader
        reader.only(element, *_ITEM_PARTS)
        function = reader.child(element, "functionItem")
        return ItemDefinition(
            name=reader.name(element),
            type_ref=reader.type_ref(element),
            is_collection=element.get("isCollection") in ("true", "1"),
            allowed=reader.unary_tests(element, "allowedValues"),
            constraint=reader.unary_tests(element, "typeConstraint"),
            components=tuple(self._item(part) for part in reader.children(element, "itemComponent")),
            function=None if function is None else self._function_type(function),
            element=element.get("id"),
            line=line_of(element),
        )

    def _function_type(self, element: "etree._Element") -> FunctionType:
        parameters = tuple(
            Variable(self._reader.name(part), self._reader.type_ref(part))
            for part in self._reader.children(element, "parameters")
        )
        return FunctionType(parameters, self._reader.qualified(element, element.get("outputTypeRef")))

    def _element(self, element: "etree._Element") -> None:
        kind = self._reader.local(element)
        if kind in ("import", "itemDefinition") or kind in _IGNORED:
            return
        made: Element
        if kind == "inputData":
            variable = self._variable(self._reader.only(element, "variable"))[0]
            made = InputData(self._id(element), self._reader.name(element), variable, line_of(element))
        elif kind == "decision":
            made = self._decision(element)
        elif kind == "businessKnowledgeModel":
            made = self._knowledge_model(element)
        elif kind == "decisionService":
            made = self._service(element)
        else:
            raise self._reader.unknown(element)
        if made.id in self._elements:
            raise DmnError("dmn.duplicate", made.id, line=made.line, what="id", name=made.id)
        if len(self._elements) >= MAX_ELEMENTS:
            raise DmnError("dmn.limit", made.id, limit=MAX_ELEMENTS, what=("elements", "элементов"))
        self._elements[made.id] = made

    def _decision(self, element: "etree._Element") -> Decision:
        reader = self._reader
        variable, declared = self._variable(element)
        return Decision(
            id=self._id(element),
            name=reader.name(element),
            variable=variable,
            has_variable=declared,
            expression=boxed.only_expression(reader, element, boxed.DECISION_PARTS),
            requires=self._references(
                element, "informationRequirement", ("requiredDecision", "requiredInput")
            ),
            knowledge=self._references(element, "knowledgeRequirement", ("requiredKnowledge",)),
            line=line_of(element),
        )

    def _knowledge_model(self, element: "etree._Element") -> KnowledgeModel:
        self._reader.only(element, *_KNOWLEDGE_PARTS)
        logic = self._reader.child(element, "encapsulatedLogic")
        return KnowledgeModel(
            id=self._id(element),
            name=self._reader.name(element),
            variable=self._variable(element)[0],
            function=None if logic is None else boxed.function(self._reader, logic),
            knowledge=self._references(element, "knowledgeRequirement", ("requiredKnowledge",)),
            line=line_of(element),
        )

    def _service(self, element: "etree._Element") -> DecisionService:
        self._reader.only(element, *_SERVICE_PARTS)
        return DecisionService(
            id=self._id(element),
            name=self._reader.name(element),
            variable=self._variable(element)[0],
            outputs=tuple(self._hrefs(self._reader.children(element, "outputDecision"))),
            encapsulated=tuple(self._hrefs(self._reader.children(element, "encapsulatedDecision"))),
            input_decisions=tuple(self._hrefs(self._reader.children(element, "inputDecision"))),
            input_data=tuple(self._hrefs(self._reader.children(element, "inputData"))),
            line=line_of(element),
        )

    def _id(self, element: "etree._Element") -> str:
        return element.get("id") or self._reader.name(element)

    def _variable(self, element: "etree._Element") -> tuple[Variable, bool]:
        """Return the variable of an element, named after it when the file has none, and whether it has."""
        variable = self._reader.child(element, "variable")
        if variable is None:
            return Variable(self._reader.name(element)), False
        name = _normalise(variable.get("name") or "") or self._reader.name(element)
        return Variable(name, self._reader.type_ref(variable)), True

    def _references(self, element: "etree._Element", tag: str, parts: tuple[str, ...]) -> tuple[str, ...]:
        found: list[str] = []
        for requirement in self._reader.children(element, tag):
            required = [
                part for part in self._reader.children(requirement) if self._reader.local(part) in parts
            ]
            if not required:
                raise self._reader.missing(requirement, parts[0])
            found.extend(self._hrefs(required))
        return tuple(dict.fromkeys(found))

    def _hrefs(self, elements: Iterable["etree._Element"]) -> Iterable[str]:
        for element in elements:
            href = element.get("href")
            if not href:
                raise self._reader.missing(element, "href")
            yield href.strip()


def _normalise(name: str) -> str:
    return re.sub(r"\s+", " ", name).strip()
