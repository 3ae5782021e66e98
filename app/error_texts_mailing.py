"""Sentences of errors about forms, contacts, files of contacts and leads, by code; part of `app.error_texts`."""

from __future__ import annotations

from app.i18n import N_

TEXTS: dict[str, str] = {
    # landing forms
    "form.required": N_("Please fill this in."),
    "form.too_long": N_("%(measured)s characters are too many, at most %(needed)s fit."),
    "form.choice": N_("Please choose one of the answers given."),
    "form.email": N_("This is not a complete address, such as name@company.com."),
    "form.phone": N_("Please give a number, such as +49 40 123456."),
    "form.too_many": N_("This form was sent very often from your network. Try again in ten minutes."),
    # contacts
    "contact.invalid": N_("The contact cannot be saved like this."),
    "contact.email": N_("This is not a complete address, such as name@company.com."),
    "contact.too_long": N_("%(measured)s characters are too many, at most %(needed)s fit."),
    "contact.locale": N_("A language is written like de or pt-BR."),
    "contact.time_zone": N_("A time zone is written like Europe/Berlin."),
    "contact.exists": N_("You have this address already."),
    "contact.changed": N_("Somebody has changed this contact meanwhile. Load the page again."),
    "basis.unknown": N_("Say why you may write to them."),
    "basis.no_source": N_("Say where you have the address from, such as a fair, a form or an order."),
    "basis.in_future": N_("The date lies in the future."),
    "basis.expires_before": N_("It would end before it began."),
    "list.name": N_("A list has a name of 1 to 80 characters."),
    "list.exists": N_("You have a list of this name already."),
    "list.changed": N_("Somebody has changed this list meanwhile. Load the page again."),
    "suppression.too_many": N_("%(measured)s addresses were given, at most %(needed)s are taken at once."),
    "suppression.not_yours": N_(
        "Only an address you blocked yourself can be allowed again; here the recipient or their server said no."
    ),
    # files of contacts
    "csv.too_large": N_("The file has %(measured)s MB, at most %(needed)s MB are taken. Split it."),
    "csv.spreadsheet": N_("This is a spreadsheet, not a CSV. Save it as CSV UTF-8 first."),
    "csv.binary": N_("This is not a text file."),
    "csv.empty": N_("The file has no rows."),
    "csv.encoding": N_("The words cannot be read in this encoding. Choose another one."),
    "csv.too_many_rows": N_("The file has more than %(needed)s rows. Split it."),
    "import.invalid": N_("The file cannot be taken in like this."),
    "import.no_email": N_("Say which column holds the address."),
    "import.mapping": N_("A column was chosen that the file does not have."),
    "import.twice": N_("One column was chosen for two things."),
    "import.no_basis": N_("Say why you may write to these people."),
    "import.no_source": N_("Say where you have them from, such as a fair or your orders."),
    # leads
    "lead.state": N_("The lead has changed meanwhile. Look at it again."),
    "submission.no_address": N_("It holds no address to answer to."),
}
