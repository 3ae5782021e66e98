"""The files of a launch as its page lists them, and the ways to share it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from app.unit_of_work import container, uow
from campaigns.launches.pinned import pinned_launch
from campaigns.launches.queries import LaunchPage, PieceLine
from campaigns.launches.sharing import Share, intent, tracked

Item = TypeVar("Item", PieceLine, Share)


def by_language(things: Sequence[Item]) -> dict[str, list[Item]]:
    """Pieces or shares in their order, by language."""
    found: dict[str, list[Item]] = {}
    for thing in things:
        found.setdefault(thing.locale, []).append(thing)
    return found


def shares_of(launch: LaunchPage) -> list[Share]:
    """One share per post and language, with its own tracked address and its own text."""
    posts = [piece for piece in launch.pieces if piece.kind == "post" and piece.file is not None]
    if not posts:
        return []
    box = container()
    uow().commit()  # `pinned_launch` works in a transaction of its own
    pinned = pinned_launch(box.uow, box.storage, box.settings, launch.line.id)
    channels = {asset.id: asset.channel for asset in pinned.assets}
    shares = []
    for post in posts:
        channel = channels.get(post.asset_id, "") or "plain"
        url = tracked(pinned.links[post.locale], post.asset_id, channel)
        text = box.storage.get(post.file.storage_key).decode().strip() if post.file else ""
        subject = launch.line.title
        shares.append(
            Share(channel, post.locale, post.asset_id, post.title, text, url, intent(channel, text, url, subject))
        )
    return shares
