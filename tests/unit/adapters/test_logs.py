"""Log lines are one JSON object each and carry the reference that the person reads out."""

import json
import logging
import re

from adapters import logs


def line_of(message, *args, **extra):
    record = logging.LogRecord("portal", logging.WARNING, __file__, 1, message, args, None)
    vars(record).update(extra)
    return logs.JsonLines().format(record)


def test_a_reference_can_be_read_out():
    assert re.fullmatch(r"[0-9A-F]{4}-[0-9A-F]{4}", logs.new_reference())


def test_lines_carry_the_reference_of_their_request():
    reference = logs.new_reference()
    assert json.loads(line_of("hello"))["reference"] == reference


def test_a_new_line_in_a_message_stays_inside_its_line():
    forged = line_of("signed in %s", 'x\n{"level": "INFO"}\x1b[31m')
    assert "\n" not in forged
    assert json.loads(forged)["message"].startswith("signed in x\n")


def test_known_extras_are_written_and_others_are_not():
    found = json.loads(line_of("answered", status=200, password="secret"))
    assert found["status"] == 200
    assert "secret" not in json.dumps(found)


def test_an_exception_is_in_the_same_line():
    try:
        int("why")
    except ValueError as error:
        record = logging.LogRecord(
            "portal", logging.ERROR, __file__, 1, "m", (), (ValueError, error, error.__traceback__)
        )
    assert "ValueError: invalid literal" in json.loads(logs.JsonLines().format(record))["exception"]


def test_the_values_of_a_refused_row_are_not_written():
    # As psycopg words it; SQLite names the column alone.
    words = (
        'duplicate key value violates "uq_user_account_email"\nDETAIL:  Key (email)=(ada@example.com) already exists.'
    )
    record = logging.LogRecord("portal", logging.ERROR, __file__, 1, "m", (), (ValueError, ValueError(words), None))
    told = json.loads(logs.JsonLines().format(record))["exception"]
    assert "uq_user_account_email" in told
    assert "ada@" not in told


def test_configuring_twice_writes_each_line_once():
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    try:
        logs.configure("WARNING")
        logs.configure("WARNING")
        assert sum(isinstance(handler.formatter, logs.JsonLines) for handler in root.handlers) == 1
    finally:
        root.handlers[:] = before
        root.setLevel(level)
        logging.getLogger("werkzeug").setLevel(logging.NOTSET)
