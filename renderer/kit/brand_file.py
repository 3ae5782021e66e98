"""A brand written down in a file: brand.toml of the command, samples/*.toml of a kit."""

from __future__ import annotations

import base64
import io
import posixpath
import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import MappingProxyType

from PIL import Image

from renderer.errors import RenderError
from renderer.kit.archive import KitRefused
from renderer.kit.toml_lines import TomlLines, fault_line
from renderer.kit.toml_table import TomlFile, TomlTable
from renderer.logo.contrast import parse_colour
from renderer.logo.intake import intake_logo
from renderer.report import Problem, has_errors
from renderer.spec import BrandSpec, LogoImage
from renderer.territory import is_country

MAX_BRAND = 256 * 1024
LOGO_BOX = (180, 56)  # pixels a logo is shown at in a mail, at most
_TEXTS = ("legal_name", "tagline", "phone", "email", "url", "address", "legal_line")
Reader = Callable[[str], bytes]


def read_brand(path: Path) -> BrandSpec:
    """A brand.toml with its logos beside it. Raises KitRefused with all problems."""
    brand, _, problems = parse_brand(read_text(path), path.name, beside(path))
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
    except (ValueError, RecursionError) as error:  # also a number of more digits than Python reads
        return (
            None,
            {},
            [Problem("brand.syntax", f"This is not TOML: {error}.", path=path, line=fault_line(text, error))],
        )
    file = TomlFile(path, TomlLines(text), "brand", "brands")
    top = TomlTable(file, data)
    name = top.text("name", required=True, most=200)
    texts = {key: top.text(key, most=1_000) for key in _TEXTS}
    country = _country(top)
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
        country=country,
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


def read_text(path: Path) -> str:
    """The text of a brand.toml. Raises KitRefused `brand.unreadable`."""
    try:
        return path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise KitRefused(
            [Problem("brand.unreadable", f"{path.name} cannot be read: {error}.", path=path.name)]
        ) from error


def beside(path: Path) -> Reader:
    """Reads files that lie beside `path` or below it. RenderError `brand.unsafe_path` for any other."""
    root = path.resolve().parent

    def read(name: str) -> bytes:
        try:
            target = (root / name).resolve()
        except ValueError:  # a NUL byte
            raise RenderError("brand.unsafe_path", f"{name!r} is no path.") from None
        if not target.is_relative_to(root):
            raise RenderError("brand.unsafe_path", f"The path {name!r} leads out of the brand's folder.")
        return target.read_bytes()

    return read


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


def _country(top: TomlTable) -> str:
    """The address's country; dates, numbers and money are written as there."""
    country = top.text("country").strip().upper()
    if country and not is_country(country):
        top.complain(
            "bad_country", f"`country` is {country!r:.40}; write two letters of ISO 3166, such as GB.", "country"
        )
    return country


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
    values = {name: value.isoformat() if type(value) is date else value for name, value in values.items()}
    for name, value in values.items():
        if not isinstance(value, str):
            top.file.complain("wrong_type", f"`{key}.{name}` is {value!r:.40}; it must be a text.", (key, name))
    return {name: value for name, value in values.items() if isinstance(value, str)}
