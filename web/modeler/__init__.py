"""Drawing processes in the browser: drafts, their files, what the modeler asks while somebody draws.

Pages of this package alone allow inline styles (the drawing library needs them); scripts stay ours.
"""

from web.modeler import answers, editing, pages
from web.modeler.place import blueprint

__all__ = ["answers", "blueprint", "editing", "pages"]
