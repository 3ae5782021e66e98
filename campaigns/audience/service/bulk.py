"""A batch of contacts in a few set-based statements. Doing it again changes nothing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text

from campaigns.audience.importing import ContactRow
from campaigns.audience.service.erasing import keep_erased_suppressed
from campaigns.core.ids import new_id
from campaigns.db.unit_of_work import UnitOfWork

_COLUMNS = ("first_name", "last_name", "company", "phone", "country", "locale", "time_zone")
_FILL = ", ".join(f"{name} = coalesce(nullif(contact.{name}, ''), excluded.{name})" for name in _COLUMNS)
_DIFFERS = " OR ".join(f"(contact.{name} = '' AND excluded.{name} <> '')" for name in _COLUMNS)
_ROWS = (
    "jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(id uuid, email text, email_key text, basis text, "
    "given_at timestamptz, consent_id uuid, " + ", ".join(f"{name} text" for name in _COLUMNS) + ")"
)
# an empty field is filled, a filled one stays: an import knows less than whoever edited by hand
_CONTACTS = text(
    f"""
    INSERT INTO contact (id, created_at, partner_id, email, email_key, {", ".join(_COLUMNS)}, extra, version)
    SELECT r.id, :now, :partner, r.email, r.email_key, {", ".join("r." + name for name in _COLUMNS)}, '{{}}', 1
    FROM {_ROWS} ORDER BY r.email_key
    ON CONFLICT (partner_id, email_key) DO UPDATE SET {_FILL}, version = contact.version + 1 WHERE {_DIFFERS}
    RETURNING (xmax = 0) AS fresh
    """  # noqa: S608 - names from this module only
)
_MEMBERS = text(
    f"""
    INSERT INTO list_member (list_id, contact_id)
    SELECT :list, contact.id FROM {_ROWS}
    JOIN contact ON contact.partner_id = :partner AND contact.email_key = r.email_key
    ON CONFLICT DO NOTHING RETURNING contact_id
    """  # noqa: S608
)
_CONSENTS = text(
    f"""
    INSERT INTO consent
      (id, created_at, contact_id, controller, purpose, basis, source, text_shown, text_digest, given_at)
    SELECT r.consent_id, :now, contact.id, 'partner', 'marketing', r.basis, :source, '', '', r.given_at FROM {_ROWS}
    JOIN contact ON contact.partner_id = :partner AND contact.email_key = r.email_key
    WHERE NOT EXISTS (
      SELECT 1 FROM consent c WHERE c.contact_id = contact.id AND c.basis = r.basis AND c.source = :source
      AND c.given_at = r.given_at
    )
    RETURNING id
    """  # noqa: S608
)
_SUPPRESSED = text(
    f"""
    SELECT count(DISTINCT r.email_key) FROM {_ROWS}
    JOIN suppression s ON s.email_key = r.email_key AND s.lifted_at IS NULL
     AND (s.scope = 'global' OR (s.scope = 'partner' AND s.partner_id = :partner))
    """  # noqa: S608
)


def take_batch(
    uow: UnitOfWork, secret_key: str, partner_id: UUID, list_id: UUID, rows: Sequence[ContactRow], source: str
) -> dict[str, int]:
    """Contacts, memberships and consents of the rows. Returns added, known, on_list, suppressed.

    Suppressed addresses become contacts and stay suppressed; no import lifts anything.
    """
    if not rows:
        return {}
    packed = json.dumps([_row(row) for row in rows], ensure_ascii=False)
    session = uow.session
    bound: dict[str, Any] = {"rows": packed, "partner": partner_id}
    fresh = [row.fresh for row in session.execute(_CONTACTS, {**bound, "now": uow.now})]
    added = sum(fresh)
    keep_erased_suppressed(uow, secret_key, partner_id, [row.address.key for row in rows])
    members = session.execute(_MEMBERS, {**bound, "list": list_id}).all()
    session.execute(_CONSENTS, {**bound, "now": uow.now, "source": source})
    suppressed = session.execute(_SUPPRESSED, bound).scalar_one()
    return {"added": added, "known": len(rows) - added, "on_list": len(members), "suppressed": suppressed}


def _row(row: ContactRow) -> dict[str, Any]:
    return {
        "id": str(new_id()),
        "consent_id": str(new_id()),
        "email": row.address.email,
        "email_key": row.address.key,
        "basis": row.basis,
        "given_at": row.given_at.isoformat(),
        **{name: row.values.get(name, "") for name in _COLUMNS},
    }
