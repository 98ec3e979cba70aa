"""Builders of small DMN files."""

from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape

from bpmn import dmn

NAMESPACE = "https://www.omg.org/spec/DMN/20230324/MODEL/"

Rows = Sequence[Sequence[str]]


def definitions(body: str, *, namespace: str = NAMESPACE, attributes: str = "") -> bytes:
    """Return a file around *body*."""
    return (
        f'<definitions xmlns="{namespace}" id="defs" name="model" namespace="http://example.org/model" {attributes}>'
        f"{body}</definitions>"
    ).encode()


def literal(text: str, attributes: str = "") -> str:
    return f"<literalExpression {attributes}><text>{escape(text)}</text></literalExpression>"


def given(name: str, type_ref: str = "") -> str:
    """Return an input."""
    typed = f' typeRef="{type_ref}"' if type_ref else ""
    return f'<inputData id="i_{name}" name="{name}"><variable name="{name}"{typed}/></inputData>'


def decision(
    name: str, expression: str, *, requires: Sequence[str] = (), knows: Sequence[str] = (), type_ref: str = ""
) -> str:
    """Return a decision; *requires* and *knows* are ids (``i_x`` inputs, ``d_x`` decisions, ``k_x`` knowledge)."""
    typed = f' typeRef="{type_ref}"' if type_ref else ""
    links = "".join(
        f'<informationRequirement><required{"Input" if key.startswith("i_") else "Decision"} href="#{key}"/>'
        "</informationRequirement>"
        for key in requires
    ) + "".join(
        f'<knowledgeRequirement><requiredKnowledge href="#{key}"/></knowledgeRequirement>' for key in knows
    )
    identifier = name.replace(" ", "_")
    return f'<decision id="d_{identifier}" name="{name}"><variable name="{name}"{typed}/>{links}{expression}</decision>'


def table(
    inputs: Sequence[str],
    outputs: Sequence[str],
    rows: Rows,
    *,
    policy: str = "UNIQUE",
    aggregation: str = "",
    types: Sequence[str] = (),
    input_values: Sequence[str] = (),
    output_values: Sequence[str] = (),
    output_types: Sequence[str] = (),
    defaults: Sequence[str] = (),
) -> str:
    """Return a table; a row holds its input cells, then its output cells, then perhaps one annotation."""

    def part(values: Sequence[str], index: int) -> str:
        return values[index] if index < len(values) else ""

    def tests(tag: str, text: str) -> str:
        return f"<{tag}><text>{escape(text)}</text></{tag}>" if text else ""

    xml = f'<decisionTable id="table" hitPolicy="{policy}"' + (
        f' aggregation="{aggregation}">' if aggregation else ">"
    )
    for index, text in enumerate(inputs):
        kind = f' typeRef="{part(types, index)}"' if part(types, index) else ""
        xml += f"<input><inputExpression{kind}><text>{escape(text)}</text></inputExpression>"
        xml += tests("inputValues", part(input_values, index)) + "</input>"
    for index, name in enumerate(outputs):
        kind = f' typeRef="{part(output_types, index)}"' if part(output_types, index) else ""
        xml += f'<output name="{name}"{kind}>' + tests("outputValues", part(output_values, index))
        xml += tests("defaultOutputEntry", part(defaults, index)) + "</output>"
    xml += '<annotation name="note"/>'
    width = len(inputs) + len(outputs)
    for number, row in enumerate(rows, start=1):
        xml += f'<rule id="r{number}">'
        xml += "".join(tests_always("inputEntry", cell) for cell in row[: len(inputs)])
        xml += "".join(tests_always("outputEntry", cell) for cell in row[len(inputs) : width])
        xml += "".join(tests_always("annotationEntry", cell) for cell in row[width:]) + "</rule>"
    return xml + "</decisionTable>"


def tests_always(tag: str, text: str) -> str:
    return f"<{tag}><text>{escape(text)}</text></{tag}>"


def function(
    name: str, parameters: Sequence[str], body: str, *, knows: Sequence[str] = (), kind: str = ""
) -> str:
    """Return a business knowledge model."""
    formal = "".join(f'<formalParameter name="{parameter}"/>' for parameter in parameters)
    links = "".join(
        f'<knowledgeRequirement><requiredKnowledge href="#{key}"/></knowledgeRequirement>' for key in knows
    )
    kinds = f' kind="{kind}"' if kind else ""
    return (
        f'<businessKnowledgeModel id="k_{name}" name="{name}"><variable name="{name}"/>'
        f"<encapsulatedLogic{kinds}>{formal}{body}</encapsulatedLogic>{links}</businessKnowledgeModel>"
    )


def model(*elements: str, **options: str) -> dmn.Model:
    """Return the parsed model of the given elements."""
    return dmn.parse(definitions("".join(elements), **options))


def one_table(*arguments: Any, requires: Sequence[str] = (), **options: Any) -> dmn.Model:
    """Return a model with the one decision ``d`` of one table, whose inputs are not declared."""
    return model(decision("d", table(*arguments, **options), requires=requires))
