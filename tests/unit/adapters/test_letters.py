"""A letter says the same as text and as HTML, and no value adds a header or an element to it."""

from __future__ import annotations

from datetime import UTC, datetime

from adapters.mail.letters import Letter, Sender, message, one_line

RETAILER = Sender("Demo Energy", "help@demo.example", "#0066CC", "help@demo.example")
AT = datetime(2026, 11, 20, 11, 7, tzinfo=UTC)
LETTER = Letter(
    "de", "Rechnung R2026-000001", "Guten Tag Ada,", ("Sie ist da.",), (("Betrag", "95,31\xa0€"), ("Nr.", "7")),
    ("Öffnen", "https://portal.example/billing/doc-1?a=1&b=2"), ("Bis bald.",),
)  # fmt: skip


def made(letter=LETTER, to=("Ada Example", "ada@demo.example")):
    return message(letter, RETAILER, to, message_id="msg-7", at=AT)


def parts(found):
    return found.get_body(("plain",)).get_content(), found.get_body(("html",)).get_content()


def test_text_and_html_say_the_same():
    found = made()
    text, markup = parts(found)
    for said in ("Guten Tag Ada,", "Sie ist da.", "95,31\xa0€", "Bis bald.", "Demo Energy", "help@demo.example"):
        assert said in text
        assert said in markup
    assert "https://portal.example/billing/doc-1?a=1&b=2" in text
    assert 'href="https://portal.example/billing/doc-1?a=1&amp;b=2"' in markup
    assert 'lang="de"' in markup
    assert "Betrag: 95,31\xa0€\nNr.:    7" in text  # names of one width


def test_headers_name_sender_reader_and_the_message_itself():
    found = made()
    assert (found["From"], found["To"]) == ("Demo Energy <help@demo.example>", "Ada Example <ada@demo.example>")
    assert (found["Subject"], found["Message-ID"]) == ("Rechnung R2026-000001", "<msg-7@demo.example>")
    assert found["Date"] == "Fri, 20 Nov 2026 11:07:00 +0000"
    assert found["Auto-Submitted"] == "auto-generated"


def test_no_value_adds_a_header():
    letter = Letter("en", "Hello\r\nBcc: all@demo.example", "Hi", ())
    found = made(letter, to=("Ada\r\nBcc: all@demo.example", "ada@demo.example"))
    assert "Bcc" not in found
    assert found["Subject"] == "Hello Bcc: all@demo.example"
    assert len(found["To"].addresses) == 1
    assert one_line("a\x00b\u2028c") == "a b c"


def test_no_value_adds_an_element():
    letter = Letter("en", "<b>x</b>", "<i>", ("<script>alert(1)</script>",), (("<u>", "&"),), ('"', 'https://x/"><b>'))
    _text, markup = parts(made(letter))
    for raw in ("<script", "<b>x", "<i>", "<u>", '"><b>'):
        assert raw not in markup


def test_a_letter_may_be_a_greeting_alone():
    text, markup = parts(made(Letter("en", "Hi", "Hello", ())))
    assert text == "Hello\n\nDemo Energy\nhelp@demo.example\n"
    assert "<table" not in markup
    assert "<a " not in markup
