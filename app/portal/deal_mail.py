"""How to register by mail: the partner's own address, what a message looks like, and a new address."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.auth import current
from app.auth.access import permission
from app.i18n import gettext as _
from app.unit_of_work import container, uow
from campaigns.deals.forms import ASKED
from campaigns.deals.mail_labels import label_of
from campaigns.deals.queries.rules import programmes_for
from campaigns.deals.service.mailing import address_of, renew_address, written_address

blueprint = Blueprint("deal_mail", __name__, url_prefix="/portal/deals/mail")
SAMPLE = {
    "company_name": "Fjordvarme AS", "country": "NO", "website": "fjordvarme.no", "contact_name": "Kari Hansen",
    "contact_email": "kari@fjordvarme.no", "amount": "EUR 18400", "close_on": "2027-03-01",
}  # fmt: skip


def sample_lines(language: str, programmes: list[str], products: list[str]) -> list[tuple[str, str]]:
    """A message that is complete, as (label of a language, value)."""
    values = SAMPLE | {"product_line": products[0] if products else ""}
    names = (["programme"] if len(programmes) > 1 else []) + list(ASKED)
    values |= {"programme": programmes[0] if programmes else ""}
    return [(label_of(name, language), values[name]) for name in names]


@blueprint.get("")
@permission("deal.write")
def show() -> str:
    """The address and a sample."""
    row = address_of(uow(), current.actor())
    known = programmes_for(uow().session, current.actor())
    products = [one.name for programme in known[:1] for one in programme.policy.products]
    lines = sample_lines(current.actor().locale, [one.name for one in known], products)
    return render_template(
        "portal/deal_mail.html", address=written_address(row.token, container().settings.mailed_to),
        since=row.created_at, sample=lines, products=products,
    )  # fmt: skip


@blueprint.post("/renew")
@permission("deal.write")
def renew() -> Response:
    """A new address at once."""
    renew_address(uow(), current.actor())
    flash(_("Here is the new address. The one before takes nothing any more."))
    return redirect(url_for("deal_mail.show"), 303)
