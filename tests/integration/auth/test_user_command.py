"""`python -m cli user`: adding and disabling people from a terminal."""

from __future__ import annotations

import argparse
import io

import pytest

from services import identity


@pytest.fixture
def run(world, monkeypatch):
    def command(*words: str, typed: str = "") -> int:
        parser = argparse.ArgumentParser()
        identity.add_arguments(parser)
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        return identity.command(parser.parse_args(words), world.portal)

    return command


def test_an_added_person_signs_in_until_disabled(run, capsys):
    assert run("add", "New@Example.com", "--name", "New", "--role", "agent", typed="a long password\n") == 0
    assert capsys.readouterr().out == "new@example.com may sign in (agent).\n"
    assert isinstance(identity.sign_in("new@example.com", "a long password", ip="192.0.2.1"), identity.SignedIn)
    assert run("disable", "new@example.com") == 0
    assert identity.sign_in("new@example.com", "a long password", ip="192.0.2.1") == identity.Refused("wrong")


def test_a_short_password_is_refused_with_the_remedy(run, capsys):
    assert run("add", "new@example.com", "--name", "New", typed="short\n") == 1
    assert capsys.readouterr().err == "Use a password of 12 to 128 characters.\n"


def test_disabling_nobody_says_so(run, capsys):
    assert run("disable", "nobody@example.com") == 1
    assert "Nobody signs in as nobody@example.com." in capsys.readouterr().err
