"""Posts: within what each channel takes, counted as the channel counts."""

from __future__ import annotations

import pytest

from renderer.errors import RenderError
from renderer.post import post_length, render_post
from tests.factories.kits import MANIFEST, loaded, plain_brand, plain_launch, small_kit


def post(text: str, channel: str = "x", locale: str = "en") -> str:
    manifest = MANIFEST.replace('channel = "x"', f'channel = "{channel}"')
    kit = loaded(small_kit() | {"posts/x.txt": text.encode(), "kit.toml": manifest.encode()})
    return render_post(kit, kit.manifest.asset("post-x"), locale, plain_brand(name="A & <B>"), plain_launch())


def test_a_post_is_plain_text() -> None:
    assert post("{{ brand.name }}  \n\n\n\n{{ link.channels.x }}\n\n") == "A & <B>\n\nhttps://l.example/t/x\n"


# Figures from the rules of twitter-text, configuration v3.
@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("hello", 5),
        ("héllo", 5),
        ("漢字", 4),
        ("https://example.com/a/very/long/path?with=query", 23),
        ("a https://x.example b", 27),
        ("\U0001f600", 2),
        ("\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466", 2),
        ("\U0001f44d\U0001f3fd", 2),
        ("\U0001f1e9\U0001f1ea", 2),
        ("مرحبا", 5),
        ("“quoted” – …", 13),
        ("5", 1),
        ("e\u0301", 1),
    ],
)
def test_weight_on_x(text: str, weight: int) -> None:
    assert post_length(text, "x") == weight


def test_limits_hold_at_the_edge() -> None:
    assert len(post("x" * 280)) == 281
    with pytest.raises(RenderError) as caught:
        post("x" * 281)
    assert (caught.value.code, caught.value.params["measured"], caught.value.params["needed"]) == (
        "post.too_long",
        281,
        280,
    )
    assert post("x" * 281, "linkedin")
    with pytest.raises(RenderError, match=r"post\.too_long"):
        post("漢" * 141)
    with pytest.raises(RenderError, match=r"post\.empty"):
        post("{# nothing #}\n")
