"""The answer to a mailed registration, in its sender's language: what was registered, or what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from campaigns.core.catalogs import LANGUAGES, N_, in_language
from campaigns.core.text import one_line
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.deals.mail_labels import label_of
from campaigns.mailroom.letters import letter
from campaigns.mailroom.service import queue_mail


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of a message. `what`: registered, draft, programme (none is named), double."""

    what: str
    reference: str = ""
    deal_id: UUID | None = None
    company: str = ""
    missing: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    attached: int = 0


_SUBJECTS = {
    "registered": N_("%(company)s is registered: %(reference)s"),
    "draft": N_("Your registration of %(company)s is not complete"),
    "programme": N_("Which programme is your registration for?"),
    "double": N_("%(company)s is registered already: %(reference)s"),
}
_SAYS = {
    "registered": N_("Your registration came in and has the reference %(reference)s. You hear what becomes of it."),
    "draft": N_("It is kept as a draft that nobody but you sees. It is not registered yet."),
    "programme": N_("Nothing is registered. Send it again and name the programme in a line of its own."),
    "double": N_("Your company has registered this one for this product already. Nothing was changed."),
}


def answer(
    uow: UnitOfWork, made: Answered, *, key: str, reader: tuple[str, str, str], partner_id: UUID, public_url: str
) -> None:
    """Owe the answer once for each message (`key`) to its sender: `reader` is address, name and language."""
    address, name, locale = reader
    language = locale if locale in LANGUAGES else "en"

    def _(message: str, **values: object) -> str:
        return in_language(language, message, **values)

    company = one_line(made.company)[:120] or _(N_("a company"))
    about = {"company": company, "reference": made.reference}
    said = [_(N_("Hello %(name)s,"), name=name), _(_SAYS[made.what], **about)]
    if made.missing:
        said.append(_(N_("Missing, or not to be read: %(fields)s."), fields=_listed(made.missing, language)))
    if made.choices:
        said.append(_(N_("You may choose: %(choices)s."), choices=", ".join(made.choices)[:800]))
    if made.attached:
        said.append(_(N_("Files are not taken by mail, so attachments were left out. Add them on the deal’s page.")))
    path = f"/portal/deals/{made.deal_id}" if made.deal_id else "/portal/deals/mail"
    written = letter(
        language, _(_SUBJECTS[made.what], **about), said,
        _(N_("Open the deal")) if made.deal_id else _(N_("See how to register by mail")), public_url + path,
        _(N_("You get this because a registration was mailed in your name. If it was not you, renew the address.")),
    )  # fmt: skip
    queue_mail(
        uow, kind="notice", dedupe_key=f"deal-mail:{partner_id}:{key}", recipient=address, sender_name="Throughline",
        subject=written.subject, text_body=written.text_body, html_body=written.html_body, partner_id=partner_id,
    )  # fmt: skip


def _listed(fields: Sequence[str], language: str) -> str:
    return ", ".join(label_of(one, language) for one in fields)
