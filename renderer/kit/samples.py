"""Brands written down in files: brand.toml of the command, samples/*.toml of a kit."""

from __future__ import annotations

import base64
import io
import posixpath
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from PIL import Image

from renderer.errors import RenderError
from renderer.kit.archive import KitFiles, KitRefused
from renderer.kit.load import LoadedKit
from renderer.kit.toml_lines import TomlLines
from renderer.kit.toml_table import TomlFile, TomlTable
from renderer.logo.contrast import parse_colour
from renderer.logo.intake import intake_logo
from renderer.report import Problem, has_errors
from renderer.spec import BrandSpec, LaunchSpec, Links, LogoImage

MAX_BRAND = 256 * 1024
LOGO_BOX = (180, 56)  # pixels a logo is shown at in a mail, at most
_TEXTS = ("legal_name", "tagline", "phone", "email", "url", "address", "legal_line")
_PLAIN = """\
name = "Example Partner"
legal_name = "Example Partner Ltd"
tagline = "Close to you"
phone = "+1 555 0100"
email = "hello@example.com"
url = "https://example.com/"
address = "1 Example Street, Exampleton"
legal_line = "Example Partner Ltd, Exampleton"
colours = { primary = "#1f5f4f", secondary = "#e0a030" }
logos = { light = "plain.svg", dark = "plain.svg" }
"""
_PLAIN_LOGO = b"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 240 80"><path fill="#767676"
d="M0 0h80v80h-80z M96 20h144v16h-144z M96 48h100v16h-100z"/></svg>"""  # a grey read on light and on dark alike
Reader = Callable[[str], bytes]


@dataclass(frozen=True, slots=True)
class Sample:
    """A preview brand of a kit, with a launch and a recipient to go with it."""

    id: str
    path: str
    brand: BrandSpec = field(repr=False)
    launch: LaunchSpec = field(repr=False)
    contact: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


def read_brand(path: Path) -> BrandSpec:
    """A brand.toml with its logos beside it. Raises KitRefused with all problems."""
    root = path.resolve().parent

    def read(name: str) -> bytes:
        target = (root / name).resolve()
        if not target.is_relative_to(root):
            raise RenderError("brand.unsafe_path", f"The path {name!r} leads out of the brand's folder.")
        return target.read_bytes()

    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise KitRefused(
            [Problem("brand.unreadable", f"{path.name} cannot be read: {error}.", path=path.name)]
        ) from error
    brand, _, problems = parse_brand(text, path.name, read)
    if brand is None or has_errors(problems):
        raise KitRefused(problems)
    return brand


def parse_brand(text: str, path: str, read: Reader) -> tuple[BrandSpec | None, dict[str, str], list[Problem]]:
    """A brand, the sample recipient in it ([contact]), and all problems by line.

    `read` gives the bytes of a logo by its path; it may raise OSError, KeyError or RenderError.
    """
    if len(text) > MAX_BRAND:
        return (
            None,
            {},
            [Problem("brand.too_large", f"The brand is larger than {MAX_BRAND >> 10} kB.", path=path, line=1)],
        )
    text = text.replace("\r\n", "\n")
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        return None, {}, [Problem("brand.syntax", f"This is not TOML: {error}.", path=path, line=1)]
    file = TomlFile(path, TomlLines(text), "brand")
    top = TomlTable(file, data)
    name = top.text("name", required=True, most=200)
    texts = {key: top.text(key, most=1_000) for key in _TEXTS}
    colours = _colours(top)
    logos = _logos(top, read)
    fields, contact = _strings(top, "fields"), _strings(top, "contact")
    top.done()
    if has_errors(file.problems):
        return None, {}, file.problems
    light, dark = logos.get("light"), logos.get("dark")
    width, height = _shown_at(light or dark)
    brand = BrandSpec(
        name=name,
        primary=colours["primary"],
        secondary=colours["secondary"],
        logo_light=light,
        logo_dark=dark,
        logo_url=picture_address(light or dark, width),
        logo_dark_url=picture_address(dark or light, width),
        logo_width=width,
        logo_height=height,
        fields=MappingProxyType(fields),
        **texts,
    )
    return brand, contact, file.problems


def offline_launch(brand: BrandSpec, kit: LoadedKit, *, vendor_name: str = "", starts_on: str = "") -> LaunchSpec:
    """A launch without a service: every address is the brand's own."""
    url = brand.url or "https://example.com/"
    assets = kit.manifest.assets
    links = Links(
        landing=url,
        qr=url,
        channels=MappingProxyType({item.channel: url for item in assets if item.channel}),
        files=MappingProxyType({item.id: url for item in assets}),
        images=MappingProxyType({item.id: url for item in assets if item.kind == "image"}),
    )
    vendor = vendor_name or kit.manifest.title
    starts = starts_on or (kit.manifest.valid_from.isoformat() if kit.manifest.valid_from else "2026-03-02")
    return LaunchSpec(kit.manifest.slug, vendor, "1 Example Street, 12345 Exampleton", starts, links)


