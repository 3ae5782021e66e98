"""The pictures of a brand's logos as mails and pages show them: addresses and the size they are shown at."""

from __future__ import annotations

import base64
from dataclasses import replace

from renderer.kit.brand_file import LOGO_BOX
from renderer.preview import smaller
from renderer.spec import BrandSpec, LogoImage


def with_logo_pictures(brand: BrandSpec, light_url: str, dark_url: str) -> BrandSpec:
    """The brand with the addresses of the logos it has; the size is that of the light one within LOGO_BOX."""
    logo = brand.logo_light or brand.logo_dark
    if logo is None:
        return brand
    scale = min(LOGO_BOX[0] / logo.width, LOGO_BOX[1] / logo.height)
    return replace(
        brand,
        logo_url=light_url if brand.logo_light else "",
        logo_dark_url=dark_url if brand.logo_dark else "",
        logo_width=max(1, round(logo.width * scale)),
        logo_height=max(1, round(logo.height * scale)),
    )


def data_url(logo: LogoImage | None) -> str:
    """The logo as a `data:` address at twice its size, for previews, which nothing outside may serve."""
    if logo is None:
        return ""
    return "data:image/png;base64," + base64.b64encode(smaller(logo.png, 2 * LOGO_BOX[0])).decode()
