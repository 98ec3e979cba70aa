"""A file's name reaches the browser, whatever letters it is written in."""

from flask import Flask, Response
from werkzeug.http import parse_options_header

from web.file_names import name_file


def _header(name):
    response = Response(b"")
    with Flask(__name__).app_context():
        name_file(response, "attachment", name)
    return response.headers["Content-Disposition"]


def test_a_russian_name_is_sent_in_ascii_and_read_back_whole():
    header = _header("Счёт на оплату 1.pdf")

    assert header.isascii()
    assert parse_options_header(header) == ("attachment", {"filename": "Счёт на оплату 1.pdf"})


def test_a_plain_name_stays_plain():
    assert _header("report.pdf") == 'attachment; filename="report.pdf"'


def test_quotes_and_line_ends_cannot_leave_the_name():
    header = _header('a"\r\nSet-Cookie: x=1;.pdf')

    assert "\r" not in header
    assert "\n" not in header
    assert header.count('"') == 2
