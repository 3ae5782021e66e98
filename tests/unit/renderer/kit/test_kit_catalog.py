"""Translations: what is extracted, what counts, and catalogs that mean harm."""

from __future__ import annotations

import pytest

from renderer.kit.archive import KitFiles
from renderer.kit.catalog import parse_catalog
from renderer.kit.load import try_load
from renderer.kit.messages import coverage, extract_messages, update_catalogs
from tests.factories.kits import loaded, small_kit

HEAD = """msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""
DE = "locales/de/LC_MESSAGES/kit.po"


def test_every_human_readable_text_is_found_with_its_place() -> None:
    found = {(item.context, item.text): (item.path, item.line) for item in extract_messages(loaded())}
    assert found["slot", "Talk to {{ brand.name }}"] == ("pdf/sheet.layout.json", 3)
    assert found["mail", "News from {{ brand.name }}"][0] == "kit.toml"
    assert found["form", "You may write to me."][0] == "kit.toml"
    assert found["field", "Save this spring"][0] == "kit.toml"
    assert found[None, "Dear %(name)s,"] == ("email/invite.mjml", 5)
    assert found[None, "reader"] == ("email/invite.mjml", 5)
    assert ("slot", "{{ brand.name }}") not in found


def test_contexts_and_plurals_are_extracted() -> None:
    post = '{% trans "season" %}Spring{% endtrans %}{% trans n=2 %}{{ n }} day{% pluralize %}{{ n }} days{% endtrans %}'
    found = {
        (item.context, item.text, item.plural)
        for item in extract_messages(loaded(small_kit() | {"posts/x.txt": post.encode()}))
    }
    assert {("season", "Spring", None), (None, "%(n)s day", "%(n)s days")} <= found


def test_coverage_counts_only_finished_entries() -> None:
    files = small_kit()
    share = coverage(loaded(files))
    assert share["en"].translated == share["en"].total
    assert share["de"].translated == 7
    fuzzy = (
        files[DE]
        .decode()
        .replace("#: posts", "#, fuzzy\n#: posts")
        .replace('msgid "Spring is here"', '#, fuzzy\nmsgid "Spring is here"')
    )
    assert coverage(loaded(files | {DE: fuzzy.encode()}))["de"].translated == 6


def test_update_keeps_translations_and_marks_lost_ones() -> None:
    files = small_kit()
    page = files["landing/page.html"].replace(b"Spring is here", b"Summer has come")
    kit, _ = try_load(KitFiles.of(files | {"landing/page.html": page}))
    assert kit is not None
    updated = update_catalogs(kit)[DE].decode()
    assert 'msgstr "Guten Tag %(name)s,"' in updated
    assert '#~ msgid "Spring is here"' in updated
    assert 'msgid "Summer has come"' in updated
    assert update_catalogs(loaded(files))[DE] == files[DE]


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ('msgid "Dear %(name)s"\nmsgstr "Guten Tag %(nam)s"\n', "catalog.placeholders"),
        ('msgid "Dear %(name)s"\nmsgstr "Guten Tag"\n', "catalog.placeholders"),
        ('msgid "Talk to {{ brand.name }}"\nmsgstr "Fragen Sie {{ brand.phone }}"\n', "catalog.placeholders"),
        ('msgid "Hello"\nmsgstr "Hallo {{ brand.name }}"\n', "catalog.placeholders"),
        ('msgid "%(n)s of"\nmsgstr "%(n)s 5 % von"\n', "catalog.placeholders"),
        ('msgid "a\nmsgstr "b"\n', "catalog.syntax"),
        ("hello\n", "catalog.syntax"),
        ('#~ msgid "old"\n#~ msgstr "alt"\n', "catalog.obsolete"),
    ],
)
def test_faulty_catalogs_are_problems(entry: str, code: str) -> None:
    catalog, problems = parse_catalog((HEAD + entry).encode(), DE, "de")
    assert [item.code for item in problems] == [code]
    assert catalog.texts == {}
    if code == "catalog.placeholders":
        assert problems[0].line == 6


def test_blanks_inside_an_expression_may_differ() -> None:
    catalog, problems = parse_catalog(
        (HEAD + 'msgid "To {{ brand.name }}"\nmsgstr "An {{brand.name}}"\n').encode(), DE, "de"
    )
    assert (problems, catalog.text("To {{ brand.name }}")) == ([], "An {{brand.name}}")


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xfe\x00",
        b"\0" * 100,
        b"/etc/passwd",
        b'msgid ""\nmsgstr "Content-Type: text/plain; charset=klingon\\n"\n',
        b'msgid ""\nmsgstr "Language: ../../x\\nPlural-Forms: nplurals=9999999; plural=n**n**n\\n"\n',
        b'msgid ""\nmsgstr "POT-Creation-Date: never\\nPO-Revision-Date: x\\n"\n',
        b'msgstr[5] "x"\n',
        b"x" * 5_000_000,
        b'msgid "a"\n' + b'"b"\n' * 50_000 + b'msgstr "c"\n',
        b'msgctxt "a"\n' * 1000,
    ],
)
def test_hostile_catalogs_never_raise(data: bytes) -> None:
    catalog, _ = parse_catalog(data, DE, "de")
    assert "root:" not in repr(dict(catalog.texts))
    assert isinstance(catalog.plural("one", "many", 3), str)


def test_hostile_plural_forms_still_give_a_form() -> None:
    for plural in ("n/0", "n%0", "(((((", "n" * 2000, "9**9", "1000000"):
        head = HEAD.replace("(n != 1)", plural)
        catalog, _ = parse_catalog(
            (head + 'msgid "a"\nmsgid_plural "b"\nmsgstr[0] "x"\nmsgstr[1] "y"\n').encode(), DE, "de"
        )
        assert catalog.plural("a", "b", 3) in ("x", "y", "b")


def test_plurals_of_arabic() -> None:
    kit = loaded()
    forms = "".join(f'msgstr[{index}] "{index}"\n' for index in range(6))
    plural = "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5)"
    head = HEAD.replace("nplurals=2; plural=(n != 1)", plural)
    catalog, problems = parse_catalog(f'{head}msgid "day"\nmsgid_plural "days"\n{forms}'.encode(), "ar.po", "ar")
    assert problems == []
    assert [catalog.plural("day", "days", count) for count in (0, 1, 2, 5, 11, 100)] == list("012345")
    assert kit.text("never heard of", "ar") == "never heard of"
