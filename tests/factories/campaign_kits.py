"""A small whole kit in memory: a post, a picture, a mail, a landing page; two languages."""

from __future__ import annotations

import io
import json

from PIL import Image

from renderer.kit.archive import KitFiles, pack_kit

MANIFEST = """
schema = 1
slug = "{slug}"
version = "{version}"
title = "Quiet heat"
summary = "A heat pump nobody hears."
source_locale = "en"
locales = ["en", "de"]
valid_until = 2027-12-31

[[field]]
id = "offer"
type = "text"
label = "Your offer"
max_chars = 40
default = "A free visit"

[[asset]]
id = "banner"
kind = "image"
title = "Banner"
source = "images/banner.png"
layout = "images/banner.layout.json"
outputs = ["png@400x200"]

[[asset]]
id = "invite"
kind = "email"
title = "Invitation"
source = "email/invite.mjml"
subject = "Quiet heat from your neighbour"
preheader = "You will not hear it."

[[asset]]
id = "page"
kind = "landing"
title = "Landing page"
source = "landing/page.html"

[[asset]]
id = "linkedin"
kind = "post"
title = "Post"
source = "posts/linkedin.txt"
channel = "linkedin"

[[step]]
id = "invite"
asset = "invite"
wait = "0d"

[landing]
asset = "page"
consent = "You may write to me about this."
[[landing.form]]
id = "email"
type = "email"
label = "Email"
required = true
"""

MJML = """<mjml><mj-head><mj-title>{% trans %}Quiet heat{% endtrans %}</mj-title></mj-head><mj-body>
<mj-section><mj-column>
<mj-text>{% trans %}Good day{% endtrans %} {{ contact.first_name }}</mj-text>
<mj-text>{{ field.offer }}</mj-text>
<mj-button href="{{ link.landing }}">{% trans %}See it{% endtrans %}</mj-button>
<mj-text>{{ brand.legal_name }}, {{ brand.address }}
<a href="{{ link.unsubscribe }}">{% trans %}Unsubscribe{% endtrans %}</a></mj-text>
</mj-column></mj-section></mj-body></mjml>
"""
LANDING = """<!doctype html><html><head><title>{{ brand.name }}</title><style>body{margin:0}</style></head>
<body><h1>{% trans %}Quiet heat{% endtrans %}</h1><p>{{ field.offer }}</p>{{ form }}</body></html>
"""
POST = "{% trans %}Heat that keeps quiet.{% endtrans %} {{ link.landing }}\n"
PO_HEAD = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Language: de\\n"\n\n'
GERMAN = {
    "Quiet heat": "Leise Wärme",
    "Good day": "Guten Tag",
    "See it": "Ansehen",
    "Unsubscribe": "Abmelden",
    "Heat that keeps quiet.": "Wärme, die leise bleibt.",
    "You may write to me about this.": "Sie dürfen mir dazu schreiben.",
    "Email": "E-Mail",
    "Send": "Absenden",
    "Quiet heat from your neighbour": "Leise Wärme vom Nachbarn",
    "You will not hear it.": "Man hört sie nicht.",
    "A heat pump nobody hears.": "Eine Wärmepumpe, die niemand hört.",
    "Your offer": "Ihr Angebot",
    "A free visit": "Ein kostenloser Besuch",
    "Banner": "Banner",
    "Invitation": "Einladung",
    "Landing page": "Landeseite",
    "Post": "Beitrag",
}


def picture(width: int = 400, height: int = 200, colour: tuple[int, int, int] = (14, 61, 55)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, "PNG")
    return out.getvalue()


def layout(text: str = "{{ brand.name }}", overflow: str = "shrink") -> bytes:
    slots = [
        {"id": "name", "type": "text", "box": [20, 20, 200, 40], "value": text, "size": 20, "min_size": 8,
         "colour": "#ffffff", "overflow": overflow},
    ]  # fmt: skip
    return json.dumps({"schema": 1, "unit": "px", "slots": slots}).encode()


def kit_files(slug: str = "quiet", version: str = "1.0", **changed: bytes | None) -> dict[str, bytes]:
    """The kit by path. `changed` replaces a file by its name without suffix (`page=b"…"`) or drops it (None)."""
    messages = "".join(f'msgid "{key}"\nmsgstr "{value}"\n\n' for key, value in GERMAN.items())
    files = {
        "kit.toml": MANIFEST.format(slug=slug, version=version).encode(),
        "README.md": b"For partners.",
        "images/banner.png": picture(),
        "images/banner.layout.json": layout(),
        "email/invite.mjml": MJML.encode(),
        "landing/page.html": LANDING.encode(),
        "posts/linkedin.txt": POST.encode(),
        "locales/de/LC_MESSAGES/kit.po": (PO_HEAD + messages).encode(),
        "samples/typical.toml": b'name = "Osterly"\nlegal_name = "Osterly Ltd"\naddress = "1 Wine St, Bristol"\n'
        b'url = "https://osterly.example"\nemail = "hello@osterly.example"\n'
        b'[colours]\nprimary = "#14304d"\nsecondary = "#f2a61c"\n',
    }
    for name, data in changed.items():
        path = next(path for path in files if path.rsplit("/", 1)[-1].split(".")[0] == name)
        if data is None:
            del files[path]
        else:
            files[path] = data
    return files


def kit_zip(**options: object) -> bytes:
    return pack_kit(KitFiles.of(kit_files(**options)))  # type: ignore[arg-type]
