"""Derived objects: old ones that nobody reaches go, everything with a row and everything young stays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from campaigns.artifacts.models import Artifact
from campaigns.artifacts.pruning import prune_derived
from campaigns.core.ids import new_id
from tests.factories.mailing import NOW, make_world
from tests.fakes import MemoryStorage


def test_only_what_nobody_reaches_goes_and_never_too_much_at_once(committing):
    storage = MemoryStorage()
    now = datetime.now(UTC)
    kept, loose = "a" * 64, "b" * 64
    with committing() as uow:
        world = make_world(uow.session)
        uow.session.add(
            Artifact(
                id=new_id(),
                partner_id=world.partner_id,
                programme_id=world.programme_id,
                fingerprint=kept,
                storage_key=f"artifacts/aa/{kept}.pdf",
                public_token="t",
                media_type="application/pdf",
                filename="m",
                size=1,
                sha256="",
                rendered_at=NOW,
            )
        )
    old = [
        f"pictures/aa/{kept}-1-320.png",
        f"pictures/bb/{loose}-1-320.png",
        "previews/bb/x.html",
        f"artifacts/aa/{kept}.pdf",
    ]
    for key in old:
        storage.put(key, b"x", "image/png")
        storage.written[key] = now - timedelta(days=15)
    storage.put("previews/bb/young.html", b"x", "text/html")
    assert prune_derived(committing, storage, now, most=1) == {"previews": 1, "pictures": 0, "broken_off": 0}
    assert prune_derived(committing, storage, now, most=1) == {"previews": 0, "pictures": 1, "broken_off": 0}
    assert prune_derived(committing, storage, now)["previews"] == 0
    assert sorted(storage.objects) == [
        f"artifacts/aa/{kept}.pdf",
        f"pictures/aa/{kept}-1-320.png",
        "previews/bb/young.html",
    ]
