"""The product's own letters, in their reader's language: what an invitation and a password link say."""

from __future__ import annotations

from flask import url_for

from app.i18n import dgettext_for
from app.unit_of_work import container
from campaigns.mailroom.letters import letter
from campaigns.mailroom.service import Letter
from campaigns.partners.service.invitations import Offer


def absolute(path: str) -> str:
    """A path of this site as people open it from elsewhere. The host never comes from the request."""
    return container().settings.public_url + path


def password_letter(language: str, name: str, link: str) -> Letter:
    """How to set a new password."""

    def _(message: str, **values: object) -> str:
        return dgettext_for(language, message, **values)

    return letter(
        language,
        _("Set a new password for Throughline"),
        [_("Hello %(name)s,", name=name), _("somebody asked to set a new password for your account.")],
        _("Set a new password"),
        link,
        _("The link works once, for two hours. If it was not you, do nothing: your password stays as it is."),
    )


def invitation_letter(offer: Offer) -> Letter:
    """Come and join: who asks, for which company."""

    def _(message: str, **values: object) -> str:
        return dgettext_for(offer.locale, message, **values)

    return letter(
        offer.locale,
        _("%(company)s invites you to Throughline", company=offer.company),
        [
            _("%(inviter)s has made a place for you at %(company)s.", inviter=offer.inviter, company=offer.company),
            _("There you find campaigns ready to go out under your own name and logo."),
        ],
        _("Accept the invitation"),
        absolute(url_for("invitation.form", token=offer.secret)),
        _("The link works once, for %(days)s days. If you do not know the sender, do nothing.", days=offer.days),
    )


def campaign_letter(language: str, name: str, vendor: str, title: str, link: str) -> Letter:
    """A campaign is ready in the reader's own name; one click opens it."""

    def _(message: str, **values: object) -> str:
        return dgettext_for(language, message, **values)

    return letter(
        language,
        _("“%(title)s” is ready to go out in your name", title=title),
        [
            _("Hello %(name)s,", name=name),
            _("%(vendor)s has a campaign for you. Your logo and your language are in it already.", vendor=vendor),
        ],
        _("Look at it and launch"),
        link,
        _("The link is yours alone and works for 14 days. Nothing goes out before you confirm."),
    )
