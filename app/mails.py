"""The product's own letters, in their reader's language: what an invitation and a password link say."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template

from app.i18n import dgettext_for
from app.unit_of_work import container
from renderer.spec import direction


@dataclass(frozen=True, slots=True)
class Letter:
    """One message, ready for the mailroom."""

    subject: str
    text_body: str
    html_body: str


def absolute(path: str) -> str:
    """A path of this site as people open it from elsewhere. The host never comes from the request."""
    return container().settings.public_url + path


def letter(language: str, subject: str, paragraphs: list[str], action: str, link: str, after: str) -> Letter:
    """Paragraphs, one button, one line of small print; every sentence already in `language`."""
    text = "\n\n".join([*paragraphs, f"{action}:\n{link}", after]) + "\n"
    html = render_template(
        "mail/letter.html",
        language=language,
        direction=direction(language),
        subject=subject,
        paragraphs=paragraphs,
        action=action,
        link=link,
        after=after,
    )
    return Letter(subject, text, html)


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


def invitation_letter(language: str, inviter: str, company: str, link: str, days: int) -> Letter:
    """Come and join: who asks, for which company."""

    def _(message: str, **values: object) -> str:
        return dgettext_for(language, message, **values)

    return letter(
        language,
        _("%(company)s invites you to Throughline", company=company),
        [
            _("%(inviter)s has made a place for you at %(company)s.", inviter=inviter, company=company),
            _("There you find campaigns ready to go out under your own name and logo."),
        ],
        _("Accept the invitation"),
        link,
        _("The link works once, for %(days)s days. If you do not know the sender, do nothing.", days=days),
    )