def kit_samples(kit: LoadedKit) -> tuple[list[Sample], list[Problem]]:
    """The brands under samples/, or a plain one where there are none, and what is wrong with them."""
    samples: list[Sample] = []
    problems: list[Problem] = []
    paths = [path for path in sorted(kit.files.files) if path.startswith("samples/") and path.endswith(".toml")]
    defaults = {item.id: item.sample for item in kit.manifest.fields if item.sample}
    for path in paths:
        text = kit.read(path).decode("utf-8", "replace")
        brand, contact, found = parse_brand(text, path, _inside(kit.files, path))
        problems += found
        if brand is not None:
            filled = _with_fields(brand, {**defaults, **brand.fields})
            samples.append(
                Sample(Path(path).stem, path, filled, offline_launch(filled, kit), MappingProxyType(contact))
            )
    if not paths:
        message = "The kit has no samples/*.toml; it is tried with one plain brand only."
        problems.append(Problem("kit.no_samples", message, "warning", "samples/typical.toml"))
    if not samples:
        plain, _, _ = parse_brand(_PLAIN, "samples/typical.toml", lambda _: _PLAIN_LOGO)
        if plain is not None:
            filled = replace(plain, fields=MappingProxyType(defaults))
            samples.append(Sample("plain", "samples/typical.toml", filled, offline_launch(filled, kit)))
    return samples, problems


def picture_address(logo: LogoImage | None, width: int) -> str:
    """A logo's picture as a data URI at twice its shown size: what previews show where no service serves it."""
    if logo is None:
        return ""
    with Image.open(io.BytesIO(logo.png)) as picture:
        picture.thumbnail((2 * width, 2 * LOGO_BOX[1]))
        buffer = io.BytesIO()
        picture.save(buffer, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def _shown_at(logo: LogoImage | None) -> tuple[int, int]:
    if logo is None:
        return 0, 0
    scale = min(LOGO_BOX[0] / logo.width, LOGO_BOX[1] / logo.height)
    return max(1, round(logo.width * scale)), max(1, round(logo.height * scale))


def _with_fields(brand: BrandSpec, fields: Mapping[str, str]) -> BrandSpec:
    return replace(brand, fields=MappingProxyType(dict(fields)))


def _inside(files: KitFiles, beside: str) -> Reader:
    """Logos of a sample: beside it, or from the top of the kit."""

    def read(name: str) -> bytes:
        near = posixpath.normpath(posixpath.join(posixpath.dirname(beside), name))
        return files.files[near if near in files.files else posixpath.normpath(name)]

    return read


def _colours(top: TomlTable) -> dict[str, str]:
    table = top.table("colours")
    colours = {"primary": "#14201b", "secondary": "#5b6b64"}
    if table is None:
        if not top.has("colours"):
            top.complain("missing_key", "[colours] is missing; it holds `primary` and `secondary` as #rrggbb.")
        return colours
    for key in colours:
        value = table.text(key, required=True)
        try:
            parse_colour(value)
        except RenderError:
            if value:
                table.complain("bad_colour", f"`colours.{key}` is {value!r:.40}; write #rrggbb.", key)
        else:
            colours[key] = value
    table.done()
    return colours


def _logos(top: TomlTable, read: Reader) -> dict[str, LogoImage]:

    table = top.table("logos")
    logos: dict[str, LogoImage] = {}
    if table is None:
        return logos
    for key in ("light", "dark"):
        name = table.text(key)
        if not name:
            continue
        try:
            logos[key] = intake_logo(read(name), posixpath.basename(name)).logo
        except (OSError, KeyError):
            table.complain("missing_file", f"The logo {name!r} is not there.", key)
        except RenderError as error:
            table.complain("bad_logo", f"The logo {name!r} cannot be used: {error.message}", key)
    table.done()
    return logos


def _strings(top: TomlTable, key: str) -> dict[str, str]:
    values = top.raw(key, dict, f"a table of texts, [{key}]") or {}
    for name, value in values.items():
        if not isinstance(value, str):
            top.file.complain("wrong_type", f"`{key}.{name}` is {value!r:.40}; it must be a text.", (key, name))
    return {name: value for name, value in values.items() if isinstance(value, str)}
