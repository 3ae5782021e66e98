"""Brings the interface's catalogs up to date: what the code says, against what each language has.

    python scripts/messages.py            add new messages, drop old ones
    python scripts/messages.py --check    say what is missing; exit 1 if anything is

A language's folder may hold several .po files; new messages go into messages.po.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
LOCALES = ROOT / "locales"
LANGUAGES = ("de", "fr", "es", "ja", "ar")
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None, "dgettext_for": (2,), "trans": None}

Key = tuple[str | tuple[str, ...], str | None]


def said() -> dict[Key, Message]:
    """Every message of the code and the templates, by its id and context."""
    with (LOCALES / "babel.cfg").open() as stream:
        methods, options = parse_mapping_cfg(stream)
    template = Catalog()
    for path, line, message, _comments, context in extract_from_dir(
        ROOT, methods, options, keywords=KEYWORDS, directory_filter=lambda folder: Path(folder).name not in _SKIPPED
    ):
        template.add(message, None, [(path, line)], context=context)
    return {_key(message): message for message in template if message.id}


_SKIPPED = frozenset({"static", "node_modules", ".venv", "var", "tests", ".git", "frontend", "assets", "renderer"})


def _key(message: Message) -> Key:
    one = message.id
    return (tuple(one) if isinstance(one, list | tuple) else str(one)), message.context


def _translated(message: Message) -> bool:
    strings = message.string if isinstance(message.string, list | tuple) else (message.string,)
    return bool(strings) and all(strings) and not message.fuzzy


def read(file: Path, language: str) -> Catalog:
    """One .po file; an absent one is empty."""
    if not file.is_file():
        return Catalog(locale=language)
    with file.open("rb") as stream:
        return read_po(stream, locale=language)


def missing(language: str, wanted: dict[Key, Message]) -> list[Key]:
    """What the language does not say yet."""
    have = {
        _key(message)
        for file in sorted((LOCALES / language / "LC_MESSAGES").glob("*.po"))
        for message in read(file, language)
        if message.id and _translated(message)
    }
    return [key for key in wanted if key not in have]


def update(language: str, wanted: dict[Key, Message]) -> None:
    """Write every file of a language anew: translations kept, what nobody says dropped, new messages added empty."""
    folder = LOCALES / language / "LC_MESSAGES"
    folder.mkdir(parents=True, exist_ok=True)
    main = folder / "messages.po"
    files = sorted({main, *folder.glob("*.po")}, key=lambda file: file == main)
    seen: set[Key] = set()
    for file in files:
        old = {_key(message): message for message in read(file, language) if message.id}
        fresh = Catalog(locale=language, project="Throughline", charset="utf-8", fuzzy=False)
        fresh.header_comment = f"# Throughline: the interface in {fresh.locale.english_name if fresh.locale else ''}."
        for key, message in wanted.items():
            if key in seen or (key not in old and file != main):
                continue
            seen.add(key)
            kept = old.get(key)
            string = kept.string if kept is not None and not kept.fuzzy else None
            fresh.add(message.id, string, context=message.context)
        with file.open("wb") as stream:
            write_po(stream, fresh, width=120, omit_header=False, no_location=True, sort_output=True)
        lines = [line for line in file.read_bytes().splitlines(keepends=True) if not line.startswith(_DATED)]
        file.write_bytes(b"".join(lines))


_DATED = (b'"POT-Creation-Date', b'"PO-Revision-Date', b'"Last-Translator', b'"Language-Team', b'"Generated-By')


def main() -> int:
    """Update, or check; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="change nothing, say what is missing")
    options = parser.parse_args()
    wanted = said()
    gaps = 0
    for language in LANGUAGES:
        if not options.check:
            update(language, wanted)
        absent = missing(language, wanted)
        gaps += len(absent)
        sys.stdout.write(f"{language}: {len(wanted) - len(absent)} of {len(wanted)} messages\n")
        for identity, _context in absent if options.check else ():
            sys.stdout.write(f"  {identity!r}\n")
    return 1 if options.check and gaps else 0


if __name__ == "__main__":
    sys.exit(main())
