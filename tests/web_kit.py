"""What tests of pages share: a browser that carries form tokens."""

import re

PASSWORD = "correct horse battery"


class Browser:
    """A test client that carries the form token of the last page into its posts."""

    def __init__(self, app):
        self.http = app.test_client()
        self.page = ""

    def get(self, path, **options):
        return self._keep(self.http.get(path, **options))

    def post(self, path, data=None, **options):
        fields = {"csrf_token": self.token(), **(data or {})}
        response = self._keep(self.http.post(path, data=fields, **options))
        if path.startswith("/sign-") and response.status_code == 303:
            self.page = ""  # another session, another token
        return response

    def token(self):
        for place in ("", "/sign-in", "/notifications"):
            if place:
                self.get(place)
            found = re.search(r'name="csrf_token" value="([^"]+)"', self.page)
            if found is not None:
                return found.group(1)
        return ""

    def _keep(self, response):
        if response.mimetype == "text/html":
            page = response.get_data(as_text=True)
            self.page = page if "csrf_token" in page else ""
        return response


CHECK_FORM = b"""{"type": "default", "id": "check", "schemaVersion": 18, "components": [
  {"type": "textfield", "id": "f1", "key": "note", "label": "\xd0\x97\xd0\xb0\xd0\xbc\xd0\xb5\xd1\x82\xd0\xba\xd0\xb0", "validate": {"required": true, "maxLength": 50}},
  {"type": "number", "id": "f2", "key": "sum", "label": "\xd0\xa1\xd1\x83\xd0\xbc\xd0\xbc\xd0\xb0"},
  {"type": "button", "id": "b1", "action": "submit", "label": "\xd0\x93\xd0\xbe\xd1\x82\xd0\xbe\xd0\xb2\xd0\xbe"}
]}"""

_MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
CHECK = f"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="{_MODEL}" xmlns:camunda="http://camunda.org/schema/1.0/bpmn"
    id="d" targetNamespace="http://example.com">
  <bpmn:process id="check" name="Проверка" isExecutable="true" camunda:historyTimeToLive="P1D">
    <bpmn:extensionElements><camunda:properties>
      <camunda:property name="stages" value="Проверка; Решение"/>
    </camunda:properties></bpmn:extensionElements>
    <bpmn:startEvent id="start"/>
    <bpmn:sequenceFlow id="a" sourceRef="start" targetRef="look"/>
    <bpmn:userTask id="look" name="Проверить" camunda:candidateGroups="heads" camunda:formKey="check">
      <bpmn:extensionElements><camunda:properties>
        <camunda:property name="stage" value="Проверка"/></camunda:properties></bpmn:extensionElements>
    </bpmn:userTask>
    <bpmn:sequenceFlow id="b" sourceRef="look" targetRef="decide"/>
    <bpmn:userTask id="decide" name="Решить" camunda:candidateGroups="heads">
      <bpmn:extensionElements><camunda:properties>
        <camunda:property name="stage" value="Решение"/></camunda:properties></bpmn:extensionElements>
    </bpmn:userTask>
    <bpmn:sequenceFlow id="c" sourceRef="decide" targetRef="end"/>
    <bpmn:endEvent id="end"/>
  </bpmn:process>
</bpmn:definitions>
""".encode()

CHECK_FILES = {
    "check.bpmn": CHECK,
    "forms/check.form": CHECK_FORM,
    "translations/en.yaml": "Проверить: Check\nПроверка: Checking\nЗаметка: Note\nРешить: Decide\n".encode(),
}
"""A process of two steps for the group `heads`, the first with a form."""
