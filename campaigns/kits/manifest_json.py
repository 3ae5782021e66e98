"""kit.toml as JSON in a row, and back: dates are ISO, spans are seconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from campaigns.kits.rules import day
from renderer.kit.manifest import Asset, BrandRules, FormField, Funds, KitField, Landing, Manifest, Output, Step


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return int(value.total_seconds())
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def manifest_as_json(manifest: Manifest) -> dict[str, Any]:
    """The manifest for a row."""
    return {name: _plain(value) for name, value in asdict(manifest).items()}


def _tuples(item: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in item.items()}


def _asset(item: Mapping[str, Any]) -> Asset:
    return Asset(**(dict(item) | {"outputs": tuple(Output(**output) for output in item["outputs"])}))


def _landing(item: Mapping[str, Any] | None) -> Landing | None:
    if item is None:
        return None
    return Landing(**(dict(item) | {"form": tuple(FormField(**_tuples(part)) for part in item["form"])}))


def manifest_from_json(stored: Mapping[str, Any]) -> Manifest:
    """The manifest that `manifest_as_json` wrote."""
    return Manifest(
        **(
            _tuples(stored)
            | {
                "assets": tuple(_asset(item) for item in stored["assets"]),
                "fields": tuple(KitField(**_tuples(item)) for item in stored["fields"]),
                "brand": BrandRules(**stored["brand"]),
                "steps": tuple(
                    Step(**(_tuples(item) | {"wait": timedelta(seconds=item["wait"])})) for item in stored["steps"]
                ),
                "landing": _landing(stored["landing"]),
                "funds": Funds(**stored["funds"]) if stored["funds"] else None,
                "valid_from": day(stored["valid_from"]),
                "valid_until": day(stored["valid_until"]),
            }
        )
    )
