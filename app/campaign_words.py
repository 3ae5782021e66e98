"""Words about campaigns in the reader's language: languages, states, reasons, kinds of files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, TypeVar

from babel import Locale, UnknownLocaleError

from app.i18n import N_, gettext, locale
from app.unit_of_work import container
from campaigns.core.errors import DomainError
from campaigns.kits.rules import VersionRef
from campaigns.kits.store import open_kit
from renderer.kit.load import LoadedKit
from renderer.kit.messages import KIT_CONTEXT

STATES: Mapping[str, tuple[str, str, str]] = {
    "draft": (N_("draft"), "wait", "dot"),
    "rendering": (N_("making the pieces"), "accent", "ring"),
    "ready": (N_("ready"), "accent", "dot"),
    "running": (N_("running"), "ok", "check"),
    "paused": (N_("paused"), "warn", "part"),
    "finished": (N_("finished"), "wait", "check"),
    "cancelled": (N_("stopped"), "wait", "none"),
    "failed": (N_("a piece could not be made"), "danger", "stop"),
}
REASONS: Mapping[str, str] = {
    "no_basis": N_("no consent on record"),
    "consent_expired": N_("consent has run out"),
    "unsubscribed": N_("unsubscribed"),
    "bounced": N_("address bounced for good"),
    "complained": N_("complained"),
    "locale_not_chosen": N_("language not chosen"),
    "erased": N_("erased at their own wish"),
}
CHANNELS: Mapping[str, str] = {
    "linkedin": "LinkedIn",
    "x": "X",
    "facebook": "Facebook",
    "whatsapp": "WhatsApp",
    "email": N_("Mail"),
    "plain": N_("Plain link"),
}
ICONS: Mapping[str, str] = {"pdf": "file", "image": "image", "email": "mail", "landing": "page", "post": "text"}


def language_name(tag: str) -> str:
    """A language in the reader's own: `German`; the tag itself if nobody knows it."""
    try:
        name = Locale.parse(tag, sep="-").get_display_name(locale()) or tag
    except (UnknownLocaleError, ValueError):
        return tag
    return name[:1].upper() + name[1:]


def state_words(state: str) -> tuple[str, str, str]:
    """A launch's state as word, kind and symbol."""
    word, kind, symbol = STATES[state]
    return gettext(word), kind, symbol


def reason_words(reason: str) -> str:
    """Why somebody is not mailed."""
    return gettext(REASONS[reason]) if reason in REASONS else reason


def channel_words(channel: str) -> str:
    """A channel's name."""
    return gettext(CHANNELS[channel]) if channel in CHANNELS else channel


def kit_of(version: VersionRef) -> LoadedKit | None:
    """The version's kit, None if it cannot be read (a draft with errors)."""
    try:
        return open_kit(container().storage, version)
    except DomainError:
        return None


def kit_text(kit: LoadedKit | None, text: str, context: str = KIT_CONTEXT) -> str:
    """A text of the kit in the reader's language if the kit has it."""
    if kit is None:
        return text
    mine = locale() if locale() in kit.manifest.locales else kit.manifest.source_locale
    return kit.text(text, mine, context)


LEADS = ("pdf", "image", "email", "landing")


class HasKind(Protocol):
    """A piece, of an offer or of a launch."""

    @property
    def kind(self) -> str: ...


Shown = TypeVar("Shown", bound=HasKind)


def lead_first(pieces: Sequence[Shown]) -> list[Shown | None]:
    """The first piece of each leading kind, then None, then the others: large ones and, under them, small ones."""
    leads = [next((piece for piece in pieces if piece.kind == kind), None) for kind in LEADS]
    large = [piece for piece in leads if piece is not None]
    rest = [piece for piece in pieces if all(piece is not lead for lead in large)]
    return [*large, None, *rest] if rest else [*large]


def lead_count(pieces: Sequence[HasKind]) -> int:
    """How many pieces stand before the break."""
    return len({piece.kind for piece in pieces} & set(LEADS))
