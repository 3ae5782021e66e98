"""One piece of a campaign as bytes, whatever its kind. Preview and final both come from here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import MappingProxyType
from weakref import WeakValueDictionary

from renderer.email.compile import CONTACT_FIELDS, compile_mail
from renderer.email.mail import CompiledMail
from renderer.email.merge import preview_html, preview_subject, preview_text
from renderer.fingerprint import file_digest, fingerprint
from renderer.image.base import prepare_base
from renderer.image.compose import render_image
from renderer.kit.load import LoadedKit
from renderer.kit.manifest import Asset, Output
from renderer.landing import render_landing
from renderer.pdf.render import render_pdf
from renderer.pdf.template import PdfTemplate, compile_template
from renderer.post import render_post
from renderer.spec import BrandSpec, LaunchSpec, Piece
from renderer.text.fonts import FontBook
from renderer.values import fill_slots

MAIL_MEDIA_TYPE = "application/vnd.throughline.mail+json"
PREVIEW_CONTACT = MappingProxyType({"first_name": "Alex", "last_name": "Morgan", "company": "Example Ltd",
                                    "email": "alex.morgan@example.com"})  # fmt: skip
_EXTENSIONS = {
    "pdf": "pdf",
    "jpeg": "jpg",
    "png": "png",
    "webp": "webp",
    "email": "mail.json",
    "html": "html",
    "text": "txt",
}
_TEMPLATES: WeakValueDictionary[str, PdfTemplate] = WeakValueDictionary()


def pieces(
    kit: LoadedKit, locales: Iterable[str], asset_ids: Iterable[str] | None = None
) -> Iterator[tuple[Asset, Output, str]]:
    """Everything a launch in `locales` is made of, in the manifest's order; only `asset_ids` if given."""
    wanted = None if asset_ids is None else set(asset_ids)
    for locale in locales:
        for asset in kit.manifest.assets:
            if wanted is None or asset.id in wanted:
                for output in asset.outputs:
                    yield asset, output, locale


def piece_filename(asset: Asset, output: Output, locale: str) -> str:
    """`datasheet-a4.de.pdf`, `banner-1200x628.de.jpg`."""
    size = f"-{output.width}x{output.height}" if output.width else ""
    return f"{asset.id}{size}.{locale}.{_EXTENSIONS[output.format]}"


def render_piece(
    kit: LoadedKit, asset_id: str, output: Output, locale: str, brand: BrandSpec, launch: LaunchSpec, fonts: FontBook
) -> Piece:
    """The finished piece. Raises RenderError, or TemplateFailed with all problems; KeyError for an unknown asset."""
    asset = kit.manifest.asset(asset_id)
    name = piece_filename(asset, output, locale)
    address = fingerprint(kit, asset, output, locale, brand, launch, fonts.digest)
    if asset.kind == "pdf":
        return _pdf(kit, asset, locale, brand, launch, fonts, name, address)
    if asset.kind == "image":
        return _image(kit, asset, output, locale, brand, launch, fonts, name, address)
    if asset.kind == "email":
        compiled = compile_mail(kit, asset, locale, brand, launch)
        parts = mail_preview(compiled, launch)
        return Piece(compiled.to_bytes(), MAIL_MEDIA_TYPE, name, address, parts=parts)
    if asset.kind == "landing":
        page = render_landing(kit, asset, locale, brand, launch)
        return Piece(page, "text/html; charset=utf-8", name, address)
    text = render_post(kit, asset, locale, brand, launch)
    return Piece(text.encode(), "text/plain; charset=utf-8", name, address)


def mail_preview(compiled: CompiledMail, launch: LaunchSpec) -> MappingProxyType[str, bytes]:
    """`html`, `text` and `subject` as a made-up recipient would see them."""
    values = preview_values(launch)
    return MappingProxyType({
        "html": preview_html(compiled, values).encode(),
        "text": preview_text(compiled, values).encode(),
        "subject": preview_subject(compiled, values).encode(),
    })  # fmt: skip


def preview_values(launch: LaunchSpec) -> dict[str, str]:
    """The fields of a made-up recipient, by name."""
    landing = launch.links.landing or "https://example.com/"
    values = {f"contact.{name}": PREVIEW_CONTACT[name] for name in CONTACT_FIELDS}
    return values | {"link.landing": landing, "link.unsubscribe": f"{landing}#unsubscribe"}


def pdf_template(kit: LoadedKit, path: str) -> PdfTemplate:
    """The compiled template of a PDF source; found by the kit's own digest while its store still has it."""
    key = file_digest(kit, path)
    template = _TEMPLATES.get(key)
    if template is None:
        template = _TEMPLATES[key] = compile_template(kit.read(path))
    return template


def _pdf(
    kit: LoadedKit,
    asset: Asset,
    locale: str,
    brand: BrandSpec,
    launch: LaunchSpec,
    fonts: FontBook,
    name: str,
    address: str,
) -> Piece:
    template = pdf_template(kit, kit.source_for(asset, locale))
    slots = fill_slots(kit, asset, locale, brand, launch)
    result = render_pdf(template, slots, brand, kit.manifest.brand, locale, fonts)
    parts = MappingProxyType({"delta": result.delta})
    warnings = tuple(result.warnings)
    return Piece(result.whole(template), "application/pdf", name, address, warnings, pages=result.pages, parts=parts)


def _image(
    kit: LoadedKit, asset: Asset, output: Output, locale: str, brand: BrandSpec, launch: LaunchSpec, fonts: FontBook,
    name: str, address: str,
) -> Piece:  # fmt: skip
    source = kit.source_for(asset, locale)
    base = prepare_base(kit.read(source), output, digest=file_digest(kit, source))
    slots = fill_slots(kit, asset, locale, brand, launch)
    result = render_image(base, slots, brand, kit.manifest.brand, locale, fonts)
    return Piece(result.data, result.media_type, name, address, tuple(result.warnings), result.width, result.height)
