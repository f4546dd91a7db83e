"""Translations: `.po` files are read at start; `python -m adapters.catalogs update` extracts and merges new strings."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from gettext import GNUTranslations
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
LOCALES = ROOT / "locales"
SOURCE_FOLDERS = ("adapters", "auth", "components", "data", "domain", "pages", "services")
KEYWORDS: dict[str, tuple[object, ...] | None] = {
    "_": None,
    "gettext": None,
    "lazy": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}
UNDATED = datetime(1970, 1, 1, tzinfo=UTC)  # git knows when; a date in the file would make every update a change
METHODS = [("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2")]


def load(folder: Path = LOCALES) -> dict[str, GNUTranslations]:
    """Every locale that has a catalogue, ready for `domain.text.install`."""
    return {path.parent.parent.name: _translations(path) for path in sorted(folder.glob("*/LC_MESSAGES/messages.po"))}


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


def _translations(path: Path) -> GNUTranslations:
    buffer = io.BytesIO()
    write_mo(buffer, read(path))
    buffer.seek(0)
    return GNUTranslations(buffer)


def extract(root: Path = ROOT) -> Catalog:
    """Every string of the code and the templates that people may see, as a template catalogue."""
    catalog = Catalog(project="portal", charset="utf-8", fuzzy=False)
    for filename, line, message, comments, context in _strings(root):
        catalog.add(message, None, [(filename, line)], auto_comments=comments, context=context)
    return catalog


def _strings(root: Path) -> Iterator[tuple[str, int, str | tuple[str, ...], list[str], str | None]]:
    for folder in SOURCE_FOLDERS:
        if not (root / folder).is_dir():
            continue
        found = extract_from_dir(
            str(root / folder), METHODS, keywords=KEYWORDS, comment_tags=("Translators:",), strip_comment_tags=True
        )
        for filename, line, message, comments, context in found:
            yield f"{folder}/{filename}", line, message, comments, context


def problems(catalog: Catalog, template: Catalog) -> list[str]:
    """What is untranslated, fuzzy or unused in a catalogue, one sentence each."""
    wanted = {_key(message): message for message in template if message.id}
    known = {_key(message): message for message in catalog if message.id}
    missing = [f"missing: {key[1]!r} ({_place(wanted[key])})" for key in wanted.keys() - known.keys()]
    empty = [f"untranslated: {key[1]!r}" for key in wanted.keys() & known.keys() if not _is_complete(known[key])]
    fuzzy = [f"fuzzy: {key[1]!r}" for key, message in known.items() if message.fuzzy]
    unused = [f"unused: {key[1]!r}" for key in known.keys() - wanted.keys()]
    broken = [f"placeholders differ: {key[1]!r}" for key in wanted.keys() & known.keys() if _is_broken(known[key])]
    return sorted(missing + empty + fuzzy + unused + broken)


def _key(message: Message) -> tuple[str | None, str]:
    return message.context, message.id if isinstance(message.id, str) else message.id[0]


def _place(message: Message) -> str:
    return ":".join(str(part) for part in message.locations[0]) if message.locations else "?"


def _is_complete(message: Message) -> bool:
    parts = _translated(message)
    return bool(parts) and all(parts)


def _translated(message: Message) -> list[str]:
    """The translation's forms; a message that was just added has none at all."""
    return [message.string] if isinstance(message.string, str) else list(message.string or ())


def _is_broken(message: Message) -> bool:
    """A translation must fill exactly the placeholders of its source (a plural form may leave `{n}` out)."""
    sources = [message.id] if isinstance(message.id, str) else list(message.id)
    wanted = set().union(*(_placeholders(text) for text in sources))
    return any((_placeholders(text) ^ wanted) - {"n"} for text in _translated(message) if text)


def _placeholders(text: str) -> set[str]:
    try:
        return {name for _literal, name, _spec, _conversion in Formatter().parse(text) if name}
    except ValueError:  # a lone brace: never a format string
        return set()


def update(folder: Path = LOCALES) -> int:
    """Merge the strings of the code into every catalogue; gone strings leave, changed ones are not guessed."""
    template = extract()
    for path in sorted(folder.glob("*/LC_MESSAGES/messages.po")):
        catalog = read(path)
        catalog.update(template, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        catalog.creation_date = catalog.revision_date = UNDATED
        with path.open("wb") as file:
            write_po(file, catalog, width=120, sort_output=True, no_location=True, omit_header=False)
        todo = problems(catalog, template)
        print(f"{path.parent.parent.name}: {len(list(catalog)) - 1} strings, {len(todo)} to do")
    return 0


if __name__ == "__main__":
    if sys.argv[1:] != ["update"]:
        raise SystemExit("usage: python -m adapters.catalogs update")
    raise SystemExit(update())
