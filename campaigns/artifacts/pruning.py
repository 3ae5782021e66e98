"""Throwing derived objects away: previews, pictures and uploads that nobody reaches any more. A bounded piece a day.

What has a row is never touched; everything here is made again when it is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import select

from campaigns.artifacts.models import Artifact
from campaigns.core.ports import Storage
from campaigns.db.unit_of_work import UnitOfWorkFactory

KEEP_DERIVED = timedelta(days=14)  # a preview's name changes every Monday, so after two weeks nobody asks for it
KEEP_BROKEN_OFF = timedelta(days=1)
MOST = 5000
ASKED_AT_ONCE = 500


def prune_derived(factory: UnitOfWorkFactory, storage: Storage, now: datetime, *, most: int = MOST) -> dict[str, int]:
    """Delete old previews, old pictures of files that are no artifacts, and what broken-off writes left.

    Returns how many of each, at most `most` of the first two together; the next day goes on.
    """
    before = now - KEEP_DERIVED
    previews = _delete(storage, islice(storage.aged("previews/", before), most))
    loose = _without_artifact(factory, storage.aged("pictures/", before))
    pictures = _delete(storage, islice(loose, most - previews))
    return {"previews": previews, "pictures": pictures, "broken_off": storage.tidy(now - KEEP_BROKEN_OFF)}


def _delete(storage: Storage, keys: Iterable[str]) -> int:
    found = list(keys)  # a listing is not to be changed while it is read
    for key in found:
        storage.delete(key)
    return len(found)


def _without_artifact(factory: UnitOfWorkFactory, keys: Iterable[str]) -> Iterator[str]:
    """The pictures (`pictures/ab/<fingerprint>-<page>-<width>.png`) whose file is no partner's artifact."""
    left = iter(keys)
    while some := list(islice(left, ASKED_AT_ONCE)):
        prints = {key: key.rsplit("/", 1)[-1].split("-", 1)[0] for key in some}
        with factory.reading() as session:
            known = set(session.scalars(select(Artifact.fingerprint).where(Artifact.fingerprint.in_(prints.values()))))
        yield from (key for key in some if prints[key] not in known)
