"""Templates are not trusted: they get no files, no network, no endless time or memory."""

import io
from datetime import UTC, datetime

import pytest
from pypdf import PdfReader

from handlers.rendering import Renderer, TemplateFailed, collect

AT = datetime(2026, 6, 10, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def renderer():
    renderer = Renderer(timeout_s=5)
    yield renderer
    renderer.close()


def render(renderer, source, data=None):
    return renderer.render({"main.typ": source.encode()}, data or {}, fonts=None, at=AT)


def text_of(pdf):
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def test_data_are_printed_as_text_and_never_run(renderer):
    pdf = render(
        renderer,
        "#let d = json(bytes(sys.inputs.data))\n#d.name",
        {"name": '#read("/etc/passwd") *Ромашка* $x$ <script>'},
    )

    assert '#read("/etc/passwd") *Ромашка* $x$ <script>' in text_of(pdf)
    assert b"pdfaid" in pdf


def test_the_same_template_and_data_make_the_same_bytes(renderer):
    assert render(renderer, "Привет") == render(renderer, "Привет")


@pytest.mark.parametrize(
    "source",
    [
        '#read("/etc/passwd")',
        '#read("../../etc/passwd")',
        '#import "@preview/cetz:0.2.0"',
        '#import ("@pre" + "view/cetz:0.2.0")',
        "#unknown-name",
        "#let f(x) = f(x)\n#f(1)",
        "#while true {}",
    ],
)
def test_what_a_template_may_not_do_is_an_error_in_words(renderer, source):
    with pytest.raises(TemplateFailed, match="does not compile"):
        render(renderer, source)


@pytest.mark.parametrize(
    "source",
    [
        "#let x = range(900000000)\n#x.len()",
        "#for a in range(4000) { for b in range(4000) { for c in range(4000) { } } }",
    ],
)
def test_a_heavy_template_is_stopped_and_the_next_one_works(source):
    renderer = Renderer(timeout_s=2)

    with pytest.raises(TemplateFailed) as caught:
        render(renderer, source)

    assert caught.value.code == "documents.too_heavy"
    assert "Привет" in text_of(render(renderer, "Привет"))
    renderer.close()


def test_a_template_brings_the_files_it_names_and_no_others():
    bundle = {
        "documents/a.typ": b'#import "lib.typ": x\n#image("logo.svg")',
        "documents/lib.typ": b'#import "a.typ"\n#let x = 1',
        "documents/logo.svg": b"<svg/>",
        "documents/secret.typ": b"",
        "texts/a.typ": b"",
    }

    assert set(collect("a", bundle.get)) == {"main.typ", "lib.typ", "logo.svg", "a.typ"}
    with pytest.raises(TemplateFailed, match=r"documents/b\.typ"):
        collect("b", bundle.get)
