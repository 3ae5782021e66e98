"""A CRM behind two addresses: `GET …/changes` answers CSV, `POST …/events` takes what happens here. Both are signed."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

from campaigns.core.clock import Clock
from campaigns.core.errors import DomainError, Kind
from campaigns.core.ids import new_id
from campaigns.gateways.guarded_post import get, post
from campaigns.integrations.csv_crm import CsvCrm
from campaigns.integrations.port import CrmPort, Told
from campaigns.outbound.addresses import Target, read_url
from campaigns.outbound.cloud_events import MEDIA_TYPE
from campaigns.outbound.delivering import AGENT
from campaigns.outbound.signatures import sign

MOST_PAGE: Final = 5 * 2**20
MOST_PAGES: Final = 50
MOST_S: Final = 60.0  # of one reading; what is not read then is read the next time


class HttpCrm:
    """`CrmPort` over HTTP. Its CSV is that of `CsvCrm`; `X-Next-Cursor` of an answer asks for the page after it.

    What cannot be reached, or answers with anything but success, is `crm.<why>` of Kind.UNAVAILABLE.
    """

    def __init__(self, url: str, keys: Sequence[str], clock: Clock, *, loopback: bool = False) -> None:
        self._target = read_url(url, loopback=loopback)
        self._keys, self._clock, self._loopback = list(keys), clock, loopback

    def _at(self, path: str) -> Target:
        base, _, query = self._target.path.partition("?")
        joined = base.rstrip("/") + path
        both = "&".join(part for part in (joined.partition("?")[2], query) if part)
        return replace(self._target, path=joined.partition("?")[0] + (f"?{both}" if both else ""))

    def _headers(self, message_id: str, body: bytes) -> dict[str, str]:
        return sign(self._keys, message_id, self._clock.now(), body) | {"user-agent": AGENT, "connection": "close"}

    def changes(self, since: datetime | None) -> Iterator[Told]:
        """Page after page; stops between pages when the reading has taken long enough."""
        end, cursor = time.monotonic() + MOST_S, ""
        asked = f"since={quote(since.isoformat())}" if since else ""
        for _ in range(MOST_PAGES):
            query = "&".join(part for part in (asked, f"cursor={quote(cursor, safe='')}" if cursor else "") if part)
            found = get(
                self._at(f"/changes?{query}" if query else "/changes"),
                self._headers(f"read_{new_id().hex}", b"") | {"accept": "text/csv"},
                MOST_PAGE, loopback=self._loopback,
            )  # fmt: skip
            if found.status == 204:
                return
            if found.status != 200:
                raise _refused(found.status, found.error)
            yield from CsvCrm(found.data).changes(since)
            cursor = found.cursor
            if not cursor or time.monotonic() > end:
                return

    def push(self, event: dict[str, Any]) -> None:
        """Post an event under its own id, so that a repeat can be known."""
        body = json.dumps(event, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
        headers = self._headers(f"msg_{event['id']}", body) | {"content-type": MEDIA_TYPE}
        reply = post(self._at("/events"), headers, body, self._clock, loopback=self._loopback)
        if reply.status is None or not 200 <= reply.status < 300:
            raise _refused(reply.status, reply.error)


def _refused(status: int | None, error: str) -> DomainError:
    if status is None:
        return DomainError(f"crm.{error}", Kind.UNAVAILABLE, f"The system could not be reached: {error}.")
    return DomainError("crm.status", Kind.UNAVAILABLE, f"The system answered {status}.", status=status)


def open_crm(adapter: str, url: str, keys: Sequence[str], clock: Clock, *, loopback: bool) -> CrmPort:
    """The adapter of that name; `crm.adapter` (invalid) where there is none."""
    if adapter != "csv_http":
        raise DomainError("crm.adapter", Kind.INVALID, "There is no such adapter.", adapter=adapter)
    return HttpCrm(url, keys, clock, loopback=loopback)
