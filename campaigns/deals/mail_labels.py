"""The labels before a mailed registration's values, in six languages, and reading them off a text. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

# the first of each is the one that is shown to people of that language
LABELS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "en": {
        "programme": ("Programme", "Program", "Vendor"), "company_name": ("Company", "Customer", "Company name"),
        "country": ("Country",), "website": ("Website", "Web site", "Domain"),
        "registry_id": ("Registration number", "Tax number", "VAT number"), "address": ("Address",),
        "contact_name": ("Contact", "Contact name"), "contact_email": ("Email", "E-mail", "Contact email"),
        "contact_phone": ("Phone", "Telephone"), "contact_title": ("Job title", "Position"),
        "product_line": ("Product", "Product line"), "amount": ("Amount", "Value"), "currency": ("Currency",),
        "close_on": ("Expected close", "Close date", "Close"), "title": ("Title", "Project"), "note": ("Note", "Notes"),
    },
    "de": {
        "programme": ("Programm", "Hersteller"), "company_name": ("Firma", "Unternehmen", "Kunde"),
        "country": ("Land",),
        "website": ("Website", "Webseite", "Internetseite"),
        "registry_id": ("Registernummer", "Handelsregister", "USt-IdNr", "Steuernummer"),
        "address": ("Adresse", "Anschrift"), "contact_name": ("Ansprechpartner", "Kontakt", "Ansprechpartnerin"),
        "contact_email": ("E-Mail", "Mail", "E-Mail-Adresse"), "contact_phone": ("Telefon",),
        "contact_title": ("Funktion", "Position"), "product_line": ("Produkt", "Produktlinie"),
        "amount": ("Betrag", "Wert", "Summe"), "currency": ("Währung",),
        "close_on": ("Erwarteter Abschluss", "Abschluss"), "title": ("Titel", "Projekt", "Vorhaben"),
        "note": ("Notiz", "Anmerkung", "Bemerkung"),
    },
    "fr": {
        "programme": ("Programme", "Fabricant"), "company_name": ("Entreprise", "Société", "Client"),
        "country": ("Pays",),
        "website": ("Site web", "Site"), "registry_id": ("Numéro d’enregistrement", "SIREN", "SIRET", "Numéro de TVA"),
        "address": ("Adresse",), "contact_name": ("Contact", "Interlocuteur"),
        "contact_email": ("E-mail", "Courriel", "Adresse e-mail"), "contact_phone": ("Téléphone",),
        "contact_title": ("Fonction", "Poste"), "product_line": ("Produit",), "amount": ("Montant", "Valeur"),
        "currency": ("Devise",), "close_on": ("Clôture prévue", "Date de clôture"), "title": ("Titre", "Projet"),
        "note": ("Note", "Remarque"),
    },
    "es": {
        "programme": ("Programa", "Fabricante"), "company_name": ("Empresa", "Cliente"), "country": ("País",),
        "website": ("Sitio web", "Web"), "registry_id": ("Número de registro", "NIF", "CIF"), "address": ("Dirección",),
        "contact_name": ("Contacto", "Persona de contacto"),
        "contact_email": ("Correo electrónico", "Correo", "E-mail"), "contact_phone": ("Teléfono",),
        "contact_title": ("Cargo",), "product_line": ("Producto",), "amount": ("Importe", "Valor"),
        "currency": ("Moneda", "Divisa"), "close_on": ("Cierre previsto", "Fecha de cierre"),
        "title": ("Título", "Proyecto"), "note": ("Nota", "Observación"),
    },
    "ja": {
        "programme": ("プログラム", "メーカー"), "company_name": ("会社名", "会社", "顧客"), "country": ("国",),
        "website": ("ウェブサイト", "サイト"), "registry_id": ("登録番号", "法人番号"), "address": ("住所",),
        "contact_name": ("担当者", "連絡先"), "contact_email": ("メールアドレス", "メール"),
        "contact_phone": ("電話番号", "電話"), "contact_title": ("役職",), "product_line": ("製品", "商品"),
        "amount": ("金額",), "currency": ("通貨",), "close_on": ("成約予定日", "受注予定日"),
        "title": ("件名", "案件名"),
        "note": ("備考", "メモ"),
    },
    "ar": {
        "programme": ("البرنامج", "المورّد"), "company_name": ("الشركة", "العميل"), "country": ("البلد", "الدولة"),
        "website": ("الموقع الإلكتروني", "الموقع"), "registry_id": ("رقم السجل", "الرقم الضريبي"),
        "address": ("العنوان",), "contact_name": ("جهة الاتصال", "الشخص المسؤول"),
        "contact_email": ("البريد الإلكتروني", "الإيميل"), "contact_phone": ("الهاتف",),
        "contact_title": ("المنصب", "الوظيفة"), "product_line": ("المنتج",), "amount": ("المبلغ", "القيمة"),
        "currency": ("العملة",), "close_on": ("الإغلاق المتوقع", "تاريخ الإغلاق"),
        "title": ("عنوان المشروع", "المشروع"),
        "note": ("ملاحظة", "ملاحظات"),
    },
}  # fmt: skip
_LINE = re.compile(r"[\s*•\-–]*([^:：\n]{1,60}?)\s*[:：]\s*(.*)")
_END = re.compile(r"-- ?$|_{5,}$|-{2,}\s*\S.*-{2,}$")  # a signature, or a message that is answered
MOST_LINES: Final = 400


def squeeze(label: str) -> str:
    """A label as it is compared: no case, no marks, no blanks, no hyphens."""
    plain = unicodedata.normalize("NFKD", label).casefold()
    return "".join(one for one in plain if one.isalnum())


_KNOWN: Final = {squeeze(one): field for labels in LABELS.values() for field, names in labels.items() for one in names}


def label_of(field: str, language: str) -> str:
    """What a field is called for people of a language."""
    return LABELS.get(language, LABELS["en"]).get(field, (field,))[0]


def read_fields(text: str) -> tuple[dict[str, str], list[str]]:
    """(field → value, fields that were written twice with different values). Quoted lines and signatures are passed
    over; a note may go on over several lines, anything else is one."""
    found: dict[str, str] = {}
    twice: list[str] = []
    last = ""
    for raw in text.splitlines()[:MOST_LINES]:
        line = raw.strip()
        if _END.match(line):
            break
        if line.startswith(">"):
            continue
        match = _LINE.fullmatch(line)
        field = _KNOWN.get(squeeze(match[1]), "") if match else ""
        if match and field:
            value = match[2].strip()
            if field in found and value and value != found[field]:
                twice.append(field)
            elif value:
                found[field] = value
            last = field
        elif last == "note" and line:
            found["note"] = f"{found.get('note', '')}\n{line}".strip()
        elif line:
            last = ""
    return found, twice
