"""Social posts as text, within what each channel takes."""

from __future__ import annotations

import re
import unicodedata

from renderer.errors import RenderError
from renderer.kit.load import LoadedKit
from renderer.kit.manifest import Asset
from renderer.spec import BrandSpec, LaunchSpec
from renderer.values import engine_for, template_values

# What the channels publish for one post; X counts by weight (twitter-text, configuration v3).
LIMITS = {"linkedin": 3_000, "x": 280, "facebook": 63_206, "instagram": 2_200, "whatsapp": 4_096, "email": 20_000}
_URL = re.compile(r"https?://\S+|\bwww\.\S+", re.I)
_X_URL = 23
_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
_EMOJI = re.compile(
    "(?:[\U0001f1e6-\U0001f1ff]{2}|[0-9#*]\ufe0f?\u20e3|"
    "[\u00a9\u00ae\u203c-\u3299\U0001f000-\U0001faff]\ufe0f?[\U0001f3fb-\U0001f3ff]?"
    "(?:\u200d[\u2600-\u27bf\U0001f000-\U0001faff]\ufe0f?[\U0001f3fb-\U0001f3ff]?)*)"
)


def render_post(kit: LoadedKit, asset: Asset, locale: str, brand: BrandSpec, launch: LaunchSpec) -> str:
    """The post's text, ending in one line break. RenderError `post.too_long`, `post.empty`; TemplateFailed."""
    source = kit.source_for(asset, locale)
    rendered = engine_for(kit, locale, brand.country).render(source, template_values(kit, locale, brand, launch))
    lines = [line.rstrip() for line in rendered.replace("\r\n", "\n").split("\n")]
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    if not text:
        raise RenderError("post.empty", f"The post {asset.id!r} has no text.", asset=asset.id)
    length, limit = post_length(text, asset.channel), LIMITS.get(asset.channel, LIMITS["email"])
    if length > limit:
        raise RenderError(
            "post.too_long",
            f"The post has {length} characters as {asset.channel} counts them; at most {limit} are taken. "
            "Shorten it, or the field in it.",
            measured=length, needed=limit, channel=asset.channel, asset=asset.id,
        )  # fmt: skip
    return text + "\n"


def post_length(text: str, channel: str) -> int:
    """The length as the channel counts it: X by weight, LinkedIn, Facebook and the others by character."""
    text = unicodedata.normalize("NFC", text)
    if channel != "x":
        return len(text)
    rest, urls = _URL.subn("", text)
    rest = _EMOJI.sub("\U0001f600", rest)  # one emoji is one heavy character, however many code points it has
    return urls * _X_URL + sum(1 if _is_light(char) else 2 for char in rest)


def _is_light(char: str) -> bool:
    return any(low <= ord(char) <= high for low, high in _LIGHT)
