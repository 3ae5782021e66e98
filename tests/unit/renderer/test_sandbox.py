"""Templates that try to get out, to hang, or simply have mistakes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from renderer.kit.catalog import Catalog
from renderer.report import Problem
from renderer.sandbox import Engine
from renderer.template_bounds import FieldToken
from renderer.template_faults import TemplateFailed

VALUES = {
    "brand": {"name": "A {{7*7}} & <b>"},
    "items": ["a", "b"],
    "n": 3,
    "contact": {"first_name": FieldToken("contact.first_name")},
}


def engine(files: dict[str, str] | None = None, locale: str = "en", catalog: Catalog | None = None) -> Engine:
    return Engine({path: text.encode() for path, text in (files or {}).items()}, catalog, locale)


def render(source: str, name: str = "a.html", **files: str) -> str:
    return engine({name: source, **{key.replace("__", "."): text for key, text in files.items()}}).render(name, VALUES)


def codes(source: str, name: str = "a.html", **files: str) -> list[str]:
    with pytest.raises(TemplateFailed) as caught:
        render(source, name, **files)
    return [problem.code for problem in caught.value.problems]


def test_values_are_data_never_templates() -> None:
    assert render("{{ brand.name }}", "a.txt") == "A {{7*7}} & <b>"
    assert render("{{ brand.name }}") == "A {{7*7}} &amp; &lt;b&gt;"
    assert engine().render_text("x {{ brand.name }}", VALUES, "p") == "x A {{7*7}} & <b>"


ESCAPES = [
    "{{ ''.__class__ }}",
    "{{ brand.__class__ }}",
    "{{ brand['__class__'] }}",
    "{{ n.real }}",
    "{{ items.append('x') }}",
    "{{ ''.join(items) }}",
    "{{ 'a'.upper() }}",
    "{{ '{0.__class__}'.format(n) }}",
    "{{ 'x'|attr('upper') }}",
    "{{ self.__init__.__globals__ }}",
    "{{ self._TemplateReference__context }}",
    "{{ range.__self__ }}",
    "{{ range(3).index(1) }}",
    "{{ loop }}",
    "{% for x in items %}{{ loop.__init__ }}{% endfor %}",
    "{% for x in items %}{{ loop._iterator }}{% endfor %}",
    "{{ cycler.__init__.__globals__.os }}",
    "{{ lipsum() }}",
    "{{ joiner() }}",
    "{{ namespace() }}",
    "{{ dict(a=1) }}",
    "{{ _.__globals__ }}",
    "{{ gettext.__wrapped__ }}",
    "{% macro m() %}{% endmacro %}{{ m.__init__ }}",
    "{% macro m() %}{% endmacro %}{{ m._func }}",
    "{{ contact.first_name._refuse }}",
    "{{ contact.first_name.fallback }}",
    "{{ items|map('upper') }}",
    "{{ items|map(attribute='__class__')|list }}",
    "{{ brand|safe }}",
    "{{ brand.name|safe }}",
    "{% autoescape false %}{{ brand.name }}{% endautoescape %}",
    "{% import 'b.html' as b %}",
    "{% from 'b.html' import x %}",
    "{% set x = brand %}{{ x.pop('name') }}",
    "{{ 'a' % n }}",
    "{{ '%s' % n }}",
    "{{ brand }}",
    "{{ items }}",
    "{{ ''['__class__'] }}",
    "{{ brand.name[brand] }}",
    "{% include '/etc/passwd' %}",
    "{% include '../../etc/passwd' %}",
    "{% extends '/etc/passwd' %}",
    "{% include ['x', '/etc/passwd'] %}",
    "{{ n() }}",
    "{{ 'x'() }}",
    "{{ caller() }}",
    "{% do 1 %}",
    "{% debug %}",
    "{{ undefined_thing.__class__.__mro__ }}",
    "{% call brand.name() %}{% endcall %}",
    "{{ config }}",
    "{{ request.environ }}",
    "{{ brand.name|replace('A', contact) }}",
    "{{ (1).__class__ }}",
    "{{ ()|attr('__class__') }}",
    "{{ [].__len__() }}",
]


@pytest.mark.parametrize("source", ESCAPES)
@pytest.mark.parametrize("name", ["a.html", "a.txt"])
def test_nothing_of_python_can_be_reached(source: str, name: str) -> None:
    assert all(code.startswith("template.") for code in codes(source, name))


HANGS = [
    "{% for a in range(1000) %}{% for b in range(1000) %}x{% endfor %}{% endfor %}",
    "{{ range(999999999)|length }}",
    "{{ 'a' * 999999999 }}",
    "{{ [0] * 99999999 }}",
    "{{ 9 ** 999 ** 9 }}",
    "{{ 2 ** 99999999 }}",
    "{% set a = 'xxxxxxxxxx' %}" + "{% set a = a ~ a %}" * 60 + "{{ a }}",
    "{% set a = 'xxxxxxxxxx' %}" + "{% set a = a + a %}" * 60 + "{{ a }}",
    "{% set a = 'xxxxxxxxxx' %}" + "{% set a %}{{ a }}{{ a }}{% endset %}" * 60 + "{{ a }}",
    "{% set a = 'x' %}" + "{% set a = a|replace('x', 'xxxxxxxxxx') %}" * 12 + "{{ a }}",
    "{% set a = ['x'] %}" + "{% set a = [a, a] %}" * 60 + "{{ a }}",
    "{% set a = ['x'] %}" + "{% set a = [a, a] %}" * 60 + "{{ a|join }}",
    "{% set a = ['x'] %}" + "{% set a = {'k': a, 'l': a} %}" * 60 + "{{ a == a }}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{% include 'a.html' %}",
    "{% macro m(x) %}{{ x }}{{ x }}{% endmacro %}" + "{{ m(" * 40 + "'xxxxxxxxxx'" + ")}}" * 1 + ") " * 39 + "",
    "{{ 'x'|center(99999999) }}",
    "{{ '%099999999d'|format(1) }}",
    "{{ 'x'|indent(99999999) }}",
    "{{ 'x'|wordwrap(1) }}",
    "{{ 1" + "+1" * 5000 + " }}",
    "{{ " + "(" * 500 + "1" + ")" * 500 + " }}",
    "{{ " + "-" * 5000 + "1 }}",
    "".join("{% for x in items %}" for _ in range(25)) + "x" + "{% endfor %}" * 25,
    "{{ 1e308 * 1e308 }}",
    "{{ 1000000000000000 * 1000000000000000 * 2 }}",
    "{{ 7|truncate(n, n, n, n, n) }}",
    "{% for x in 'a' %}{% endfor %}",
    "x" * 600_000,
]


@pytest.mark.parametrize("source", HANGS, ids=range(len(HANGS)))
def test_a_hostile_template_ends_and_says_so(source: str) -> None:
    assert all(code.startswith("template.") for code in codes(source))


def test_macro_doubling_is_bounded() -> None:
    doubling = "".join(
        f"{{% macro m{n}() %}}{{{{ m{n - 1}() }}}}{{{{ m{n - 1}() }}}}{{% endmacro %}}" for n in range(1, 40)
    )
    assert codes("{% macro m0() %}xxxxxxxxxx{% endmacro %}" + doubling + "{{ m39() }}") == ["template.forbidden"]


def test_undefined_names_are_all_reported_with_their_lines() -> None:
    with pytest.raises(TemplateFailed) as caught:
        render(
            "{{ brand.nam }}\n{{ foo }}\n{% if bar %}{% endif %}\n{% for x in baz %}{% endfor %}\n"
            "{% include 'b.html' %}",
            b__html="\n{{ brand.logo.url }}",
        )
    found = [(item.path, item.line, item.params["name"]) for item in caught.value.problems]
    assert found == [
        ("a.html", 1, "nam"),
        ("a.html", 2, "foo"),
        ("a.html", 3, "bar"),
        ("a.html", 4, "baz"),
        ("b.html", 2, "logo"),
    ]
    assert "Did you mean 'name'?" in caught.value.problems[0].message


def test_errors_have_path_and_line() -> None:
    for source, line in [
        ("a\n{{ ", 2),
        ("a\n\n{% endif %}", 3),
        ("\n{{ n.x }}", 2),
        ("\n\n\n{% include 'no.html' %}", 4),
    ]:
        with pytest.raises(TemplateFailed) as caught:
            render(source)
        assert (caught.value.problems[0].path, caught.value.problems[0].line) == ("a.html", line)


def test_includes_and_extends_work_from_inside_the_kit() -> None:
    files = {
        "email/a.html": "{% include '_b.html' %}{% include 'email/_b.html' %}"
        "{% include './_b.html' %}{% include '../c.html' %}",
        "email/_b.html": "b",
        "c.html": "{% extends 'd.html' %}{% block x %}c{{ super() }}{% endblock %}",
        "d.html": "{% block x %}d{% endblock %}",
    }
    assert engine(files).render("email/a.html", VALUES) == "bbbcd"


def test_ordinary_templates_work() -> None:
    assert render("{% for x in items %}{{ loop.index }}{{ x|upper }}{{ loop.cycle('-', '+') }}{% endfor %}") == "1A-2B+"
    assert (
        render("{% macro b(x) %}<i>{{ x }}</i>{% endmacro %}{{ b(brand.name) }}") == "<i>A {{7*7}} &amp; &lt;b&gt;</i>"
    )
    assert render("{% for k, v in [('a', n), ('b', 2)] %}{{ k }}{{ v }}{% endfor %}") == "a3b2"
    assert render("{{ nothing|default('x') }}{% if nothing is defined %}y{% endif %}") == "x"
    assert render("{{ brand.name ~ '<' }}", "a.txt") == "A {{7*7}} & <b><"
    assert render("{{ brand.name|nl2br ~ '<' }}") == "A {{7*7}} &amp; &lt;b&gt;&lt;"


@pytest.mark.parametrize(
    ("locale", "source", "wanted"),
    [
        ("de", "{{ '2026-03-01'|date }}", "1. März 2026"),
        ("en", "{{ '2026-03-01'|date('short') }}", "3/1/26"),
        ("ar", "{{ '2026-03-01'|date('medium') }}", "01\u200f/03\u200f/2026"),
        ("de", "{{ '1234.5'|number }}", "1.234,5"),
        ("de", "{{ 1234.5|money('EUR') }}", "1.234,50\xa0€"),
        ("ja", "{{ 1234|money('JPY') }}", "￥1,234"),
        ("fr", "{{ 0.25|percent }}", "25\xa0%"),
        ("en", "{{ ''|date }}|{{ ''|money('EUR') }}", "|"),
    ],
)
def test_dates_numbers_and_money_follow_the_locale(locale: str, source: str, wanted: str) -> None:
    assert engine(locale=locale).render_text(source, VALUES, "p") == wanted


@pytest.mark.parametrize(
    "source", ["{{ 'soon'|date }}", "{{ 'x'|number }}", "{{ 1|money('EURO') }}", "{{ '1e99'|number }}"]
)
def test_values_that_are_no_date_or_number_are_refused(source: str) -> None:
    assert codes(source) == ["template.forbidden"]


def test_translations_fill_placeholders_and_escape_values() -> None:
    texts = {
        ("", "Hi %(name)s"): ("Hallo <b>%(name)s</b> 100%%",),
        ("menu", "Open"): ("Öffnen",),
        ("", "Open"): ("Offen",),
    }
    files = {
        "a.html": "{% trans name=brand.name %}Hi {{ name }}{% endtrans %}",
        "b.html": "{{ pgettext('menu', 'Open') }}{{ _('Open') }}{{ pgettext('other', 'Open') }}",
    }
    german = engine(files, "de", Catalog("de", texts))
    assert german.render("a.html", VALUES) == "Hallo <b>A {{7*7}} &amp; &lt;b&gt;</b> 100%"
    assert german.render("b.html", VALUES) == "ÖffnenOffenOffen"
    bad = engine(files, "de", Catalog("de", {("", "Hi %(name)s"): ("%(name)999999999d %(other)s",)}))
    with pytest.raises(TemplateFailed):
        bad.render("a.html", VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{% if contact.first_name %}x{% endif %}",
        "{{ contact.first_name|upper }}",
        "{{ contact.first_name|default('x') }}",
        "{{ contact.first_name == 'x' }}",
        "{{ contact.first_name|length }}",
        "{{ contact.first_name or 'x' }}",
        "{% for c in contact.first_name %}{% endfor %}",
        "{{ contact.first_name[0] }}",
        "{{ contact.first_name|replace('a', 'b') }}",
    ],
)
def test_a_recipients_field_can_only_be_printed(source: str) -> None:
    assert set(codes(source)) <= {"mail.field_use", "template.forbidden"}


NAUGHTY = st.text(
    alphabet=st.sampled_from(list("{}%#\"'<>&\\|\n()[]__class__ab7* \u202e\u0000\U0001f600é")), max_size=40
)


@settings(max_examples=200, deadline=None)
@given(NAUGHTY)
def test_any_value_comes_out_as_it_went_in(value: str) -> None:
    assert engine({"a.txt": "<{{ v }}>"}).render("a.txt", {"v": value}) == f"<{value}>"


@settings(max_examples=200, deadline=None)
@given(NAUGHTY)
def test_any_template_renders_or_is_refused_with_a_code(source: str) -> None:
    problems: tuple[Problem, ...] = ()
    try:
        assert render("{{ n }}" + source).startswith("3")
    except TemplateFailed as error:
        problems = error.problems
    assert all(problem.code.startswith(("template.", "mail.")) for problem in problems)
