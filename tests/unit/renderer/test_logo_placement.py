"""Equal optical area, clear space, minimum size and the choice of the variant."""

import pytest

from renderer.errors import RenderError
from renderer.logo.contrast import choose_logo, contrast_ratio, ground_of, parse_colour, relative_luminance
from renderer.logo.placement import place_logo
from renderer.spec import BrandSpec, LogoImage


def logo(width: float = 200, height: float = 100, ink: float = 0.5, light: float = 8.0, dark: float = 2.0) -> LogoImage:
    return LogoImage("raster", b"", width, height, ink, light, dark, f"{width}x{height}")


def test_clear_space_stays_inside_the_box_on_all_sides():
    for shape in (logo(900, 100, 0.2), logo(100, 100, 0.785), logo(100, 400, 0.6)):
        x, y, w, h = place_logo(shape, (10, 20, 120, 50), clear_space=0.25)
        margin = 0.25 * h
        assert x - margin >= 10 - 1e-6
        assert y - margin >= 20 - 1e-6
        assert x + w + margin <= 130 + 1e-6
        assert y + h + margin <= 70 + 1e-6
        assert w / h == pytest.approx(shape.width / shape.height)


def test_a_thin_wordmark_and_a_solid_disc_have_the_areas_of_equal_weight():
    thin = place_logo(logo(250, 100, 0.2), (0, 0, 1500, 800), clear_space=0.1)
    disc = place_logo(logo(100, 100, 0.785), (0, 0, 1500, 800), clear_space=0.1)
    ratio = (thin[2] * thin[3]) / (disc[2] * disc[3])
    assert ratio == pytest.approx((0.785 / 0.2) ** 0.5)


@pytest.mark.parametrize(
    ("align", "direction", "left"),
    [("start", "ltr", True), ("start", "rtl", False), ("end", "rtl", True), ("right", "rtl", False)],
)
def test_alignment_follows_the_direction(align, direction, left):
    x, _, w, h = place_logo(logo(), (0, 0, 600, 100), clear_space=0.2, align=align, direction=direction)
    edge = x - 0.2 * h if left else 600 - (x + w) - 0.2 * h
    assert edge == pytest.approx(0)


def test_a_minimum_enlarges_where_the_box_allows():
    x, _, w, _ = place_logo(logo(100, 100, 0.9), (0, 0, 300, 100), clear_space=0.0, min_side=99)
    assert w == pytest.approx(99)
    assert x == pytest.approx(100.5)


def test_too_small_says_measured_and_needed():
    with pytest.raises(RenderError) as caught:
        place_logo(logo(100, 100), (0, 0, 30, 10), clear_space=0.25, min_side=15)
    assert caught.value.code == "logo.too_small"
    assert caught.value.params["measured"] == pytest.approx(6.67)
    assert caught.value.params["needed"] == 15
    needed = caught.value.params["box_needed"]
    assert place_logo(logo(100, 100), (0, 0, *needed), clear_space=0.25, min_side=15)[2] == pytest.approx(15)


@pytest.mark.parametrize(("width", "height"), [(100, 800), (800, 100), (100, 100)])
def test_the_minimum_is_of_the_longer_side(width, height):
    """A pillar of 1:8 in a slot of 60 × 12 can never be 8 wide; 12 high is a logo all the same."""
    shape = logo(width, height)
    _, _, w, h = place_logo(shape, (0, 0, 60, 12), clear_space=0.25, min_side=8)
    assert max(w, h) >= 8 - 1e-9
    with pytest.raises(RenderError) as caught:
        place_logo(shape, (0, 0, 9, 9), clear_space=0.25, min_side=8.5)
    assert caught.value.params["needed"] == 8.5
    assert ("high" in caught.value.message) == (height > width)
    needed = caught.value.params["box_needed"]
    _, _, w, h = place_logo(shape, (0, 0, *needed), clear_space=0.25, min_side=8.5)
    assert max(w, h) == pytest.approx(8.5, abs=0.02)


def test_wcag_known_values():
    assert contrast_ratio("#000000", "#ffffff") == pytest.approx(21)
    assert contrast_ratio("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
    assert relative_luminance("#808080") == pytest.approx(0.2159, abs=1e-4)
    assert ground_of("#ffffff") == "light"
    assert ground_of("#10201c") == "dark"
    for wrong in ("#fff", "red", "#12345g", "123456#"):
        with pytest.raises(RenderError, match=r"colour\.invalid"):
            parse_colour(wrong)


def brand(light: LogoImage | None, dark: LogoImage | None) -> BrandSpec:
    return BrandSpec("Osterly", "#0a5c4a", "#d98b2b", light, dark)


def test_the_variant_made_for_the_ground_is_chosen():
    for_light, for_dark = logo(light=9, dark=1.5), logo(light=1.2, dark=12)
    assert choose_logo(brand(for_light, for_dark), "light", 3.0) is for_light
    assert choose_logo(brand(for_light, for_dark), "dark", 3.0) is for_dark
    assert choose_logo(brand(for_light, for_dark), "auto", 3.0, behind="#202020") is for_dark
    assert choose_logo(brand(for_light, for_dark), "auto", 3.0) is for_light


def test_one_logo_serves_both_grounds_only_if_it_is_read_there():
    midtone = logo(light=4.2, dark=3.9)
    assert choose_logo(brand(midtone, None), "dark", 3.0) is midtone
    with pytest.raises(RenderError) as caught:
        choose_logo(brand(logo(light=9, dark=1.5), None), "dark", 3.0)
    assert caught.value.code == "logo.contrast"
    assert caught.value.params == {"measured": 1.5, "needed": 3.0, "ground": "dark"}


def test_no_logo_is_said():
    with pytest.raises(RenderError, match=r"logo\.missing"):
        choose_logo(brand(None, None), "light", 3.0)
