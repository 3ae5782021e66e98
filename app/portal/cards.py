"""Campaign cards: which of the partner's own pieces they show, how large, and the sentence under them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from babel.lists import format_list
from flask import url_for

from app.campaign_words import language_name
from app.i18n import gettext as _
from app.i18n import locale as reader
from app.i18n import ngettext
from campaigns.desk.ready import Ready, Shown


@dataclass(frozen=True, slots=True)
class Picture:
    """One piece on a card: the arguments of the `shot` macro."""

    src: str
    kind: str
    alt: str
    width: int
    height: int
    pixels: int
    lead: bool


@dataclass(frozen=True, slots=True)
class Card:
    """A campaign on the desk. `wide` takes the whole width."""

    title: str
    summary: str
    programme_slug: str
    programme_name: str
    facts: str
    pictures: tuple[Picture, ...]
    page: str
    launch: str
    wide: bool


def cards_of(
    listed: Sequence[Ready], revision_id: UUID | None, people: Mapping[UUID, int], *, hero: bool = True
) -> list[Card]:
    """The cards; with `hero` the first is wide, and the last too where it would stand alone."""
    last = len(listed) - 1
    wide = {0, last if len(listed) % 2 == 0 else 0} if hero else set()
    return [_card(item, revision_id, people, place in wide) for place, item in enumerate(listed)]


def _card(ready: Ready, revision_id: UUID | None, people: Mapping[UUID, int], wide: bool) -> Card:
    kit = ready.kit
    title = kit.text("title", reader())
    shown = chosen_pieces(ready.pieces, wide) if revision_id else []
    return Card(
        title=title,
        summary=kit.text("summary", reader()),
        programme_slug=kit.programme_slug,
        programme_name=kit.programme_name,
        facts=" · ".join(facts_of(ready, people)),
        pictures=tuple(_picture(ready, piece, revision_id, title, wide) for piece in shown),
        page=url_for("campaigns.page", kit_id=kit.kit_id),
        launch=url_for("campaigns.panel", version_id=kit.version_id),
        wide=wide,
    )


def facts_of(ready: Ready, people: Mapping[UUID, int]) -> list[str]:
    """How many pieces in which languages, and how many people could be mailed."""
    names = format_list([language_name(tag) for tag in ready.locales], style="unit", locale=reader())
    facts = [
        ngettext(
            "%(num)s piece in %(languages)s", "%(num)s pieces in %(languages)s", len(ready.pieces), languages=names
        )
    ]
    mailable = people.get(ready.kit.programme_id)
    if ready.kit.mails and mailable:
        facts.append(ngettext("%(num)s person may be mailed", "%(num)s people may be mailed", mailable))
    return facts


def chosen_pieces(pieces: Sequence[Shown], wide: bool) -> list[Shown]:
    """A wide card shows mail, broad picture and document; a small one a squarish picture and the document."""
    pictures = [piece for piece in pieces if piece.kind == "image"]
    document = [piece for piece in pieces if piece.kind == "pdf"][:1]
    if wide:
        mail = [piece for piece in pieces if piece.kind == "email"][:1]
        return mail + sorted(pictures, key=lambda piece: -piece.width / piece.height)[:1] + document
    return sorted(pictures, key=lambda piece: abs(piece.width / piece.height - 1))[:1] + document


def _picture(ready: Ready, piece: Shown, revision_id: UUID | None, title: str, wide: bool) -> Picture:
    language = reader() if reader() in ready.locales else ready.main
    src = url_for(
        "previews.piece",
        version_id=ready.kit.version_id,
        revision_id=revision_id,
        locale=language,
        asset_id=piece.asset_id,
        output=piece.output,
    )
    lead = wide and piece.kind == "image"
    kinds = {
        "image": _("Picture of “%(campaign)s” with your logo", campaign=title),
        "pdf": _("Document of “%(campaign)s” with your logo", campaign=title),
        "email": _("Mail of “%(campaign)s” with your logo", campaign=title),
    }
    return Picture(src, piece.kind, kinds[piece.kind], piece.width, piece.height, 1280 if lead else 640, lead)
