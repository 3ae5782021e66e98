"""Sentences of errors about amounts and the settings of attribution, by code; part of `app.error_texts`."""

from __future__ import annotations

from app.i18n import N_

TEXTS: dict[str, str] = {
    "money.empty": N_("Please write an amount."),
    "money.not_a_number": N_("This cannot be read as an amount. Write it like %(example)s."),
    "money.too_many_decimals": N_(
        "%(currency)s has %(most)s decimals, your amount has %(found)s. Write it like %(example)s."
    ),
    "money.currency_other": N_("The amount is asked in %(wanted)s, but %(found)s stands beside it."),
    "money.currency_unknown": N_("%(currency)s is not a currency. Choose one such as EUR."),
    "money.too_large": N_("The amount is too large to be kept."),
    "money.mixed_currencies": N_("%(left)s and %(right)s cannot be reckoned together. Convert one of them first."),
    "attribution.rules": N_("Please look at the marked fields."),
    "attribution.out_of_range": N_("A whole number from %(least)s to %(most)s is needed."),
    "attribution.kind_never": N_("Opened mails are not reliable and never earn credit. Choose other kinds of touches."),
}
