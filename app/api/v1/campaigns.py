"""What the calling partner may launch: published kits of its programmes, in season."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from app.api.operation import Call, Shape, operation
from app.api.paging import Page, PageQuery, page_list
from campaigns.kits import queries
from campaigns.kits.queries import KitCard


class CampaignAsset(Shape):
    """A piece of the campaign."""

    id: str
    kind: str
    title: str


class CampaignOut(Shape):
    """A published kit version, ready to launch."""

    kit_version_id: UUID
    programme_id: UUID
    programme: str
    title: str
    summary: str
    locales: list[str]
    assets: list[CampaignAsset]


class CampaignPage(Page[CampaignOut]):
    """A page of campaigns."""


def _show(card: KitCard) -> CampaignOut:
    return CampaignOut(
        kit_version_id=card.version_id,
        programme_id=card.programme_id,
        programme=card.programme_name,
        title=card.title,
        summary=card.summary,
        locales=list(card.locales),
        assets=[CampaignAsset(id=part["id"], kind=part["kind"], title=part["title"]) for part in card.assets],
    )


@operation(
    "get",
    "/campaigns",
    summary="Campaigns you may launch",
    tag="Campaigns",
    permission="campaign.read",
    query=PageQuery,
    answer=CampaignPage,
)
def list_campaigns(call: Call[Any, PageQuery]) -> CampaignPage:
    cards = queries.kits_for(call.uow.session, call.actor, on=call.uow.now.date())
    rows, cursor = page_list(cards, call.query, lambda card: (card.since, card.version_id))
    return CampaignPage(items=[_show(card) for card in rows], next_cursor=cursor)
