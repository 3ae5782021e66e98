"""A partner's brand kit: logos, colours, names and contact data, in frozen revisions."""

from __future__ import annotations

from campaigns.partners.brand.logos import UploadOutcome, dismiss_refusal, upload_logo
from campaigns.partners.brand.queries import brand_page, current_revision, own_logo
from campaigns.partners.brand.revisions import place_logo, restore_revision, save_brand, use_colours
from campaigns.partners.brand.rules import BrandForm
from campaigns.partners.brand.spec import brand_spec

__all__ = [
    "BrandForm",
    "UploadOutcome",
    "brand_page",
    "brand_spec",
    "current_revision",
    "dismiss_refusal",
    "own_logo",
    "place_logo",
    "restore_revision",
    "save_brand",
    "upload_logo",
    "use_colours",
]
