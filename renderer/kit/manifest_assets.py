"""The parts of kit.toml that are values and files: [[field]] and [[asset]] with its outputs."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from renderer.kit.field_rules import wrong_shape
from renderer.kit.manifest import Asset, KitField, Output
from renderer.kit.toml_table import TomlTable

MAX_PIXELS = 64_000_000
ASSET_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
FIELD_ID = re.compile(r"[a-z][a-z0-9_]{0,62}")
_OUTPUT = re.compile(r"(pdf|jpeg|png|webp|email|html|text)(?:@(\d{1,5})x(\d{1,5}))?")
_DEFAULT_OUTPUT = {"pdf": "pdf", "image": "png", "email": "email", "landing": "html", "post": "text"}
_FORMATS = {
    "pdf": ("pdf",),
    "image": ("jpeg", "png", "webp"),
    "email": ("email",),
    "landing": ("html",),
    "post": ("text",),
}
_EXTENSIONS = {
    "pdf": (".pdf",),
    "image": (".png", ".jpg", ".jpeg", ".webp"),
    "email": (".mjml",),
    "landing": (".html",),
    "post": (".txt",),
}
_CHANNELS = ("linkedin", "x", "facebook", "instagram", "whatsapp", "email")
_FIELD_TYPES = ("text", "rich-text", "phone", "url", "date", "choice", "image")


def read_field(table: TomlTable) -> KitField:
    """One [[field]]: a value beyond the brand that a partner may set."""
    field_id = table.text("id", required=True, most=63)
    if field_id and not FIELD_ID.fullmatch(field_id):
        table.complain(
            "bad_id",
            f"The field id {field_id!r} must be lower-case letters, digits and _, a letter first, because "
            "templates name it field.<id>.",
            "id",
        )
    field = KitField(
        id=field_id,
        type=table.choice("type", _FIELD_TYPES, "text"),  # type: ignore[arg-type]
        label=table.text("label", required=True, most=200),
        required=table.flag("required"),
        max_chars=int(table.number("max_chars", 200, 1, 20_000)),
        default=table.day_or_text("default"),
        sample=table.day_or_text("sample"),
        locked=table.flag("locked"),
        choices=table.texts("choices"),
    )
    if field.type == "choice" and not field.choices:
        table.complain("no_choices", f"The field {field_id!r} is a choice and has no `choices`.", "type")
    for key, value in (("default", field.default), ("sample", field.sample)):
        if field.type == "choice" and value and field.choices and value not in field.choices:
            table.complain("bad_choice", f"`{table.label(key)}` is {value!r}, which is not among the choices.", key)
        elif value and (wrong := wrong_shape(field, value)):
            table.complain("bad_value", f"`{table.label(key)}` is {value!r:.60}. {wrong}", key)
        if field.type != "image" and len(value) > field.max_chars:
            table.complain(
                "too_long", f"`{table.label(key)}` has {len(value)} characters; max_chars is {field.max_chars}.", key
            )
    table.done()
    return field


def read_asset(table: TomlTable) -> Asset:
    """One [[asset]]; what a `kind` does not have is a problem."""
    asset_id = table.text("id", required=True, most=63)
    if asset_id and not ASSET_ID.fullmatch(asset_id):
        table.complain("bad_id", f"The asset id {asset_id!r} takes lower-case letters, digits, - and _.", "id")
    kind = table.choice("kind", tuple(_FORMATS))
    source = table.text("source", required=True, most=240)
    if source and not source.lower().endswith(_EXTENSIONS[kind]):
        table.complain(
            "bad_source",
            f"The source {source!r} of the {kind} {asset_id!r} must end in {' or '.join(_EXTENSIONS[kind])}.",
            "source",
        )
    layout = table.text("layout", most=240) or None
    if kind in ("pdf", "image") and layout is None:
        table.complain("missing_key", f"The {kind} {asset_id!r} needs a `layout`: the places a brand fills.")
    if kind not in ("pdf", "image") and layout is not None:
        table.complain("not_for_kind", f"The {kind} {asset_id!r} takes no `layout`.", "layout")
    asset = Asset(
        id=asset_id,
        kind=kind,  # type: ignore[arg-type]
        title=table.text("title", required=True, most=200),
        source=source,
        outputs=_read_outputs(table, kind),
        layout=layout,
        subject=table.text("subject", required=kind == "email", most=300),
        preheader=table.text("preheader", most=300),
        channel=table.choice("channel", _CHANNELS, "") or _named_channel(kind, asset_id, source),
    )
    for key, value, needed in (
        ("subject", asset.subject, "email"),
        ("preheader", asset.preheader, "email"),
        ("channel", asset.channel, "post"),
    ):
        if value and kind != needed and table.has(key):
            table.complain("not_for_kind", f"Only a {needed} has a `{key}`; {asset_id!r} is a {kind}.", key)
    table.done()
    return asset


def _read_outputs(table: TomlTable, kind: str) -> tuple[Output, ...]:
    outputs: list[Output] = []
    for name in table.texts("outputs") or (_DEFAULT_OUTPUT[kind],):
        match = _OUTPUT.fullmatch(name)
        if match is None or match.group(1) not in _FORMATS[kind]:
            table.complain(
                "bad_output",
                f"The output {name!r} is none that an asset of kind {kind} has; it takes {', '.join(_FORMATS[kind])}"
                + (", with a size if need be: jpeg@1200x628." if kind == "image" else "."),
                "outputs",
            )
            continue
        size = (int(match.group(2)), int(match.group(3))) if match.group(2) else None
        if size and (kind != "image" or not 0 < size[0] * size[1] <= MAX_PIXELS):
            table.complain(
                "bad_output",
                f"The output {name!r} has a size that is not possible; pictures take up to "
                f"{MAX_PIXELS // 1_000_000} million pixels.",
                "outputs",
            )
            continue
        outputs.append(Output(match.group(1), *(size or ())))  # type: ignore[arg-type]
    return tuple(outputs)


def _named_channel(kind: str, asset_id: str, source: str) -> str:
    """The channel that a post's file or id names (`posts/linkedin.txt`, `post-x`), empty for a post for anywhere."""
    if kind != "post":
        return ""
    words = [*PurePosixPath(source).stem.lower().split("-"), *re.split("[-_]", asset_id)]
    return next((word for word in words if word in _CHANNELS), "")
