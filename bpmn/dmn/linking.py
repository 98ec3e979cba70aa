"""Link the files of a bundle into one graph and compile every element of it.

References across files are resolved once; what is missing or circular is refused
with the path that shows it.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from bpmn.dmn import parser
from bpmn.dmn.calls import compile_function, make_function
from bpmn.dmn.compiler import Compiler
from bpmn.dmn.errors import DmnError
from bpmn.dmn.evaluation import Key, MakeFunction, Model, Node, Session
from bpmn.dmn.model import (
    Decision,
    DecisionService,
    Definitions,
    Element,
    InputData,
    KnowledgeModel,
)
from bpmn.dmn.run import Run, Values
from bpmn.dmn.types import Types
from bpmn.dmn.walk import entry_names


def parse(xml: bytes, *, imports: Mapping[str, bytes] | None = None) -> Model:
    """Return the model in *xml*; *imports* are the other files of the bundle by any name.

    Expressions that are not FEEL do not refuse the file: they are `Model.problems`, `lint` names them,
    and evaluation raises when it reaches one.

    Raises:
        DmnError: the file or an imported one cannot be read, a reference or an import leads nowhere,
            or decisions require each other in a circle.
    """
    definitions = parser.read(xml)
    bundle = _Bundle(imports or {})
    unit = bundle.link(definitions, ())
    _refuse_cycles(bundle.graph)
    return Model(
        definitions,
        bundle.graph,
        unit.types,
        import_names=unit.import_names(),
        problems=unit.compiler.problems,
        unknown_names={key: frozenset(names) for key, names in unit.compiler.unknown.items()},
    )


class _Unit:
    """One file of the bundle with its types and its compiler."""

    def __init__(self, definitions: Definitions, imported: Mapping[str, "_Unit"]) -> None:
        self.definitions = definitions
        self.imported = imported
        self.types: Types = Types(definitions.items, {name: unit.types for name, unit in imported.items()})
        self.compiler = Compiler(self.types, definitions.language)
        self._fill_predicates()

    def _fill_predicates(self) -> None:
        """Give ``instance of`` the types of the file and of its imports."""
        predicates = self.compiler.predicates
        for name in self.definitions.items:
            predicates[name] = self.compiler.type(name, name).is_instance
        for import_name, unit in self.imported.items():
            for name, predicate in unit.compiler.predicates.items():
                predicates.setdefault(f"{import_name}.{name}" if import_name else name, predicate)

    def import_names(self) -> dict[str, str]:
        """Return the names of imports by namespace."""
        return {unit.definitions.namespace: name for name, unit in self.imported.items()}


class _Bundle:
    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = files
        self._read: dict[str, Definitions] | None = None
        self._unreadable: list[DmnError] = []
        self._units: dict[str, _Unit] = {}
        self.graph: dict[Key, Node] = {}

    def link(self, definitions: Definitions, path: tuple[str, ...]) -> _Unit:
        """Compile a file after those that it imports, and add its elements to the graph."""
        path = (*path, definitions.namespace)
        imported: dict[str, _Unit] = {}
        for wanted in definitions.imports:
            if wanted.import_type and "DMN" not in wanted.import_type:
                continue  # another language; whatever refers to it is refused as a missing reference
            if wanted.namespace in self._units:
                imported[wanted.name] = self._units[wanted.namespace]
                continue
            found = self._definitions().get(wanted.namespace)
            if found is None:
                if self._unreadable:
                    raise self._unreadable[0]
                values = {"name": wanted.name, "namespace": wanted.namespace}
                raise DmnError("dmn.import_missing", wanted.name, line=wanted.line, **values)
            if found.namespace in path:
                raise DmnError("dmn.import_cycle", wanted.name, path=" → ".join([*path, found.namespace]))
            imported[wanted.name] = self.link(found, path)
        unit = self._units[definitions.namespace] = _Unit(definitions, imported)
        linker = _Linker(unit, self)
        for element in definitions.elements.values():
            node = linker.node(element)
            self.graph[node.key] = node
        return unit

    def _definitions(self) -> dict[str, Definitions]:
        if self._read is None:
            self._read = {}
            for xml in self._files.values():
                try:
                    definitions = parser.read(xml)
                except DmnError as error:
                    self._unreadable.append(error)  # matters only if it is the file that is wanted
                else:
                    self._read[definitions.namespace] = definitions
        return self._read

    def compiler(self, key: Key) -> Compiler:
        """Return the compiler of the file that an element is in."""
        return self._units[key[0]].compiler

    def element(self, key: Key) -> Element | None:
        """Return an element of any file that is linked."""
        unit = self._units.get(key[0])
        return None if unit is None else unit.definitions.elements.get(key[1])


class _Linker:
    """Makes the nodes of one file."""

    def __init__(self, unit: _Unit, bundle: _Bundle) -> None:
        self._unit, self._bundle = unit, bundle
        self._namespace = unit.definitions.namespace
        self._import_names = unit.import_names()

    def node(self, element: Element) -> Node:
        """Return *element* compiled."""
        kind = self._unit.compiler.type(element.variable.type_ref, element.name)
        self._unit.compiler.begin(element.id)
        key = (self._namespace, element.id)
        match element:
            case InputData():
                return Node(key, element, kind)
            case Decision():
                requires = self._resolve(
                    element, element.requires, (Decision, InputData), "decision or input"
                )
                knowledge = self._knowledge(element, element.knowledge)
                names = self._names(requires) | self._names(knowledge)
                evaluate = None
                if element.expression is not None:
                    evaluate = self._unit.compiler.compile(element.expression, names, element.name)
                prefixes = self._prefixes([*requires, *knowledge])
                return Node(key, element, kind, requires, knowledge, evaluate, prefixes=prefixes)
            case KnowledgeModel():
                knowledge = self._knowledge(element, element.knowledge)
                make = self._function(element, self._names(knowledge))
                return Node(key, element, kind, (), knowledge, None, make, self._prefixes(knowledge))
            case DecisionService():
                return Node(key, element, kind, function=self._service(element))

    def _function(self, element: KnowledgeModel, names: frozenset[str]) -> MakeFunction:
        compiler = self._unit.compiler
        if element.function is None:
            problem = DmnError("dmn.no_logic", element.id, line=element.line, name=element.name)
            return make_function(compiler, element.name, (), compiler.broken(problem))
        result = element.variable.type_ref
        item = self._unit.types.item(result)
        if item is not None and item.function is not None:
            result = item.function.result
        return compile_function(
            compiler, element.function, names | {element.variable.name}, element.name, result=result
        )

    def _service(self, service: DecisionService) -> MakeFunction:
        """Return what makes the service's function: its inputs and input decisions are given, the rest evaluated."""
        given = (
            *self._resolve(service, service.input_data, (InputData,), "input"),
            *self._resolve(service, service.input_decisions, (Decision,), "decision"),
        )
        self._resolve(service, service.encapsulated, (Decision,), "decision")
        outputs = self._resolve(service, service.outputs, (Decision,), "decision")
        graph, bundle = self._bundle.graph, self._bundle
        elements = [bundle.element(key) for key in given]
        parameters = [element.variable for element in elements if element is not None]

        def evaluate(values: Values, run: Run) -> Any:
            inner = Session(graph, run, {}, {}, values={key: values[graph[key].name] for key in given})
            results = {graph[key].name: inner.value(key) for key in outputs}
            return next(iter(results.values())) if len(results) == 1 else results

        typed = self._unit.compiler.typed(evaluate, service.variable.type_ref, service.name)
        return make_function(self._unit.compiler, service.name, parameters, typed)

    def _knowledge(self, element: Element, hrefs: Iterable[str]) -> tuple[Key, ...]:
        return self._resolve(element, hrefs, (KnowledgeModel, DecisionService), "knowledge model or service")

    def _resolve(
        self, element: Element, hrefs: Iterable[str], kinds: tuple[type, ...], what: str
    ) -> tuple[Key, ...]:
        found: list[Key] = []
        for href in hrefs:
            namespace, _, identifier = href.rpartition("#")
            key = (namespace or self._namespace, identifier)
            target = self._bundle.element(key)
            if target is None and namespace == "":
                target = self._unit.definitions.elements.get(identifier)
            if not isinstance(target, kinds):
                kind = (what, _KINDS[what])
                raise DmnError(
                    "dmn.reference", element.id, line=element.line, name=element.name, href=href, kind=kind
                )
            found.append(key)
        return tuple(found)

    def _prefixes(self, keys: Iterable[Key]) -> dict[Key, str]:
        return {key: self._import_names.get(key[0], "") for key in keys if key[0] != self._namespace}

    def _names(self, keys: Iterable[Key]) -> frozenset[str]:
        """Return every name that expressions over these elements may use: theirs, and those of their parts."""
        names: set[str] = set()
        for key in keys:
            element = self._bundle.element(key)
            assert element is not None  # resolved before
            names.add(element.variable.name)
            if key[0] != self._namespace:
                names.add(self._import_names.get(key[0], ""))
            compiler = self._bundle.compiler(key)
            names |= compiler.component_names(element.variable.type_ref)
            if isinstance(element, Decision):
                names |= entry_names(element.expression)
                if not element.has_variable:
                    names.add(element.id)
            elif isinstance(element, KnowledgeModel) and element.function is not None:
                names |= entry_names(element.function) | compiler.component_names(element.function.type_ref)
        return frozenset(name for name in names if name)


_KINDS = {
    "decision or input": "решение или вход",
    "decision": "решение",
    "input": "вход",
    "knowledge model or service": "модель знаний или сервис",
}


def _refuse_cycles(graph: Mapping[Key, Node]) -> None:
    """Refuse decisions that require each other; functions may call each other (their depth is limited)."""
    done: set[Key] = set()
    for start in graph:
        path: dict[Key, None] = {}
        stack: list[tuple[Key, bool]] = [(start, False)]
        while stack:
            key, leaving = stack.pop()
            if leaving:
                del path[key]
                done.add(key)
            elif key in path:
                steps = list(path)
                names = [graph[step].element.name for step in [*steps[steps.index(key) :], key]]
                raise DmnError("dmn.cycle", graph[key].element.id, path=" → ".join(names))
            elif key not in done:
                path[key] = None
                stack.append((key, True))
                stack.extend((required, False) for required in graph[key].requires)
