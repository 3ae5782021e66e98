"""Which column is what: the header names people use in six languages, and guesses from the cells themselves."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from campaigns.audience.rules import normalise

# our fields in the order a person would expect them in a list to choose from
FIELDS = (
    "email", "first_name", "last_name", "name", "company", "phone", "country", "locale", "time_zone", "basis",
    "consent_date",
)  # fmt: skip

_NAMES = {
    "email": (
        "email e mail emailaddress mailaddress emailid workemail mail correo correoelectronico email1 "
        "courriel adressemail adresseemail adresseelectronique emailadresse mailadresse emaildirection メール "
        "メールアドレス 電子メール eメール البريدالإلكتروني البريدالالكتروني البريد الايميل بريد"
    ),
    "first_name": (
        "firstname givenname forename first vorname prenom nombre nombredepila primernombre 名 名前名 "
        "ファーストネーム الاسمالأول الاسمالاول"
    ),
    "last_name": (
        "lastname surname familyname last nachname familienname zuname nom nomdefamille apellido apellidos 姓 "
        "苗字 名字 اسمالعائلة الاسمالأخير الاسمالاخير اللقب"
    ),
    "name": (
        "name fullname wholename contactname contact displayname vollstandigername ansprechpartner kontakt nomcomplet "
        "contacto nombrecompleto nombreyapellidos 氏名 お名前 名前 ご担当者名 担当者 الاسم الاسمالكامل"
    ),
    "company": (
        "company companyname firm organisation organization account accountname business firma unternehmen "
        "firmenname societe entreprise raisonsociale empresa compania organizacion 会社 会社名 企業名 貴社名 "
        "الشركة اسمالشركة المؤسسة"
    ),
    "phone": (
        "phone phonenumber telephone tel mobile mobilephone cell telefon telefonnummer handy rufnummer mobil "
        "numerodetelephone portable telefono movil 電話 電話番号 携帯 الهاتف رقمالهاتف الجوال"
    ),
    "country": "country countrycode land staat pays pais 国 国名 البلد الدولة",
    "locale": "locale language lang preferredlanguage sprache langue idioma lengua 言語 اللغة",
    "time_zone": "timezone tz zeitzone fuseauhoraire zonahoraria タイムゾーン المنطقةالزمنية",
    "basis": (
        "basis legalbasis lawfulbasis consentbasis rechtsgrundlage baselegale baselegal basejuridica 法的根拠 "
        "الأساسالقانوني"
    ),
    "consent_date": (
        "consentdate agreed agreedon optindate optedin optin "
        "consentgivenat dateofconsent optedinat einwilligungsdatum einwilligungam "
        "datedeconsentement dateconsentement fechadeconsentimiento fechaconsentimiento 同意日 تاريخالموافقة"
    ),
}


def squeeze(header: str) -> str:
    """A header without case, accents, blanks and signs, for comparing."""
    flat = unicodedata.normalize("NFKD", header.casefold())
    return "".join(char for char in flat if char.isalnum())


_KNOWN = {squeeze(word): field for field, words in _NAMES.items() for word in words.split()}
_KNOWN |= {squeeze(field): field for field in FIELDS}


@dataclass(frozen=True, slots=True)
class Guess:
    """A guessed mapping: field → column (from 0); `has_header` tells whether the first row is one."""

    mapping: Mapping[str, int]
    has_header: bool


def guess_columns(rows: Sequence[Sequence[str]]) -> Guess:
    """Guess from the first rows: headers by name, the address by what the cells hold."""
    if not rows:
        return Guess({}, has_header=False)
    first, body = rows[0], rows[1:21]
    has_header = not any(normalise(cell) for cell in first)
    mapping: dict[str, int] = {}
    if has_header:
        for index, cell in enumerate(first):
            field = _KNOWN.get(squeeze(re.sub(r"\(.*?\)|\*", "", cell)))
            if field is not None:
                mapping.setdefault(field, index)
    sample = body if has_header else list(rows[:20])
    if "email" not in mapping:
        counts = [sum(1 for row in sample if index < len(row) and normalise(row[index])) for index in range(len(first))]
        if counts and max(counts) > 0:
            mapping["email"] = counts.index(max(counts))
    if "first_name" in mapping and "last_name" in mapping:
        mapping.pop("name", None)
    return Guess(mapping, has_header)
