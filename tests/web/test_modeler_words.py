"""Every text of the modeler has its Russian words."""

import re
from pathlib import Path

SOURCES = Path(__file__).parents[2] / "web/frontend/src/modeler"
SAID = re.compile(r"""\bt\(\s*'((?:[^'\\]|\\.)*)'""")
KEY = re.compile(r"""'((?:[^'\\]|\\.)*)': '""")


def test_every_text_of_the_modeler_has_its_russian_words():
    known = set(KEY.findall((SOURCES / "words.ts").read_text(encoding="utf-8")))
    said = {text for file in SOURCES.glob("*.ts") for text in SAID.findall(file.read_text(encoding="utf-8"))}

    assert len(said) > 200
    assert said - known == set()
