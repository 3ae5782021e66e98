"""A small kit with one asset of every kind, to be bent by tests."""

from __future__ import annotations

import io

import pikepdf
from PIL import Image

from renderer.kit.archive import KitFiles
from renderer.kit.load import LoadedKit, load_kit
from renderer.kit.messages import update_catalogs
from renderer.spec import BrandSpec, LaunchSpec, Links

MANIFEST = """\
schema = 1
slug = "spring"
version = "1.0.0"
title = "Spring"
summary = "A small campaign"
source_locale = "en"
locales = ["en", "de", "ar"]
valid_from = 2026-03-01

[[field]]
id = "offer"
label = "Your offer"
max_chars = 80
default = "Save this spring"

[[asset]]
id = "sheet"
kind = "pdf"
title = "Data sheet"
source = "pdf/sheet.pdf"
layout = "pdf/sheet.layout.json"

[[asset]]
id = "banner"
kind = "image"
title = "Banner"
source = "images/banner.png"
layout = "images/banner.layout.json"
outputs = ["jpeg@300x160", "png"]

[[asset]]
id = "invite"
kind = "email"
title = "Invitation"
source = "email/invite.mjml"
subject = "News from {{ brand.name }}"
preheader = "Read this, {{ contact.first_name|otherwise('friend') }}"

[[asset]]
id = "landing"
kind = "landing"
title = "Landing page"
source = "landing/page.html"

[[asset]]
id = "post-x"
kind = "post"
title = "X post"
source = "posts/x.txt"
channel = "x"

[[step]]
id = "invite"
asset = "invite"

[[step]]
id = "again"
asset = "invite"
wait = "3d"
send_if = "not_clicked:invite"

[landing]
asset = "landing"
consent = "You may write to me."

[[landing.form]]
id = "name"
required = true

[[landing.form]]
id = "email"
required = true

[funds]
activity_type = "email"
estimated_cost = "120.50 EUR"
"""

SHEET_LAYOUT = """\
{"schema": 1, "unit": "mm", "slots": [
  {"id": "logo", "type": "logo", "box": [10, 10, 40, 20]},
{"id": "call", "type": "text", "box": [10, 40, 80, 20], "value": "Talk to {{ brand.name }}", "colour": "brand.primary"},
  {"id": "code", "type": "qr", "box": [70, 70, 20, 20], "value": "{{ link.qr }}"}
]}
"""

BANNER_LAYOUT = """\
{"schema": 1, "unit": "px", "slots": [
  {"id": "name", "type": "text", "box": [10, 10, 200, 40], "value": "{{ brand.name }}", "size": 20, "min_size": 8}
]}
"""

MAIL = """\
<mjml>
<mj-body>
  <mj-section><mj-column>
    <mj-image src="https://example.com/a.png?x=1&amp;y=2" alt="{{ brand.name }}" />
    <mj-text>{% trans name=contact.first_name|otherwise(_("reader")) %}Dear {{ name }},{% endtrans %}</mj-text>
    <mj-text>{{ field.offer }} {{ launch.starts_on|date }}</mj-text>
    <mj-button href="{{ link.landing }}">{% trans %}Read more{% endtrans %}</mj-button>
    <mj-text>{{ brand.address }} <a href="{{ link.unsubscribe }}">{% trans %}Unsubscribe{% endtrans %}</a></mj-text>
  </mj-column></mj-section>
</mj-body>
</mjml>
"""

PAGE = """\
<!doctype html>
<html>
<head><title>{% trans %}Spring{% endtrans %}</title><style>h1 { color: var(--brand-primary); }</style></head>
<body><h1>{% trans %}Spring is here{% endtrans %}</h1><p>{{ field.offer }}</p>{{ form }}</body>
</html>
"""

POST = "{% trans %}Spring is here.{% endtrans %} {{ link.channels.x }}\n"
GERMAN = {
    "Talk to {{ brand.name }}": "Fragen Sie {{ brand.name }}",
    "Spring is here": "Der Frühling ist da",
    "Dear %(name)s,": "Guten Tag %(name)s,",
    "You may write to me.": "Sie dürfen mir schreiben.",
    "reader": "Leserin",
    "News from {{ brand.name }}": "Neues von {{ brand.name }}",
    "Save this spring": "Sparen Sie im Frühling",
}


def pdf_page(width_mm: float = 100, height_mm: float = 100) -> bytes:
    """One empty page."""
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(width_mm / 25.4 * 72, height_mm / 25.4 * 72))
        buffer = io.BytesIO()
        pdf.save(buffer, deterministic_id=True)
    return buffer.getvalue()


def picture(width: int = 300, height: int = 160) -> bytes:
    """A plain light PNG."""
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), "#f4f7f2").save(buffer, "PNG")
    return buffer.getvalue()


def small_kit() -> dict[str, bytes]:
    """The files by path; a test bends it with `small_kit() | {path: data}`."""
    files = {
        "kit.toml": MANIFEST.encode(),
        "README.md": b"# Spring\n",
        "pdf/sheet.pdf": pdf_page(),
        "pdf/sheet.layout.json": SHEET_LAYOUT.encode(),
        "images/banner.png": picture(),
        "images/banner.layout.json": BANNER_LAYOUT.encode(),
        "email/invite.mjml": MAIL.encode(),
        "landing/page.html": PAGE.encode(),
        "posts/x.txt": POST.encode(),
    }
    return (
        files | translated(files, "de", GERMAN) | translated(files, "ar", {"You may write to me.": "يمكنكم مراسلتي."})
    )


def translated(files: dict[str, bytes], locale: str, texts: dict[str, str]) -> dict[str, bytes]:
    """The catalog of a locale holding these translations, as `kit messages` would have made it."""
    made = update_catalogs(load_kit(KitFiles.of(files)))
    path = f"locales/{locale}/LC_MESSAGES/kit.po"
    catalog = made[path].decode()
    for source, target in texts.items():
        catalog = catalog.replace(f'msgid "{source}"\nmsgstr ""', f'msgid "{source}"\nmsgstr "{target}"')
    return {path: catalog.encode()}


def loaded(files: dict[str, bytes] | None = None) -> LoadedKit:
    """The small kit, or these files, loaded."""
    return load_kit(KitFiles.of(files or small_kit()))


def plain_brand(**changes: object) -> BrandSpec:
    """A brand without a logo."""
    values: dict[str, object] = {
        "name": "Osterly",
        "primary": "#14304d",
        "secondary": "#f2a61c",
        "address": "14 Quayside, Bristol",
        "url": "https://osterly.example",
        "legal_line": "Osterly Ltd",
        "email": "hello@osterly.example",
    }
    return BrandSpec(**(values | changes))  # type: ignore[arg-type]


def plain_launch(**changes: object) -> LaunchSpec:
    """A launch with addresses of its own."""
    links = Links(
        landing="https://l.example/l/spring", qr="https://l.example/t/q", channels={"x": "https://l.example/t/x"}
    )
    values: dict[str, object] = {
        "slug": "spring",
        "vendor_name": "Halvorsen",
        "starts_on": "2026-03-02",
        "links": links,
    }
    return LaunchSpec(**(values | changes))  # type: ignore[arg-type]
