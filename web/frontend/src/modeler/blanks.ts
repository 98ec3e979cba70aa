// What new files of a draft begin with.
export function blankDecision(id: string, name: string): string {
  const escaped = name.replace(/[&<>"]/g, (one) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[one]!);
  return `<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" xmlns:dmndi="https://www.omg.org/spec/DMN/20191111/DMNDI/" xmlns:dc="http://www.omg.org/spec/DMN/20180521/DC/" id="definitions_${id}" name="${escaped}" namespace="http://camunda.org/schema/1.0/dmn">
  <decision id="${id}" name="${escaped}">
    <decisionTable id="table_${id}" hitPolicy="FIRST">
      <input id="input_1"><inputExpression id="expression_1" typeRef="string"><text></text></inputExpression></input>
      <output id="output_1" name="result" typeRef="string" />
    </decisionTable>
  </decision>
  <dmndi:DMNDI><dmndi:DMNDiagram><dmndi:DMNShape dmnElementRef="${id}"><dc:Bounds height="80" width="180" x="160" y="100" /></dmndi:DMNShape></dmndi:DMNDiagram></dmndi:DMNDI>
</definitions>
`;
}
