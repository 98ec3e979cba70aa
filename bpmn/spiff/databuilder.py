"""Data associations compiled: inputs are parameters of the element, outputs are written when it leaves."""

from collections.abc import Iterable

from bpmn.spiff.compiling import Compiler
from bpmn.spiff.expressions import Expression, compile_feel
from bpmn.spiff.graph import Node
from bpmn.spiff.model import Param
from bpmn.spiff.specs import NO_DATA, DataOutputs
from bpmn.spiff.transfers import Transfer

_WHAT = ("Связь с данными", "The data association")


def data_inputs(node: Node, compiler: Compiler) -> dict[str, Param]:
    """Return the data inputs of a node by name."""
    return {name: param for name, param, _ in _params(node, node.data.ins, compiler, keep=False)}


def data_outputs(node: Node, compiler: Compiler) -> DataOutputs:
    """Return what a node writes by its data associations."""
    if not node.data.outs:
        return NO_DATA
    return DataOutputs(tuple(_params(node, node.data.outs, compiler, keep=True)), node.data.own)


def _params(
    node: Node, transfers: Iterable[Transfer], compiler: Compiler, *, keep: bool
) -> list[tuple[str, Param, str | None]]:
    """Compile the values per variable; parts of one are written into it, into what it was where *keep*."""
    whole: dict[str, tuple[Expression, str | None]] = {}
    parts: dict[str, list[tuple[str, Param]]] = {}
    for transfer in transfers:
        name, *inner = transfer.path
        expression = compiler.value(
            transfer.text, node.id, _WHAT, transfer.line or node.line, transfer.language
        )
        for identifier in sorted(expression.names & transfer.ids.keys()):
            if transfer.ids[identifier] != identifier:
                compiler.refuse(
                    node.id,
                    "data_id",
                    f"{_WHAT[0]}: вместо id {identifier} напишите имя переменной «{transfer.ids[identifier]}»",
                    f"{_WHAT[1]}: write the variable {transfer.ids[identifier]!r} instead of the id {identifier}",
                    transfer.line or node.line,
                )
        if inner:
            parts.setdefault(name, []).append((".".join(inner), Param("value", expression)))
        else:
            whole[name] = (expression, transfer.needs)
    found: list[tuple[str, Param, str | None]] = []
    for name in dict.fromkeys((*whole, *parts)):
        base, needs = whole.get(name, (None, None))
        if name in parts:
            start = base or (compile_feel(name) if keep else None)
            found.append((name, Param("update", start, entries=tuple(parts[name])), None))
        else:
            found.append((name, Param("value", base), needs))
    return found
