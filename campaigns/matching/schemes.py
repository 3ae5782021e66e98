"""Which company numbers there are: by country, how each is checked, and to what entity it belongs.

Check digits are python-stdnum's; numbers it doesn't know are checked here by their form alone and say so (`checked`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module

# how much a number says, strongest first: one per legal entity, one per tax payer (a group may share it), one per site
ENTITY, TAX, SITE = 3, 2, 1


@dataclass(frozen=True, slots=True)
class Scheme:
    """One kind of number. `module` is python-stdnum's, or "" where `form` alone checks.

    `same` turns the valid compact number into (scheme, value) of the number it contains: a Swedish VAT number holds
    the organisation number, so that the two meet.
    """

    code: str
    rank: int
    kinds: tuple[str, ...]
    module: str = ""
    form: str = ""
    checked: bool = True
    same: Callable[[str], tuple[str, str]] | None = None

    @property
    def country(self) -> str:
        """ISO 3166 alpha-2, or "" for numbers of the whole world."""
        return self.code.split(".")[0] if "." in self.code else ""

    def read(self, text: str) -> tuple[str, str] | None:
        """(scheme code, canonical value), or None if the number is invalid. Never raises."""
        if self.module:
            value = self._by_library(text) or self._by_library(re.sub(r"[\s.,/-]", "", text))
            if not value:
                return None
            if self.code.endswith(".vat") and not self.same:  # some modules keep the country's letters, some don't
                value = value.removeprefix(self.country)
        else:
            value = re.sub(r"[\s./-]", "", text).upper()
            if not re.fullmatch(self.form, value):
                return None
        return self.same(value) if self.same else (self.code, value)

    def _by_library(self, text: str) -> str:
        """The compact number, "" if invalid. Not every module of the library passes over blanks and dashes."""
        try:
            return str(import_module(f"stdnum.{self.module}").validate(text))
        except Exception:  # noqa: BLE001 - some of the library's modules let ValueError and IndexError through
            return ""


def _into(code: str, start: int = 0, end: int | None = None) -> Callable[[str], tuple[str, str]]:
    return lambda value: (code, value[start:end])


def _siren(value: str) -> tuple[str, str]:
    """French VAT: two digits of check before the SIREN; old ones with letters there hold it, too."""
    return "FR.siren", value.removeprefix("FR")[-9:]


_VAT = ("vat", "tax")
_REG = ("registry",)
_BOTH = ("vat", "tax", "registry")

# numbers that are the company's one number under several names
_EU_SAME: dict[str, tuple[str, str, int, Callable[[str], tuple[str, str]] | None]] = {
    # country: (code, module, rank, same)
    "SE": ("SE.vat", "se.vat", ENTITY, _into("SE.orgnr", 0, 10)),
    "FR": ("FR.tva", "fr.tva", ENTITY, _siren),
    "FI": ("FI.alv", "fi.alv", ENTITY, _into("FI.ytunnus")),
    "DK": ("DK.cvr", "dk.cvr", ENTITY, None),
    "BE": ("BE.vat", "be.vat", ENTITY, None),
    "IT": ("IT.iva", "it.iva", ENTITY, None),
    "ES": ("ES.nif", "es.nif", ENTITY, None),
    "PT": ("PT.nif", "pt.nif", ENTITY, None),
    "PL": ("PL.nip", "pl.nip", TAX, None),
    "CZ": ("CZ.dic", "cz.dic", TAX, None),
    "SI": ("SI.ddv", "si.ddv", TAX, None),
}
_EU_MODULES = {
    "AT": "at.uid",
    "EE": "ee.kmkr",
    "HR": "hr.oib",
    "HU": "hu.anum",
    "LT": "lt.pvm",
    "LU": "lu.tva",
    "LV": "lv.pvn",
    "NL": "nl.btw",
    "RO": "ro.cf",
    "SK": "sk.dph",
}
EU = frozenset(
    {"AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU"}
    | {"IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"}
)


def _eu(country: str) -> Scheme:
    if country in _EU_SAME:
        code, module, rank, same = _EU_SAME[country]
        return Scheme(code, rank, _BOTH if rank == ENTITY else _VAT, module, same=same)
    module = _EU_MODULES.get(country, f"{country.lower()}.vat")
    return Scheme(f"{country}.vat", TAX, _VAT, module)


_NATIONAL = (
    Scheme("DE.hrb", ENTITY, _REG, "de.handelsregisternummer", checked=False),
    Scheme("DE.stnr", TAX, ("tax",), "de.stnr"),
    Scheme("AT.fn", ENTITY, _REG, "at.businessid", checked=False),
    Scheme("CH.uid", ENTITY, _BOTH, "ch.uid"),
    Scheme("CH.vat", ENTITY, _VAT, "ch.vat", same=lambda value: ("CH.uid", re.sub(r"[^0-9CHE]", "", value)[:12])),
    Scheme("GB.vat", TAX, _VAT, "gb.vat"),
    Scheme(
        "GB.crn",
        ENTITY,
        _REG,
        form=r"(?:[A-Z]{2}\d{6}|\d{7,8})",
        checked=False,
        same=lambda value: ("GB.crn", value.zfill(8)),
    ),
    Scheme("FR.siren", ENTITY, _BOTH, "fr.siren"),
    Scheme("FR.siret", ENTITY, _REG, "fr.siret", same=_into("FR.siren", 0, 9)),
    Scheme("NL.kvk", ENTITY, _REG, form=r"\d{8}", checked=False),
    Scheme("PL.regon", ENTITY, _REG, "pl.regon", same=lambda value: ("PL.regon", value[:9])),
    Scheme("SE.orgnr", ENTITY, _BOTH, "se.orgnr"),
    Scheme("NO.orgnr", ENTITY, _BOTH, "no.orgnr"),
    Scheme("NO.mva", ENTITY, _VAT, "no.mva", same=_into("NO.orgnr", 0, 9)),
    Scheme("FI.ytunnus", ENTITY, _BOTH, "fi.ytunnus"),
    Scheme("IS.kt", ENTITY, _BOTH, "is_.kennitala"),
    Scheme("TR.vkn", ENTITY, _BOTH, "tr.vkn"),
    Scheme("TR.mersis", ENTITY, _REG, form=r"0\d{15}", checked=False),
    Scheme("RU.inn", ENTITY, _BOTH, "ru.inn"),
    Scheme("RU.ogrn", ENTITY, _REG, "ru.ogrn"),
    Scheme("UA.edrpou", ENTITY, _BOTH, "ua.edrpou"),
    Scheme("BY.unp", ENTITY, _BOTH, "by.unp"),
    Scheme("AE.trn", TAX, _VAT, form=r"100\d{12}", checked=False),
    Scheme("SA.vat", TAX, _VAT, form=r"3\d{13}3", checked=False),
    Scheme("SA.cr", ENTITY, _REG, form=r"[1-9]\d{9}", checked=False),
    Scheme("EG.tn", TAX, _VAT, "eg.tn", checked=False),
    Scheme("IL.hp", ENTITY, _BOTH, "il.hp"),
    Scheme("JP.cn", ENTITY, _BOTH, "jp.cn"),
    Scheme("CN.uscc", ENTITY, _BOTH, "cn.uscc"),
    Scheme("KR.brn", TAX, _BOTH, "kr.brn"),
    Scheme("TW.ubn", ENTITY, _BOTH, "tw.ubn"),
    Scheme("IN.gstin", ENTITY, _VAT, "in_.gstin", same=_into("IN.pan", 2, 12)),  # one per state; the PAN is the payer's
    Scheme("AU.abn", ENTITY, _BOTH, "au.abn"),
    Scheme("AU.acn", ENTITY, _REG, "au.acn"),
    Scheme("NZ.ird", TAX, _VAT, "nz.ird"),
    Scheme("SG.uen", ENTITY, _BOTH, "sg.uen"),
    Scheme("US.ein", ENTITY, _BOTH, "us.ein", checked=False),
    Scheme("CA.bn", ENTITY, _BOTH, "ca.bn", same=_into("CA.bn", 0, 9)),
    Scheme("MX.rfc", ENTITY, _BOTH, "mx.rfc"),
    Scheme("BR.cnpj", ENTITY, _BOTH, "br.cnpj", same=_into("BR.cnpj", 0, 8)),  # the root; what follows is the branch
    Scheme("AR.cuit", ENTITY, _BOTH, "ar.cuit"),
    Scheme("ZA.tin", TAX, _VAT, "za.tin"),
)
WORLD = (
    Scheme("lei", ENTITY, ("lei",), "lei"),
    Scheme("duns", SITE, ("duns",), form=r"\d{9}", checked=False),
)


@cache
def by_country(country: str) -> tuple[Scheme, ...]:
    """The country's numbers, the VAT number first."""
    eu = (_eu(country),) if country in EU else ()
    return (*eu, *(scheme for scheme in _NATIONAL if scheme.country == country))


@cache
def by_code() -> dict[str, Scheme]:
    """Every scheme by its code, those that others turn into included."""
    every = [*WORLD, *_NATIONAL, *(_eu(country) for country in sorted(EU))]
    return {scheme.code: scheme for scheme in every} | {"IN.pan": Scheme("IN.pan", ENTITY, ())}
