"""Everything that can be wrong with a kit, found at once."""

from renderer.kit.checks.run import check_kit

__all__ = ["check_kit"]
