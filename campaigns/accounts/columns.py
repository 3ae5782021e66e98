"""Which column of a file is what, by the header names people and systems use; and how cells are read. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from campaigns.accounts.forms import AccountForm, OpportunityForm
from campaigns.accounts.identity import CompanyFacts
from campaigns.accounts.rules import COUNTRY, account_problems, opportunity_problems
from campaigns.core.csv_reading import CsvRow
from campaigns.core.text import one_line
from renderer.currency import exponent

_NAMES = {
    "external_id": (
        "externalid id recordid accountid opportunityid dealid crmid externeid datensatzid kundennummer "
        "idexterne identifiant idexterno identificador 外部id レコードid المعرف المعرفالخارجي"
    ),
    "account_external_id": "accountexternalid accountrecordid kontoid idcompte idcuenta 取引先id معرفالحساب",
    "name": (
        "name company companyname account accountname organisation organization firma firmenname unternehmen "
        "kunde entreprise societe raisonsociale client empresa compania cuenta cliente 会社 会社名 取引先 "
        "取引先名 الشركة اسمالشركة العميل"
    ),
    "country": "country countrycode land staat pays pais 国 国名 البلد الدولة",
    "website": (
        "website web url domain homepage webseite internetseite siteweb site sitioweb ウェブサイト الموقع "
        "الموقعالإلكتروني"
    ),
    "registry_id": (
        "registryid vat vatid vatnumber taxid taxnumber registrationnumber companynumber ustid umsatzsteuerid "
        "handelsregisternummer steuernummer siren siret tva numerotva nif cif iva 法人番号 登録番号 "
        "السجلالتجاري الرقمالضريبي"
    ),
    "address": "address street adresse anschrift direccion domicilio 住所 العنوان",
    "owner": (
        "owner accountowner opportunityowner salesperson rep besitzer verantwortlich proprietaire propietario "
        "担当者 المالك المسؤول"
    ),
    "title": (
        "title opportunity opportunityname dealname deal titel chance titre opportunite oportunidad titulo "
        "案件名 商談名 الفرصة"
    ),
    "product_line": (
        "productline product produktlinie produkt produit gammedeproduits producto lineadeproducto 製品 "
        "製品ライン المنتج خطالمنتج"
    ),
    "stage": "stage phase status stufe etape fase etapa ステージ フェーズ المرحلة",
    "amount": "amount value dealvalue betrag wert volumen montant valeur importe valor 金額 المبلغ القيمة",
    "currency": "currency currencyisocode wahrung devise moneda divisa 通貨 العملة",
    "opened_on": (
        "openedon createdon created createddate createdat erstelltam datedecreation fechadecreacion 作成日 "
        "تاريخالإنشاء"
    ),
    "closed": "closed isclosed closedon geschlossen cloture ferme cerrado 完了 مغلق",
}  # fmt: skip
_YES = frozenset(
    (
        "1", "true", "yes", "y", "ja", "oui", "si", "sí", "はい", "نعم", "x", "won", "lost", "closed", "closedwon",
        "closedlost", "gewonnen", "verloren",
    )
)  # fmt: skip
_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?")
KINDS = ("accounts", "opportunities")


def squeeze(header: str) -> str:
    """A header without case, accents, blanks and signs."""
    return "".join(char for char in unicodedata.normalize("NFKD", header.casefold()) if char.isalnum())


_KNOWN = {squeeze(word): field for field, words in _NAMES.items() for word in words.split()}


def columns_of(headers: Sequence[str]) -> dict[str, int]:
    """Field → column (from 0), the first of a name wins."""
    found: dict[str, int] = {}
    for index, header in enumerate(headers):
        field = _KNOWN.get(squeeze(header))
        if field is not None:
            found.setdefault(field, index)
    return found


def missing_columns(kind: str, columns: dict[str, int]) -> list[str]:
    """What the file lacks to be read at all."""
    needed = {"accounts": ("name",), "opportunities": ("external_id",)}[kind]
    lacking = [name for name in needed if name not in columns]
    if kind == "opportunities" and not {"name", "account_external_id"} & set(columns):
        lacking.append("name")
    return lacking


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be taken: its line, a code, and the cell that is wrong (bounded)."""

    line: int
    code: str
    cell: str = ""

    def as_dict(self) -> dict[str, object]:
        """For the import's row."""
        return {"line": self.line, "code": self.code, "cell": self.cell}


