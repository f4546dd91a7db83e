"""Catalogues: what a translator forgot is named."""

from io import BytesIO

from babel.messages.pofile import read_po

from adapters import catalogs
from domain import text


def catalog(body):
    return read_po(
        BytesIO(('msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n' + body).encode()), locale="de"
    )


TEMPLATE = catalog('msgid "Sign out"\nmsgstr ""\n\nmsgid "{name} of {place}"\nmsgstr ""\n')


def test_a_complete_catalogue_has_no_problems():
    done = catalog('msgid "Sign out"\nmsgstr "Abmelden"\n\nmsgid "{name} of {place}"\nmsgstr "{name} aus {place}"\n')
    assert catalogs.problems(done, TEMPLATE) == []


def test_untranslated_missing_unused_and_fuzzy_strings_are_named():
    half = catalog('msgid "Sign out"\nmsgstr ""\n\n#, fuzzy\nmsgid "Old"\nmsgstr "Alt"\n')
    found = catalogs.problems(half, TEMPLATE)
    assert [sentence.split(":")[0] for sentence in found] == ["fuzzy", "missing", "untranslated", "unused"]


def test_a_lost_placeholder_is_named():
    wrong = catalog('msgid "Sign out"\nmsgstr "Abmelden"\n\nmsgid "{name} of {place}"\nmsgstr "{name} aus {ort}"\n')
    assert catalogs.problems(wrong, TEMPLATE) == ["placeholders differ: '{name} of {place}'"]


def test_strings_are_found_in_code_and_templates(tmp_path):
    (tmp_path / "pages").mkdir()
    (tmp_path / "auth").mkdir()
    (tmp_path / "pages" / "a.py").write_text(
        '_("One")\nlazy("Two")\nngettext("{n} day", "{n} days", n)\npgettext("verb", "Open")'
    )
    (tmp_path / "auth" / "b.html").write_text('<h1>{{ _("Three") }}</h1>')
    found = {(message.context, message.id) for message in catalogs.extract(tmp_path) if message.id}
    assert found == {(None, "One"), (None, "Two"), (None, ("{n} day", "{n} days")), ("verb", "Open"), (None, "Three")}


def test_every_folder_with_a_catalogue_is_a_language(tmp_path):
    folder = tmp_path / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "messages.po").write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "Sign out"\nmsgstr "Abmelden"\n'
    )
    loaded = catalogs.load(tmp_path)
    assert list(loaded) == ["de"]
    assert loaded["de"].gettext("Sign out") == "Abmelden"
    assert text.SOURCE_LOCALE not in loaded
