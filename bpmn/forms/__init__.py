"""Forms: form-js JSON, shown by Jinja and checked here, from one and the same file.

`parse` and `lint` judge a definition, `view` lays it out for a page, `submit`
and `check` turn what a person or a program sent into values of the process.
Values that a person must not set (hidden, read-only, computed, not offered)
never come from what was sent.  Nothing here knows Flask or the engine.

Our extras stand in the custom `properties` of a component, as texts:

===============  =========================  ===================================================
`outcome`        button of action submit    pressing it sets the variable `key` ("outcome") to this
`danger`         the same button            "true": stands apart, as it destroys something
`requiresFor`    any field                  required only for these outcomes, by commas
`money`          number, expression         ISO 4217 currency: two digits, sign shown
`unit`           number, expression         unit shown after the value and understood when typed
`personal`       any field                  "true": personal data, see `Form.personal_keys`
`addLabel`       dynamiclist                what the button that adds a row says
`maxSize`        filepicker                 megabytes that one file may have, at most 20
`maxFiles`       filepicker                 how many files it takes when it takes several, at most 20
===============  =========================  ===================================================

An expression with a label is shown; after a list it is a total of the list.
"""

from bpmn.forms.display import display
from bpmn.forms.errors import FormProblem, FormRefused
from bpmn.forms.formdata import from_form_data
from bpmn.forms.json_schema import json_schema
from bpmn.forms.linting import lint
from bpmn.forms.schema import Component, Form, parse
from bpmn.forms.sniffing import clean_name, inspect
from bpmn.forms.submission import Submission, check, edits_rows, submit
from bpmn.forms.view import add_errors, view
from bpmn.forms.views import FieldView, FormView

__all__ = [
    "Component",
    "FieldView",
    "Form",
    "FormProblem",
    "FormRefused",
    "FormView",
    "Submission",
    "add_errors",
    "check",
    "clean_name",
    "display",
    "edits_rows",
    "from_form_data",
    "inspect",
    "json_schema",
    "lint",
    "parse",
    "submit",
    "view",
]
