"""Sample pieces of a kit: made once by a worker when the kit was checked or published, kept by version, shown at once.

They lie beside the previews but are not thrown away with them: a version has one small set, and none is made anew
because a week has gone by. Whoever publishes has them made again, so that they say what the programme says now.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

from campaigns.artifacts.pictures import fitting_width, has_picture
from campaigns.artifacts.previews import Preview, preview, preview_picture, sample_root, sample_scene
from campaigns.core.actor import SYSTEM
from campaigns.core.errors import DomainError, Kind
from campaigns.core.ports import Storage
from campaigns.db.unit_of_work import UnitOfWorkFactory
from campaigns.kits.queries import checked_problems, version_ref
from campaigns.kits.rules import problem_of
from campaigns.kits.store import open_kit, sample_ids
from renderer.fingerprint import RENDERER_VERSION
from renderer.kit.manifest import Manifest
from renderer.report import Problem
from renderer.text.fonts import FontBook

SampleState = Literal["kept", "refused", "missing"]
KEPT_WIDTHS = (320, 640)
COVER_WIDTH = 320
_PAGE = "page"


@dataclass(frozen=True, slots=True)
class Place:
    """Which sample piece: a version's output in a language with one of the kit's sample brands."""

    version_id: UUID
    sample: str
    locale: str
    asset_id: str
    output: str

    def key(self, name: str) -> str:
        """Where a rendition of it lies: `320.png`, `page` or `refusal`."""
        parts = (RENDERER_VERSION, self.sample, self.locale, self.asset_id, self.output)
        digest = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
        return f"samples/{self.version_id}/{digest[:40]}.{name}"


def cover_key(version_id: UUID) -> str:
    """The one picture that stands for a kit in lists."""
    return f"samples/{version_id}/cover.png"


def state_of(storage: Storage, place: Place) -> SampleState:
    """Whether the piece is kept, was refused by the renderer, or was not tried yet."""
    names = (f"{KEPT_WIDTHS[-1]}.png", _PAGE)
    if any(storage.stat(place.key(name)) is not None for name in names):
        return "kept"
    return "refused" if storage.stat(place.key("refusal")) is not None else "missing"


def refusal(storage: Storage, place: Place) -> tuple[Problem, ...]:
    """Why the piece cannot be made, with the places in the kit."""
    return tuple(problem_of(item) for item in json.loads(storage.get(place.key("refusal"))))


def kept_picture(storage: Storage, place: Place, width: int) -> bytes | None:
    """The PNG of a kept piece at the width that serves `width`, or None."""
    return _got(storage, place.key(f"{fitting_width(width)}.png"))


def kept_page(storage: Storage, place: Place) -> tuple[bytes, str] | None:
    """The bytes and media type of a kept mail, page or post, or None."""
    data = _got(storage, place.key(_PAGE))
    if data is None:
        return None
    media_type, _, body = data.partition(b"\n")
    return body, media_type.decode()


def _got(storage: Storage, key: str) -> bytes | None:
    try:
        return storage.get(key)
    except DomainError as error:
        if error.kind is not Kind.NOT_FOUND:
            raise
        return None


def shown_locales(manifest: Manifest, problems: Sequence[Problem]) -> dict[str, str]:
    """By asset the language the studio opens with: of its first problem, else the kit's own. Errors come first."""
    order = {"error": 0, "warning": 1}
    pressing = sorted((item for item in problems if item.severity in order), key=lambda item: order[item.severity])
    first: dict[str, str] = {}
    for item in pressing:
        if item.asset and item.locale in manifest.locales:
            first.setdefault(item.asset, item.locale)
    return {asset.id: first.get(asset.id, manifest.source_locale) for asset in manifest.assets}


def make_samples(
    factory: UnitOfWorkFactory, storage: Storage, fonts: FontBook, version_id: UUID, *, public_url: str, today: date
) -> int:
    """Make what the studio opens with, each piece once with the kit's first sample brand; returns how many.

    A kit that cannot be read has none. No transaction is open while a piece is made; doing it again renews them.
    """
    with factory.reading() as session:
        version = version_ref(session, SYSTEM, version_id)
        problems = [problem_of(item) for item in checked_problems(session, version_id)]
    try:
        kit = open_kit(storage, version)
    except DomainError as error:
        if error.code != "kit.refused":
            raise
        return 0
    sample = sample_ids(kit)[0]
    with factory.reading() as session:
        scene = sample_scene(session, storage, SYSTEM, version_id, sample, public_url=public_url, today=today)
    root = sample_root(version_id, sample)
    made = 0
    for place in _places(version_id, sample, kit.manifest, problems):
        try:
            seen = preview(storage, fonts, scene, place.asset_id, place.output, place.locale, pictures_root=root)
        except DomainError as error:
            if error.code != "piece.cannot_be_made":
                raise
            _keep_refusal(storage, place, error)
        else:
            _keep(storage, place, seen)
            made += 1
    _keep_cover(storage, version_id, sample, kit.manifest)
    return made


def _places(version_id: UUID, sample: str, manifest: Manifest, problems: Sequence[Problem]) -> Iterator[Place]:
    """The cover's piece first, so that lists have it soon; then every asset's first output."""
    locales = shown_locales(manifest, problems)
    cover = cover_piece(manifest)
    if cover is not None:
        yield Place(version_id, sample, manifest.source_locale, *cover)
    for asset in manifest.assets:
        output = asset.outputs[0].name if asset.outputs else ""
        if (output and (asset.id, output) != cover) or locales[asset.id] != manifest.source_locale:
            yield Place(version_id, sample, locales[asset.id], asset.id, output)


def cover_piece(manifest: Manifest) -> tuple[str, str] | None:
    """Asset and output of the piece that stands for the kit: the squarest picture, else the first document."""
    pictures = [
        (abs(output.width / output.height - 1), asset.id, output.name)
        for asset in manifest.assets
        for output in asset.outputs[:1]
        if asset.kind == "image" and output.width and output.height
    ]
    if pictures:
        return min(pictures)[1:]
    return next(((item.id, item.outputs[0].name) for item in manifest.assets if item.kind == "pdf"), None)


def _keep(storage: Storage, place: Place, seen: Preview) -> None:
    if has_picture(seen.media_type):
        for width in KEPT_WIDTHS:
            storage.put(place.key(f"{width}.png"), preview_picture(storage, seen, width=width), "image/png")
    else:
        body = seen.media_type.encode() + b"\n" + storage.get(seen.key)
        storage.put(place.key(_PAGE), body, "application/octet-stream")
    storage.delete(place.key("refusal"))


def _keep_refusal(storage: Storage, place: Place, error: DomainError) -> None:
    found: list[dict[str, Any]] = [problem.as_dict() for problem in error.problems]
    storage.put(place.key("refusal"), json.dumps(found).encode(), "application/json")


def _keep_cover(storage: Storage, version_id: UUID, sample: str, manifest: Manifest) -> None:
    cover = cover_piece(manifest)
    if cover is None:
        return
    png = kept_picture(storage, Place(version_id, sample, manifest.source_locale, *cover), COVER_WIDTH)
    if png is not None:
        storage.put(cover_key(version_id), png, "image/png")
