"""Every text of ours is there in Russian, with plurals and the same placeholders."""

import re

from babel.messages.catalog import Catalog

from web import catalogues

PLACE = re.compile(r"%\((\w+)\)[sd]")


def texts(catalogue: Catalog):
    return {message.id: message for message in catalogue if message.id}


def test_every_text_has_its_russian_words():
    russian = texts(catalogues.load("ru"))

    missing = [
        key
        for key in texts(catalogues.extract())
        if key not in russian
        or not all([russian[key].string] if isinstance(key, str) else russian[key].string)
    ]

    assert missing == [], "run: python -m web.catalogues update, and translate"


def test_translations_keep_the_placeholders_of_their_sources():
    wrong = []
    for key, message in texts(catalogues.load("ru")).items():
        sources = [key] if isinstance(key, str) else list(key)
        said = [message.string] if isinstance(message.string, str) else list(message.string)
        wanted = {name for source in sources for name in PLACE.findall(source)}
        wrong += [(key, text) for text in said if set(PLACE.findall(text)) != wanted]

    assert wrong == []


def test_plurals_have_the_three_russian_forms():
    for key, message in texts(catalogues.load("ru")).items():
        if not isinstance(key, str):
            assert len(message.string) == 3, key


def test_no_text_that_nobody_uses_is_kept():
    used = set(texts(catalogues.extract()))

    assert set(texts(catalogues.load("ru"))) <= used
