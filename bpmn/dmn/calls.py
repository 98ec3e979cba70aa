"""Compile functions and their invocations: knowledge models, boxed functions, decision services."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from bpmn import feel
from bpmn.dmn.errors import DmnError
from bpmn.dmn.model import FunctionDefinition, Invocation, Literal, Variable
from bpmn.dmn.run import Evaluator, Run, Scope, Values, as_type
from bpmn.dmn.types import BASE_TYPES, FunctionOf
from bpmn.feel.builtins import BUILTINS

if TYPE_CHECKING:
    from bpmn.dmn.compiler import Compiler


def compile_entry(
    compiler: "Compiler",
    definition: FunctionDefinition,
    names: frozenset[str],
    place: str,
    depth: int,
    type_ref: str | None,
) -> Evaluator:
    """Return the evaluator of a named function; a type that is no function type is that of its result."""
    kind = compiler.type(type_ref, place)
    result = None if isinstance(kind, FunctionOf) or kind is BASE_TYPES["function"] else type_ref
    return compile_function(compiler, definition, names, place, depth, result=result)


def compile_function(
    compiler: "Compiler",
    definition: FunctionDefinition,
    names: frozenset[str],
    place: str,
    depth: int = 0,
    result: str | None = None,
) -> Callable[[Values, Run], feel.FeelFunction]:
    """Return what makes the function over the values where it is defined; arguments and result are typed."""
    if definition.kind.upper() != "FEEL":
        problem = DmnError("dmn.function_kind", definition.element, place=place, kind=definition.kind)
        body = compiler.broken(problem)
    else:
        inner = names | {parameter.name for parameter in definition.parameters}
        inner = inner.union(
            *(compiler.component_names(parameter.type_ref) for parameter in definition.parameters)
        )
        body = compiler.compile(definition.body, inner, place, depth + 1)
    body = compiler.typed(compiler.typed(body, definition.type_ref, place), result, place)
    return make_function(compiler, place, definition.parameters, body)


def make_function(
    compiler: "Compiler", name: str, parameters: Iterable[Variable], body: Evaluator
) -> Callable[[Values, Run], feel.FeelFunction]:
    """Return what makes a FEEL function called *name* that binds *parameters* and evaluates *body*."""
    parameters = list(parameters)
    typed = [(parameter.name, compiler.type(parameter.type_ref, name)) for parameter in parameters]
    names = [parameter.name for parameter in parameters]

    def make(values: Values, run: Run) -> feel.FeelFunction:
        def call(state: Any, arguments: list[Any]) -> Any:
            local = {
                parameter: as_type(argument, kind, f"{name}({parameter})", run)
                for (parameter, kind), argument in zip(typed, arguments, strict=True)
            }
            return feel.to_feel(run.call(name, lambda: body(Scope(local, values), run)))

        return feel.FeelFunction(name, names, call)

    return make


def compile_invocation(
    compiler: "Compiler", invocation: Invocation, names: frozenset[str], place: str, depth: int
) -> Evaluator:
    """Return the evaluator of a boxed invocation."""
    text = invocation.function.text if isinstance(invocation.function, Literal) else place
    bindings = {
        variable.name: compiler.typed(
            compiler.compile(expression, names, f"{place}.{variable.name}", depth + 1),
            variable.type_ref,
            place,
        )
        for variable, expression in invocation.bindings
    }
    if text in BUILTINS and text not in names:
        return _compile_builtin(compiler, text, bindings, place)
    called = compiler.compile(invocation.function, names, place, depth + 1)

    def evaluate(values: Values, run: Run) -> Any:
        function = called(values, run)
        if not isinstance(function, feel.FeelFunction):
            return run.null("dmn.not_function", place, name=text)
        unknown = set(bindings) - set(function.parameters)
        if unknown and not function.variadic:
            expected, found = ", ".join(function.parameters), ", ".join(bindings)
            return run.null("dmn.arguments", place, name=text, expected=expected, found=found)
        arguments = {name: bind(values, run) for name, bind in bindings.items()}
        order = list(bindings) if function.variadic else function.parameters
        return _apply(compiler, function, [arguments.get(name) for name in order], place, run)

    return evaluate


def _compile_builtin(
    compiler: "Compiler", name: str, bindings: dict[str, Evaluator], place: str
) -> Evaluator:
    """Return the invocation of a function of FEEL, which finds its own overload by the names of parameters."""
    arguments = ", ".join(f"{parameter}: a{index}" for index, parameter in enumerate(bindings))
    literal = Literal(f"{name}({arguments})")
    evaluate = compiler.literal(literal, frozenset(f"a{index}" for index in range(len(bindings))), place)

    def invoke(values: Values, run: Run) -> Any:
        local = {f"a{index}": bind(values, run) for index, bind in enumerate(bindings.values())}
        return evaluate(local, run)

    return invoke


def _apply(
    compiler: "Compiler", function: feel.FeelFunction, arguments: list[Any], place: str, run: Run
) -> Any:
    """Call any function value: FEEL itself does it, so that its own functions find their state."""
    names = [f"a{index}" for index in range(len(arguments))]
    call = feel.compile(f"f({', '.join(names)})")
    try:
        result = call.run(
            {"f": function, **dict(zip(names, arguments, strict=True))},
            functions=run.functions,
            now=run.now,
            types=compiler.predicates,
        )
    except feel.FeelError as error:
        raise DmnError("dmn.expression_limit", place, place=place, detail=error) from error
    run.reasons.extend(result.reasons)
    return result.value
