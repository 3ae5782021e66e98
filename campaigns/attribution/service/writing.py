"""Writing a run's deals and credits in batches by COPY, within the run's one transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from campaigns.attribution.crediting import Attributed, Credit
from campaigns.attribution.involvement import Involvement

DEAL_COLUMNS = (
    "run_id", "deal_id", "partner_id", "state", "amount_minor", "currency", "touches", "sourced", "influenced",
    "lead_at", "opportunity_at", "closed_at",
)  # fmt: skip
CREDIT_COLUMNS = (
    "run_id", "deal_id", "holder_id", "place", "touch", "occurred_at", "share_ppb", "weight", "weight_of",
    "amount_minor", "currency", "partner_id", "launch_id", "kit_version_id", "kind", "channel", "asset_id", "step_id",
    "locale", "activity",
)  # fmt: skip
DEALS_AT_ONCE = 1000
WHOLE_PPB = 10**9


class Writer:
    """Takes deals one by one and writes them a thousand at a time; `flush` writes the rest."""

    def __init__(self, session: Session, run_id: UUID) -> None:
        self._cursor: Any = session.connection().connection.cursor()
        self._run = str(run_id)
        self._deals: list[tuple[Any, ...]] = []
        self._credits: list[tuple[Any, ...]] = []
        self.totals: defaultdict[str, defaultdict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
        self.unattributed = 0

    def add(self, found: Attributed, state: str, part: Involvement, *, credited: bool) -> None:
        """One deal as it stood, its sums, and its credits where the model makes them deal by deal."""
        journey, path = found.journey, found.path
        (value,) = journey.values
        sourced, influenced = bool(part.sourced), bool(part.influenced)
        moments = (journey.lead_at, journey.opportunity_at, journey.closed_at)
        self._deals.append(
            (self._run, journey.deal, journey.partner, state, value.amount_minor, value.currency, len(path.touches),
             sourced, influenced, *moments)
        )  # fmt: skip
        self._count(state, value.currency, value.amount_minor, sourced, influenced, bool(path.touches))
        if credited:
            self._credits.extend(self._rows(found))
        if len(self._deals) >= DEALS_AT_ONCE:
            self.flush()

    def _count(self, state: str, currency: str, amount: int, sourced: bool, influenced: bool, touched: bool) -> None:
        sums = self.totals[state][currency]
        self.unattributed += not touched
        views = {"all": True, "sourced": sourced, "influenced": influenced, "either": sourced or influenced}
        for name, counts in (views | {"unattributed": not touched}).items():
            sums[f"{name}_deals"] = sums.get(f"{name}_deals", 0) + counts
            sums[f"{name}_minor"] = sums.get(f"{name}_minor", 0) + (amount if counts else 0)

    def _rows(self, found: Attributed) -> Iterator[tuple[Any, ...]]:
        """Every touch of the path for every holder; those without a share with nothing."""
        touches = found.path.touches
        shared: defaultdict[tuple[str, str], dict[int, Credit]] = defaultdict(dict)
        for credit in found.credits:
            if credit.place is None:
                yield (
                    self._run, credit.deal, credit.partner, 0, "", None, WHOLE_PPB, 1, 1, credit.amount_minor,
                    credit.currency, None, None, None, "", "", "", "", "", "",
                )  # fmt: skip
            else:
                shared[credit.partner, credit.currency][credit.place] = credit
        for (holder, currency), credits in shared.items():
            of = next(iter(credits.values())).of
            for at, touch in enumerate(touches):
                got = credits.get(at)
                weight, amount = (got.weight, got.amount_minor) if got else (0, 0)
                yield (
                    self._run, found.journey.deal, holder, at + 1, touch.id, touch.occurred_at,
                    weight * WHOLE_PPB // of, weight, of, amount, currency, touch.partner or None,
                    touch.launch or None, touch.kit_version or None, touch.kind, touch.channel, touch.asset,
                    touch.step, touch.locale, touch.activity,
                )  # fmt: skip

    def flush(self) -> None:
        """Write what was gathered; the deals first, since credits refer to them."""
        for table, columns, rows in (
            ("attribution_deal", DEAL_COLUMNS, self._deals),
            ("attribution_credit", CREDIT_COLUMNS, self._credits),
        ):
            if not rows:
                continue
            with self._cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            rows.clear()
