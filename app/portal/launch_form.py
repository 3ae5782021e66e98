"""What the launch panel's form says, read from the address or from the post."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict

from campaigns.core.errors import invalid
from campaigns.core.ids import new_id

NO_LIST = "none"


@dataclass(frozen=True, slots=True)
class PanelForm:
    """The panel's choices; None where nobody has chosen yet."""

    locales: tuple[str, ...] | None
    list_id: UUID | None
    no_list: bool
    starts_at: str
    at_once: bool
    fields: Mapping[str, str]
    client_token: str

    def start(self, zone: ZoneInfo, proposed: datetime) -> datetime | None:
        """The instant chosen, None for at once. DomainError `launch.bad_time`."""
        if self.at_once:
            return None
        if not self.starts_at:
            return proposed
        try:
            chosen = datetime.fromisoformat(self.starts_at)
        except ValueError:
            raise invalid(
                "launch.bad_time", "The start is not a day and a time. Choose one from the calendar."
            ) from None
        return chosen.replace(tzinfo=zone) if chosen.tzinfo is None else chosen


def read_panel(form: MultiDict[str, str]) -> PanelForm:
    """The form as it was sent; whatever is no id names no list."""
    chosen = form.get("list", "")
    return PanelForm(
        locales=tuple(form.getlist("locale")) if "asked" in form else None,
        list_id=_uuid(chosen),
        no_list=chosen == NO_LIST,
        starts_at=form.get("starts_at", "").strip(),
        at_once=form.get("when") == "now",
        fields={name[2:]: value for name, value in form.items() if name.startswith("f.")},
        client_token=form.get("client_token", "").strip() or str(new_id()),
    )


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
