"""Writing a run's deals and credits in batches by COPY, within the run's one transaction.

Credits are written as COPY's own text: a run has a million of them, and preparing each as twenty parameters takes the
driver longer than computing it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from operator import attrgetter
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
_ESCAPED = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
# the last columns in their order; kept apart, since pieces times launches would be too many to keep
_whose = attrgetter("partner", "launch", "kit_version")
_what = attrgetter("kind", "channel", "asset", "step", "locale", "activity")


@lru_cache(maxsize=20_000)
def _ids(values: tuple[str, ...]) -> str:
    """Ids as cells; NULL where there is none."""
    return "\t".join(one or r"\N" for one in values)


@lru_cache(maxsize=20_000)
def _words(values: tuple[str, ...]) -> str:
    """Words as cells, escaped as COPY wants them."""
    return "\t".join(one.translate(_ESCAPED) for one in values)


class Writer:
    """Takes deals one by one and writes them a thousand at a time; `flush` writes the rest."""

    def __init__(self, session: Session, run_id: UUID) -> None:
        self._cursor: Any = session.connection().connection.cursor()
        self._run = str(run_id)
        self._deals: list[tuple[Any, ...]] = []
        self._credits: list[str] = []
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
            self._credits.extend(self._lines(found))
        if len(self._deals) >= DEALS_AT_ONCE:
            self.flush()

    def _count(self, state: str, currency: str, amount: int, sourced: bool, influenced: bool, touched: bool) -> None:
        sums = self.totals[state][currency]
        self.unattributed += not touched
        views = {"all": True, "sourced": sourced, "influenced": influenced, "either": sourced or influenced}
        for name, counts in (views | {"unattributed": not touched}).items():
            sums[f"{name}_deals"] = sums.get(f"{name}_deals", 0) + counts
            sums[f"{name}_minor"] = sums.get(f"{name}_minor", 0) + (amount if counts else 0)

    def _lines(self, found: Attributed) -> Iterator[str]:
        """Every touch of the path for every holder; those without a share with nothing."""
        deal = f"{self._run}\t{found.journey.deal}"
        shared: defaultdict[tuple[str, str], dict[int, Credit]] = defaultdict(dict)
        for credit in found.credits:
            if credit.place is None:
                nothing = r"\N" + "\t\\N" * 2 + "\t" * 6
                yield (
                    f"{deal}\t{credit.partner}\t0\t\t\\N\t{WHOLE_PPB}\t1\t1\t{credit.amount_minor}\t{credit.currency}"
                    f"\t{nothing}\n"
                )
            else:
                shared[credit.partner, credit.currency][credit.place] = credit
        for (holder, currency), credits in shared.items():
            of = next(iter(credits.values())).of
            for at, touch in enumerate(found.path.touches):
                got = credits.get(at)
                weight, amount = (got.weight, got.amount_minor) if got else (0, 0)
                yield (
                    f"{deal}\t{holder}\t{at + 1}\t{touch.id.translate(_ESCAPED)}\t{touch.occurred_at.isoformat()}"
                    f"\t{weight * WHOLE_PPB // of}\t{weight}\t{of}\t{amount}\t{currency}"
                    f"\t{_ids(_whose(touch))}\t{_words(_what(touch))}\n"
                )

    def flush(self) -> None:
        """Write what was gathered; the deals first, since credits refer to them."""
        if self._deals:
            with self._cursor.copy(f"COPY attribution_deal ({', '.join(DEAL_COLUMNS)}) FROM STDIN") as copy:
                for row in self._deals:
                    copy.write_row(row)
            self._deals.clear()
        if self._credits:
            with self._cursor.copy(f"COPY attribution_credit ({', '.join(CREDIT_COLUMNS)}) FROM STDIN") as copy:
                copy.write("".join(self._credits))
            self._credits.clear()