def read_amount(text: str, currency: str) -> int | None:
    """Minor units of an amount as people write it: 1,234.50, 1.234,50, 1 234,50, 1'234. None if it is none.

    A single separator before exactly three digits separates thousands, except in currencies of three decimals.
    """
    plain = re.sub(r"[\s\u00a0\u202f'’]", "", unicodedata.normalize("NFKC", text))
    if not re.fullmatch(r"\d[\d.,]*", plain):
        return None
    digits = exponent(currency) or 0
    last = max(plain.rfind("."), plain.rfind(","))
    if last >= 0:
        both, tail = "." in plain and "," in plain, len(plain) - last - 1
        thousands = not both and (plain.count(plain[last]) > 1 or (tail == 3 and digits != 3))
        whole = re.sub(r"[.,]", "", plain) if thousands else re.sub(r"[.,]", "", plain[:last]) + "." + plain[last + 1 :]
    else:
        whole = plain
    try:
        minor = Decimal(whole).scaleb(digits)
    except InvalidOperation:
        return None
    return int(minor) if minor == minor.to_integral_value() and minor < 2**62 else None


def read_day(text: str) -> date | None:
    """An ISO date; ValueError for what is none, None for an empty cell."""
    if not text:
        return None
    found = _DATE.fullmatch(text)
    if found is None:
        raise ValueError(text)
    return date(int(found[1]), int(found[2]), int(found[3]))


@dataclass(frozen=True, slots=True)
class RowReader:
    """Turns rows of one file into forms. `source` names the system; rows without an id of their own get none."""

    kind: str
    source: str
    columns: dict[str, int]

    def take(self, row: CsvRow) -> AccountForm | OpportunityForm | BadRow:
        """A form, or the first thing wrong with the row."""
        if row.fault:
            return BadRow(row.line, row.fault)

        def cell(name: str) -> str:
            index = self.columns.get(name, -1)
            return one_line(row.cells[index]) if 0 <= index < len(row.cells) else ""

        country = cell("country").upper()
        if country and not COUNTRY.fullmatch(country):
            return BadRow(row.line, "account.country", cell("country")[:80])
        company = CompanyFacts(cell("name"), country, cell("website"), cell("registry_id"), cell("address"))
        if self.kind == "accounts":
            problems = account_problems(company)
            if problems:
                slot = problems[0].slot or ""
                return BadRow(row.line, problems[0].code, cell(slot)[:80])
            return AccountForm(company, self.source, cell("external_id")[:200], direct=True, owner=cell("owner")[:200])
        return self._opportunity(row.line, cell, company)

    def _opportunity(self, line: int, read: Callable[[str], str], company: CompanyFacts) -> OpportunityForm | BadRow:
        currency = read("currency").upper()
        amount: int | None = None
        if read("amount"):
            if exponent(currency) is None:
                return BadRow(line, "opportunity.currency", currency[:80])
            amount = read_amount(read("amount"), currency)
            if amount is None:
                return BadRow(line, "opportunity.amount", read("amount")[:80])
        try:
            opened = read_day(read("opened_on"))
        except ValueError:
            return BadRow(line, "row.date_invalid", read("opened_on")[:80])
        named = company if company.name else CompanyFacts(read("account_external_id"), company.country)
        problems = opportunity_problems(self.source, read("external_id"), named, amount, currency)
        if problems:
            return BadRow(line, problems[0].code, read(problems[0].slot or "")[:80])
        return OpportunityForm(
            source=self.source, external_id=read("external_id"), company=named,
            account_external_id=read("account_external_id")[:200], title=read("title")[:200],
            product_line=read("product_line")[:80], stage=read("stage")[:80], owner=read("owner")[:200],
            amount_minor=amount, currency=currency if amount is not None else "", opened_on=opened,
            closed=squeeze(read("closed")) in _YES or bool(_DATE.fullmatch(read("closed"))),
        )  # fmt: skip
