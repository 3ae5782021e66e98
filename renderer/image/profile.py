"""The sRGB profile that outputs carry, without the date its maker writes into it."""

from __future__ import annotations

from PIL import ImageCms


def _dateless() -> bytes:
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[24:36] = bytes.fromhex("07d000010001000000000000")  # ICC.1:2010, 7.2.8: 1 January 2000, midnight
    profile[84:100] = bytes(16)  # 7.2.18: no profile ID
    return bytes(profile)


SRGB_PROFILE = _dateless()
