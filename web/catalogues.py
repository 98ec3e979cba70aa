"""Texts of the pages: found in sources, kept in `web/translations`, compiled for Flask-Babel.

`python -m web.catalogues update` adds new texts to the catalogues and drops those no longer used; a test fails
while one lacks its Russian words.
"""

import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent
TRANSLATIONS = ROOT / "translations"
LANGUAGES = ("ru", "en")

_METHODS = [
    ("frontend/**", "ignore"),
    ("static/**", "ignore"),
    ("demo/**", "ignore"),
    ("**.py", "python"),
    ("templates/**.html", "jinja2.ext:babel_extract"),
]
_OPTIONS = {"templates/**.html": {"trimmed": "true", "silent": "false"}}
_KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "lazy_gettext": None}


def extract() -> Catalog:
    """Return every text of our pages, sources in English."""
    catalogue = Catalog(project="Marshrut", charset="utf-8")
    found = extract_from_dir(str(ROOT), method_map=_METHODS, options_map=_OPTIONS, keywords=_KEYWORDS)
    for file_name, _line, message, _comments, context in found:
        catalogue.add(message, None, [(Path(file_name).as_posix(), 0)], context=context)
    return catalogue


def load(language: str) -> Catalog:
    """Return the catalogue of a language; an absent one is empty."""
    path = _path(language)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def update() -> None:
    """Bring the catalogues to what the sources say; translations of unchanged texts stay."""
    template = extract()
    for language in LANGUAGES:
        catalogue = load(language)
        catalogue.update(template, no_fuzzy_matching=True, update_creation_date=False)
        catalogue.obsolete.clear()
        path = _path(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            write_po(file, catalogue, omit_header=False, sort_output=True, no_location=True, width=110)


def compile_all() -> None:
    """Write every `.mo` that is absent or older than its `.po`; a wheel brings them compiled."""
    for source in sorted(TRANSLATIONS.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        with source.open("rb") as file:
            catalogue = read_po(file, locale=source.parent.parent.name)
        draft = target.with_suffix(f".{id(catalogue)}.tmp")
        with draft.open("wb") as file:
            write_mo(file, catalogue)
        draft.replace(target)


def _path(language: str) -> Path:
    return TRANSLATIONS / language / "LC_MESSAGES" / "messages.po"


if __name__ == "__main__":
    if sys.argv[1:] == ["update"]:
        update()
    compile_all()
