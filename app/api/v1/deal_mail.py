"""The address to which the calling partner's people mail registrations, and a new one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from app.api.operation import Answer, Call, Shape, operation
from campaigns.deals.models import DealMailAddress
from campaigns.deals.service.mailing import address_of, renew_address, written_address


class MailAddressOut(Shape):
    """The address in force. Who knows it and writes as one of the partner's people registers for the partner."""

    address: str
    since: datetime


def _answer(call: Call[Any, Any], row: DealMailAddress) -> Answer:
    shown = MailAddressOut(
        address=written_address(row.token, call.container.settings.mailed_to), since=row.created_at
    )  # fmt: skip
    return Answer(shown, headers={"Cache-Control": "no-store"})


@operation(
    "get", "/deal-mail-address", summary="The address to mail registrations to", tag="Deals", permission="deal.write",
    answer=MailAddressOut,
)  # fmt: skip
def get_mail_address(call: Call[Any, Any]) -> Answer:
    return _answer(call, address_of(call.uow, call.actor))


@operation(
    "post", "/deal-mail-address/renew", summary="Make a new address; the one before takes nothing any more",
    tag="Deals", permission="deal.write", answer=MailAddressOut, limit=("mail-address", 20, 3600),
)  # fmt: skip
def renew_mail_address(call: Call[Any, Any]) -> Answer:
    return _answer(call, renew_address(call.uow, call.actor))
