"""A brand with one variant stands on a plate where that variant cannot be read; a variant of its own needs none."""

from __future__ import annotations

import pytest

from renderer.errors import RenderError
from renderer.logo.contrast import DARK_GROUND, LIGHT_GROUND, logo_for
from renderer.logo.placement import plate_around
from renderer.spec import BrandSpec, LogoImage


def logo(on_light: float, on_dark: float) -> LogoImage:
    return LogoImage("raster", b"", 300, 60, 0.4, on_light, on_dark, f"{on_light}/{on_dark}")


def brand(light: LogoImage | None, dark: LogoImage | None = None) -> BrandSpec:
    return BrandSpec("Osterly", "#14304d", "#f2a61c", light, dark)


def test_a_dark_logo_on_a_dark_ground_gets_a_white_plate() -> None:
    choice = logo_for(brand(logo(13.0, 1.3)), "dark", 3.0)
    assert choice.plate == LIGHT_GROUND


def test_a_white_logo_on_a_light_ground_gets_a_dark_plate() -> None:
    assert logo_for(brand(None, logo(1.0, 17.0)), "light", 3.0).plate == DARK_GROUND


def test_a_fitting_variant_needs_no_plate() -> None:
    white = logo(1.0, 17.0)
    choice = logo_for(brand(logo(13.0, 1.3), white), "dark", 3.0)
    assert (choice.logo, choice.plate) == (white, None)


def test_a_logo_nobody_can_read_anywhere_is_refused() -> None:
    with pytest.raises(RenderError, match=r"logo\.contrast"):
        logo_for(brand(logo(2.0, 2.0)), "dark", 3.0)


def test_the_plate_holds_the_logo_and_stays_in_the_slot() -> None:
    x, y, width, height = plate_around((10, 10, 40, 10), (0, 0, 52, 30))
    assert (x, y) == (6.5, 6.5)
    assert x + width == 52
    assert height == 17
