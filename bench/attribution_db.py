"""A run over a million touchpoints in a real PostgreSQL: read, computed, written; wall time, the goal 60 s.

Rows are seeded by COPY: 100,000 deals with leads and ten touchpoints each, over 400 launches of 90 partners.
`python bench/attribution_db.py [DEALS] [MODEL …]`
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from app.embedded.postgres import EmbeddedPostgres
from campaigns.attribution.rules import Model, ModelName, PathRules, RunSpec
from campaigns.attribution.service.programme_models import MODELS
from campaigns.attribution.service.running import RunPlan, make_run
from campaigns.core.ids import new_id
from campaigns.db.session import make_engine
from campaigns.db.upgrade import upgrade

DEALS, TOUCHES, LAUNCHES, PARTNERS, KITS, GOAL_S = 100_000, 10, 400, 90, 30, 60
CHANNELS = ("mail", "qr", "linkedin", "x", "facebook", "whatsapp", "plain", "")
KINDS = ("click", "page", "form", "download", "event", "click")
START = datetime(2025, 1, 1, tzinfo=UTC)
CUT_OFF = START + timedelta(days=800)
chance = random.Random(7)


def write(connection: Connection, table: str, columns: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """Rows into a table by COPY."""
    cursor: Any = connection.connection.cursor()
    with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def frame(connection: Connection, programme: UUID) -> list[tuple[UUID, UUID]]:
    """A programme with partners, kits and launches; (launch, partner) of each launch."""
    partners = [new_id() for _ in range(PARTNERS)]
    write(connection, "programme", "id, slug, name", [(programme, "bench", "Bench")])
    write(connection, "partner", "id, slug, name", [(one, f"p{at}", f"P{at}") for at, one in enumerate(partners)])
    write(
        connection, "brand_revision", "id, partner_id, number, data, digest",
        [(one, one, 1, "{}", "d") for one in partners],
    )  # fmt: skip
    kits = [new_id() for _ in range(KITS)]
    write(
        connection, "kit", "id, programme_id, slug, title",
        [(one, programme, f"k{at}", "Kit") for at, one in enumerate(kits)],
    )  # fmt: skip
    write(
        connection, "kit_version", "id, kit_id, programme_id, number, label, digest, archive_key, manifest",
        [(one, one, programme, 1, "1", f"d{at}", "a", "{}") for at, one in enumerate(kits)],
    )  # fmt: skip
    launches = [(new_id(), partners[at % PARTNERS]) for at in range(LAUNCHES)]
    write(
        connection, "launch",
        "id, slug, programme_id, partner_id, kit_version_id, brand_revision_id, client_token, locales, starts_at",
        [
            (one, f"l{at}", programme, partner, kits[at % KITS], partner, f"c{at}", "{en}", START)
            for at, (one, partner) in enumerate(launches)
        ],
    )  # fmt: skip
    return launches


def seed(connection: Connection, deals: int) -> UUID:
    """Everything a run reads; the programme's id."""
    programme = new_id()
    launches = frame(connection, programme)
    made = [(new_id(), number, *launches[number % LAUNCHES], when()) for number in range(deals)]
    tables: list[tuple[str, str, Callable[[UUID, int, UUID, UUID, datetime], tuple[Any, ...]]]] = [
        (
            "submission",
            "id, launch_id, programme_id, partner_id, locale, form_token, data, visitor, created_at",
            lambda one, n, launch, partner, at: (
                one, launch, programme, partner, "en", f"t{n}", "{}", f"v{n}", at - timedelta(days=70),
            ),
        ),
        (
            "lead",
            "id, programme_id, partner_id, launch_id, submission_id, name, email, email_key, locale, state, created_at",
            lambda one, n, launch, partner, at: (
                one, programme, partner, launch, one, "N", f"n{n}@x.example", f"n{n}@x.example", "en", "handed",
                at - timedelta(days=70),
            ),
        ),
        ("lead_submission", "lead_id, submission_id", lambda one, *_: (one, one)),
        ("account", "id, programme_id, name, origin", lambda one, n, *_: (one, programme, f"A{n}", "api")),
        (
            "deal",
            "id, programme_id, partner_id, reference, client_token, lead_id, source, state, company, contact,"
            " product_line, amount_minor, won_amount_minor, currency, account_id, account_key, submitted_at,"
            " protected_from, protected_until, opportunity_at, closed_at",
            lambda one, n, _, partner, at: (
                one, programme, partner, f"R{n}", f"c{n}", one, "page", "won" if n % 5 else "lost", "{}",
                f'{{"email": "n{n}@x.example"}}', "x", n * 7 + 1, n * 7 + 1, "EUR", one, one,
                at - timedelta(days=60), at - timedelta(days=60), at, at - timedelta(days=35), at,
            ),
        ),
    ]  # fmt: skip
    for table, columns, row in tables:
        write(connection, table, columns, (row(*one) for one in made))
    write(
        connection, "touchpoint",
        "launch_id, programme_id, partner_id, kind, channel, asset_id, step_id, locale, visitor, occurred_at,"
        " created_at",
        touches(programme, made),
    )  # fmt: skip
    return programme


def when() -> datetime:
    """A close within a year."""
    return START + timedelta(days=200, microseconds=chance.randrange(365 * 86_400_000_000))


def touches(programme: UUID, made: list[Any]) -> Iterable[tuple[Any, ...]]:
    """Ten within 150 days of each close; those of one deal lie far apart, as they do where many people come."""
    for at in range(TOUCHES):
        for _, number, launch, partner, close in made:
            met = close - timedelta(microseconds=chance.randrange(150 * 86_400_000_000))
            yield (
                launch, programme, partner, KINDS[(number + at) % 6], chance.choice(CHANNELS), f"asset{at % 7}",
                f"step{at % 3}", "en", f"v{number}", met, met + timedelta(seconds=2),
            )  # fmt: skip


def main() -> int:
    """Seed once, run each model; exit code 1 if one takes longer than the goal."""
    deals = int(sys.argv[1]) if len(sys.argv) > 1 else DEALS
    models = sys.argv[2:] or [ModelName.LINEAR.value, ModelName.TIME_DECAY.value, "markov"]
    slow = False
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        place.chmod(0o711)
        server = EmbeddedPostgres(place / "postgres", place / "run", place / "log")
        try:
            engine = make_engine(server.start(dict(os.environ)))
            upgrade(engine)
            with engine.begin() as connection:
                connection.execute(text("SET LOCAL statement_timeout = 0"))
                connection.execute(text("SET LOCAL session_replication_role = replica"))  # quick seeding: no key checks
                programme = seed(connection, deals)
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("SET statement_timeout = 0"))
                connection.execute(text("VACUUM ANALYZE"))
            print(f"{deals * TOUCHES:,} touchpoints of {deals:,} deals")
            for model in models:
                spec = RunSpec(Model(ModelName.LINEAR if model in MODELS else ModelName(model)), PathRules(), CUT_OFF)
                begun = time.monotonic()
                with Session(engine) as session:
                    make_run(session, programme, RunPlan(spec, model if model in MODELS else ""))
                    session.commit()
                took = time.monotonic() - begun
                slow |= took > GOAL_S
                with engine.connect() as connection:
                    rows = connection.execute(
                        text("SELECT touches, left(digest, 12) FROM attribution_run ORDER BY number DESC LIMIT 1")
                    ).one()
                print(f"  {model:12}{took:7.1f} s  {rows.touches:>11,} credited touches, digest {rows[1]}…")
            engine.dispose()
        finally:
            server.stop()
    return slow


if __name__ == "__main__":
    sys.exit(main())
