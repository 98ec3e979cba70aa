"""XML from outside: read safely or refused with the line."""

import pytest

from bpmn.spiff import compile_bundle
from bpmn.xml import XmlRefused, parse_xml

BOMB = b'<?xml version="1.0"?>\n<!DOCTYPE l [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>\n<l>&b;</l>'


@pytest.mark.parametrize(
    ("content", "code", "line"),
    [
        (b"", "not_xml", 1),
        (b"hello", "not_xml", 1),
        (b"<a>\n<b></a>", "not_xml", 2),
        (BOMB, "doctype", 2),
        (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "doctype", 1),
        (b"<!DOCTYPE a><a/>", "doctype", 1),
        ("<!DOCTYPE a><a/>".encode("utf-16"), "doctype", 1),
        (b'<?xml version="1.0" encoding="nonsense"?><a/>', "encoding", 1),
        (b"<a>\xff\xfe\xfa</a>", "encoding", 1),
        (b"\x00\x01\x02", "not_xml", 1),
        (b"PK\x03\x04", "not_xml", 1),
        (b"<a>" * 400 + b"</a>" * 400, "too_deep", None),
        (b"<a>" + b" " * 11_000_000 + b"</a>", "too_large", None),
    ],
)
def test_what_is_refused_says_why_and_where(content, code, line):
    with pytest.raises(XmlRefused) as raised:
        parse_xml(content)
    assert raised.value.code in (code, "not_xml" if code == "encoding" else code)
    if line is not None:
        assert raised.value.line == line
    assert raised.value.message("ru") != raised.value.message("en")


def test_comments_and_other_encodings_are_fine():
    assert parse_xml("<!-- <!DOCTYPE a> --><a>я</a>".encode()).getroot().text == "я"
    assert (
        parse_xml('<?xml version="1.0" encoding="windows-1251"?><a>я</a>'.encode("cp1251")).getroot().text
        == "я"
    )
    assert parse_xml("<a>я</a>".encode("utf-16")).getroot().text == "я"
    assert parse_xml(b"\xef\xbb\xbf<a/>").getroot().tag == "a"


def test_a_folder_with_a_broken_file_says_so_and_compiles_the_others():
    good = b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><process id="p" isExecutable="true"><startEvent id="s"/><endEvent id="e"/><sequenceFlow sourceRef="s" targetRef="e"/></process></definitions>'
    bundle = compile_bundle(
        {"good.bpmn": good, "bad.bpmn": BOMB, "notes.txt": b"x", "other.bpmn": b"<html/>"}
    )
    assert list(bundle.processes) == ["p"]
    assert {(problem.file, problem.rule) for problem in bundle.problems} == {
        ("bad.bpmn", "xml.doctype"),
        ("other.bpmn", "not_bpmn"),
    }
    assert not bundle.deployable
