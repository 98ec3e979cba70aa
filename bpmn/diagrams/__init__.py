"""Pictures of diagrams made on the server: BPMN 2.0 XML to SVG, without a browser.

`svg` draws what the file's diagram interchange says, or lays the processes out
by itself where there is none.  The result has no scripts and no styles of its
own: the page's sheet colours it by class, and without the sheet its attributes
give the same look (mails, PNG).
"""

from bpmn.diagrams.errors import DiagramRefused
from bpmn.diagrams.render import Mark, svg

__all__ = ["DiagramRefused", "Mark", "svg"]
