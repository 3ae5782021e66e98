"""`throughline deal mail`: one message from a mail server's pipe; it ends with a code of sysexits.h.

65 data, 67 no such user, 77 no permission let the server bounce; 75 lets it try again later; 0 is taken or ignored.
"""

from __future__ import annotations

import sys

import click
from sqlalchemy.exc import SQLAlchemyError

from app.cli.settings import stack_settings_or_exit
from campaigns.core.errors import DomainError, Kind
from campaigns.core.settings import Settings
from campaigns.gateways.open import open_container

OK, DATAERR, NOUSER, TEMPFAIL, NOPERM = 0, 65, 67, 75, 77
# the enhanced status code (RFC 3463) before the sentence is what Postfix and Exim pass on
CODES = {
    "mail.too_large": (DATAERR, "5.3.4"),
    "mail.unreadable": (DATAERR, "5.6.0"),
    "mail.address": (NOUSER, "5.1.1"),
    "mail.sender": (NOPERM, "5.7.1"),
    "mail.many": (TEMPFAIL, "4.7.0"),
}


@click.group()
def deal() -> None:
    """Take a deal's registration from a mail server."""


@deal.command()
@click.option("--recipient", help="The envelope's recipient; else the address in the headers.")
@click.option("--sender", help="The envelope's sender; empty or <> for none.")
def mail(recipient: str | None, sender: str | None) -> None:
    """Register what a message on stdin says, and answer its sender. Prints what came of it."""
    try:
        settings = stack_settings_or_exit()
    except click.exceptions.Exit as error:  # a setting is mended; the mail must not be lost for it
        raise click.exceptions.Exit(TEMPFAIL) from error
    try:
        code, said = _take(settings, recipient, sender)
    except (SQLAlchemyError, OSError) as error:  # the server keeps the message and tries again
        code, said = TEMPFAIL, f"4.3.0 {type(error).__name__}"
    click.echo(said, err=code != OK)
    raise click.exceptions.Exit(code)


def _take(settings: Settings, recipient: str | None, sender: str | None) -> tuple[int, str]:
    from campaigns.deals.service.mailing import read_message, take_message
    from renderer.message import MOST_BYTES

    try:
        message = read_message(sys.stdin.buffer.read(MOST_BYTES + 1), recipient=recipient, sender=sender)
        container = open_container(settings, pool_size=1)
        try:
            with container.uow() as uow:
                taken = take_message(uow, message, domain=settings.mailed_to, public_url=settings.public_url)
        finally:
            container.close()
    except DomainError as error:
        passing = error.kind in (Kind.UNAVAILABLE, Kind.THROTTLED, Kind.CONFLICT)
        code, status = CODES.get(error.code, (TEMPFAIL, "4.3.0") if passing else (DATAERR, "5.6.0"))
        return code, f"{status} {error.message}"
    return OK, f"2.0.0 {taken}"
