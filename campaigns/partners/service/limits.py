"""Windows that count requests: at most so many per address and time, in a transaction of their own."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from campaigns.core.errors import DomainError, Kind
from campaigns.db.unit_of_work import UnitOfWorkFactory
from campaigns.partners.models import RequestWindow


def counted_address(raw: str) -> str:
    """An address as it is counted: IPv4 whole, IPv6 by its /64 (one household), anything else as it is."""
    try:
        address = ipaddress.ip_address(raw)
    except ValueError:
        return raw
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network(f"{address}/64", strict=False).network_address) + "/64"
    return str(address)


def take(factory: UnitOfWorkFactory, key: str, most: int, per_s: int) -> None:
    """Count one; DomainError `http.too_many_requests` with `retry_after_s` beyond `most` in this window.

    Commits by itself, so that a refused request counts too.
    """
    with factory() as uow:
        second = int(uow.now.timestamp())
        start = second - second % per_s
        count = uow.session.execute(
            insert(RequestWindow)
            .values(key=key, starts_at=datetime.fromtimestamp(start, UTC), count=1)
            .on_conflict_do_update(index_elements=["key", "starts_at"], set_={"count": RequestWindow.count + 1})
            .returning(RequestWindow.count)
        ).scalar_one()
    if count > most:
        wait = start + per_s - second
        raise DomainError(
            "http.too_many_requests",
            Kind.THROTTLED,
            f"Too many requests. Try again in {wait} s.",
            retry_after_s=wait,
            measured=count,
            needed=most,
        )


def forget_before(session: Session, instant: datetime) -> int:
    """Remove windows that began before; for upkeep. Returns how many."""
    gone = session.execute(delete(RequestWindow).where(RequestWindow.starts_at < instant).returning(RequestWindow.key))
    return len(gone.all())
