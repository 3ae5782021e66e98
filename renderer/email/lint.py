"""What is wrong with a compiled mail before anybody receives it."""

from __future__ import annotations

import re

from renderer.email.mail import CompiledMail, FieldRef
from renderer.email.merge import preview_html, preview_text
from renderer.email.mjml_source import unknown_attributes
from renderer.report import Problem
from renderer.spec import BrandSpec, LaunchSpec

CLIP_BYTES = 102 * 1024  # Gmail shows no more of a mail's HTML than this
MAX_WIDTH = 640
_IMG = re.compile(r"<img\b[^>]*>", re.I)
_MJ_IMAGE = re.compile(r"<mj-(?:image|carousel-image)\b[^>]*>", re.I)
_ALT = re.compile(r"\balt\s*=", re.I)
_SRC = re.compile(r"\bsrc\s*=\s*[\"']([^\"']*)", re.I)
_WIDTH = re.compile(r"max-width:\s*(\d+)px")
_DATA_URI = re.compile(r"data:image/[^\"')\s]+")
_OPEN_ATTRIBUTE = re.compile(r"\b(href|src|action|background)\s*=\s*\"[^\"]*$|url\([^)]*$", re.I)
_SAMPLE = {
    "contact.first_name": "Maximiliana", "contact.last_name": "Featherstonehaugh",
    "contact.company": "Example Company Ltd",
    "contact.email": "maximiliana@example.com", "link.unsubscribe": "https://example.com/u/" + "x" * 60,
    "link.landing": "https://example.com/t/" + "x" * 60,
}  # fmt: skip


def lint_mail(compiled: CompiledMail, brand: BrandSpec, launch: LaunchSpec, *, path: str, asset: str) -> list[Problem]:
    """Errors for what law or reader needs, warnings for what mail programs do badly."""
    html, text = preview_html(compiled, _SAMPLE), preview_text(compiled, _SAMPLE)
    found: list[tuple[str, str, bool]] = []
    for image in _IMG.findall(html):
        if not _ALT.search(image):
            source = _SRC.search(image)
            name = source.group(1)[:60] if source else "a picture"
            found.append(("mail.no_alt", f'The picture {name} has no alt text; alt="" if it says nothing.', True))
    size = len(_DATA_URI.sub("", html).encode())
    if size > CLIP_BYTES:
        found.append(("mail.too_large", f"The HTML has {size >> 10} kB; Gmail clips at {CLIP_BYTES >> 10} kB.", True))
    if not any(isinstance(part, FieldRef) and part.name == "link.unsubscribe" for part in compiled.html):
        found.append(
            ("mail.no_unsubscribe", "The mail has no link to unsubscribe; put {{ link.unsubscribe }} into it.", True)
        )
    if not _has_address(text, brand, launch):
        found.append(("mail.no_postal_address", "The mail shows no postal address; print {{ brand.address }}, "
                      "{{ brand.legal_line }} or {{ launch.vendor_address }}.", True))  # fmt: skip
    width = max((int(value) for value in _WIDTH.findall(html)), default=0)
    if width > MAX_WIDTH:
        found.append(("mail.too_wide", f"The mail is {width} px wide; mail programs show about {MAX_WIDTH} px.", False))
    subject = "".join(part if isinstance(part, str) else _SAMPLE.get(part.name, "") for part in compiled.subject)
    if not subject.strip():
        found.append(("mail.no_subject", "The subject is empty with this brand.", True))
    elif len(subject) > 90:
        found.append(
            ("mail.long_subject", f"The subject has {len(subject)} characters; telephones show about 40.", False)
        )
    found += _contacts_in_addresses(compiled)
    if "http://" in html.replace("http://www.w3.org/", ""):
        found.append(("mail.plain_http", "The mail has an address with http://; use https.", False))
    return [
        Problem(code, message, "error" if is_error else "warning", path, 1, asset, locale=compiled.locale)
        for code, message, is_error in dict.fromkeys(found)
    ]


def lint_source(mjml: str, path: str) -> list[Problem]:
    """Pictures without alt text in a mail's source (MJML itself would write an empty one), unread attributes."""
    problems = unknown_attributes(mjml, path)
    for match in _MJ_IMAGE.finditer(mjml):
        if not _ALT.search(match.group()):
            line = mjml.count("\n", 0, match.start()) + 1
            message = 'The picture has no alt text; alt="" if it says nothing.'
            problems.append(Problem("mail.no_alt", message, path=path, line=line))
    return problems


def _has_address(text: str, brand: BrandSpec, launch: LaunchSpec) -> bool:
    words = " ".join(text.split())
    candidates = (brand.address, brand.legal_line, launch.vendor_address)
    return any(" ".join(item.split()) in words for item in candidates if item.strip())


def _contacts_in_addresses(compiled: CompiledMail) -> list[tuple[str, str, bool]]:
    """A recipient's data inside an address would tell every server on the way, and is not encoded for it."""
    before = ""
    found = []
    for part in compiled.html:
        if isinstance(part, str):
            before = part
        elif part.name.startswith("contact.") and _OPEN_ATTRIBUTE.search(before):
            message = (
                f"{part.name} stands inside an address; link to {{{{ link.landing }}}}, which knows the recipient."
            )
            found.append(("mail.contact_in_address", message, True))
    return found
