"""Which tables a programme's export holds and which of their rows; which stay behind, each with its reason.

`tests/integration/transfer` fails when a table of the models is in neither. Conditions are SQL over the table's own
name; `:programme` is the programme's id. The temporary tables of `FRAME` name the tenants and contacts they mean.
"""

# ruff: noqa: S608 - the SQL is made of names of the models and of one parsed UUID

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import ForeignKeyConstraint, MetaData, Table

from campaigns.transfer import scope_deals
from campaigns.transfer.rows import ObjectRule, Rows

STAYS: Mapping[str, str] = {
    "api_token": "Access for programs is given anew on the new machine; an export must not open the old one.",
    "idempotency_key": "Answers kept for a day for clients that ask again; they ask the old address.",
    "job": "Work in progress. What it was for is shown as interrupted and started again by people.",
    "password_reset": "Links from mails, of two hours.",
    "request_window": "Counters of the last minutes, for request limits.",
    "sign_in_attempt": "Failed sign-ins, for throttling; addresses of people's machines.",
    "system_mail": "Letters with one-time links; the old machine owes and sends them, so none goes out twice.",
    **scope_deals.STAYS,
    "web_session": "Signed-in browsers; SECRET_KEY signs their forms. Everybody signs in again.",
}

# Which tenants and which of a partner's own data the programme may take along. A partner that was ever in another
# programme takes along only the contacts and lists that this programme's launches use.
FRAME = (
    """CREATE TEMP TABLE frame_partner ON COMMIT DROP AS
       SELECT known.id, NOT EXISTS (
         SELECT FROM membership AS other WHERE other.partner_id = known.id AND other.programme_id <> :programme
       ) AND NOT EXISTS (
         SELECT FROM launch AS other WHERE other.partner_id = known.id AND other.programme_id <> :programme
       ) AS alone
       FROM (SELECT partner_id AS id FROM membership WHERE programme_id = :programme
             UNION SELECT partner_id FROM launch WHERE programme_id = :programme) AS known""",
    """CREATE TEMP TABLE frame_person ON COMMIT DROP AS
       SELECT DISTINCT person_id AS id FROM role_grant
       WHERE programme_id = :programme OR partner_id IN (SELECT id FROM frame_partner)""",
    """CREATE TEMP TABLE frame_contact ON COMMIT DROP AS
       SELECT contact.id, contact.email_key FROM contact JOIN frame_partner ON frame_partner.id = contact.partner_id
       WHERE frame_partner.alone
       OR contact.id IN (SELECT contact_id FROM enrolment JOIN launch ON launch.id = launch_id
                         WHERE programme_id = :programme)
       OR contact.id IN (SELECT contact_id FROM launch_contact JOIN launch ON launch.id = launch_id
                         WHERE programme_id = :programme)
       OR contact.id IN (SELECT contact_id FROM delivery WHERE programme_id = :programme)
       OR contact.id IN (SELECT contact_id FROM touchpoint WHERE programme_id = :programme)
       OR contact.id IN (SELECT contact_id FROM lead WHERE programme_id = :programme)""",
    """CREATE TEMP TABLE frame_list ON COMMIT DROP AS
       SELECT contact_list.id FROM contact_list JOIN frame_partner ON frame_partner.id = contact_list.partner_id
       WHERE frame_partner.alone
       OR contact_list.id IN (SELECT list_id FROM launch WHERE programme_id = :programme)""",
)
FRAME_TABLES = ("frame_partner", "frame_person", "frame_contact", "frame_list")

_OWN = "programme_id = :programme"
_PARTNERS = "partner_id IN (SELECT id FROM frame_partner)"
_ALONE = "partner_id IN (SELECT id FROM frame_partner WHERE alone)"
_LAUNCHES = "launch_id IN (SELECT id FROM launch WHERE programme_id = :programme)"
_INTERRUPTED = "('draft','rendering','ready')"
_FAILURE = '{"code": "launch.interrupted", "message": "A move to another machine interrupted the launch. Try again."}'


def _part(name: str) -> ObjectRule:
    return ObjectRule(f"'artifacts/' || left(fingerprint, 2) || '/' || fingerprint || '.{name}'", "artifacts/", False)


GOES: Mapping[str, Rows] = {
    **scope_deals.GOES,
    "programme": Rows("id = :programme", objects=(ObjectRule("logo_key", ""),)),
    "partner": Rows("id IN (SELECT id FROM frame_partner)"),
    "person": Rows("id IN (SELECT id FROM frame_person)", {"password_hash": "NULL"}),
    "membership": Rows(_OWN),
    "role_grant": Rows(f"{_OWN} OR {_PARTNERS}"),
    "invitation": Rows(
        f"{_OWN} OR ({_PARTNERS} AND (from_programme_id IS NULL OR from_programme_id = :programme))",
    ),
    "logo": Rows(
        _PARTNERS,
        objects=tuple(ObjectRule(key, "brand/") for key in ("png_key", "svg_key", "pdf_key")),
    ),
    "logo_upload": Rows(_PARTNERS),
    "brand_kit": Rows(_PARTNERS),
    "brand_revision": Rows(_PARTNERS),
    "kit": Rows(_OWN),
    "kit_version": Rows(_OWN, objects=(ObjectRule("archive_key", "kits/"),)),
    "contact": Rows("id IN (SELECT id FROM frame_contact)"),
    "contact_list": Rows("id IN (SELECT id FROM frame_list)"),
    "list_member": Rows(
        "list_id IN (SELECT id FROM frame_list) AND contact_id IN (SELECT id FROM frame_contact)",
    ),
    "consent": Rows(
        f"contact_id IN (SELECT id FROM frame_contact) AND (programme_id IS NULL OR {_OWN})",
    ),
    "suppression": Rows(
        # somebody who objected is never mailed again: a partner's own list comes whole; one that holds everywhere
        # comes as the programme's, since an import must not speak for other programmes
        f"""{_OWN} OR {_PARTNERS} OR (scope = 'global' AND email_key IN (SELECT email_key FROM frame_contact)
        AND NOT EXISTS (SELECT FROM suppression AS mine WHERE mine.programme_id = :programme
          AND mine.email_key = suppression.email_key
          AND (mine.lifted_at IS NULL) = (suppression.lifted_at IS NULL)))""",
        {
            "scope": "CASE scope WHEN 'global' THEN 'programme' ELSE scope END",
            "programme_id": "CASE scope WHEN 'global' THEN CAST(:programme AS uuid) ELSE programme_id END",
        },
        holds="scope <> 'global'",
    ),
    "contact_import": Rows(
        _ALONE,
        {
            "state": "CASE WHEN state IN ('waiting','running') THEN 'failed' ELSE state END",
            "error": "CASE WHEN state IN ('waiting','running') THEN 'import.interrupted' ELSE error END",
        },
        holds="state IN ('draft','done','failed')",
        objects=(ObjectRule("source_key", "", False),),
    ),
    "launch": Rows(
        _OWN,
        {
            # nothing goes out from the new machine before somebody says so
            "state": f"""CASE WHEN state = 'running' THEN 'paused'
                         WHEN state IN {_INTERRUPTED} THEN 'failed' ELSE state END""",
            "failure": f"CASE WHEN state IN {_INTERRUPTED} THEN CAST('{_FAILURE}' AS jsonb) ELSE failure END",
        },
        holds="state IN ('paused','failed','finished','cancelled')",
    ),
    "launch_piece": Rows(_LAUNCHES),
    "launch_contact": Rows(_LAUNCHES),
    "artifact": Rows(
        # one file may serve the same kit in two programmes; here it is this one's
        f"""{_OWN} OR id IN (SELECT artifact_id FROM launch_piece WHERE {_LAUNCHES})
        OR id IN (SELECT artifact_id FROM step_mail WHERE {_LAUNCHES})""",
        {"programme_id": "CAST(:programme AS uuid)"},
        objects=(
            ObjectRule("storage_key", "artifacts/"),
            ObjectRule("preview_key", "", False),
            _part("html"),
            _part("text"),
            _part("subject"),
        ),
    ),
    "step_mail": Rows(_LAUNCHES),
    "enrolment": Rows(
        _LAUNCHES,
        {
            "state": "CASE WHEN in_hands(id) THEN 'exited' ELSE state END",
            "exit_reason": "CASE WHEN in_hands(id) THEN 'unknown' ELSE exit_reason END",
        },
    ),
    "delivery": Rows(
        _OWN,
        {
            # in a process's hands now: nobody on the new machine can know what became of it, so it is not sent again
            "state": "CASE state WHEN 'claimed' THEN 'unknown' ELSE state END",
            "reason": "CASE state WHEN 'claimed' THEN 'moved' ELSE reason END",
            "lease_until": "NULL",
            "lease_token": "NULL",
        },
        holds="state <> 'claimed'",
    ),
    "tracked_link": Rows(_OWN),
    "touchpoint": Rows(_OWN, soft={"delivery_id": "delivery", "contact_id": "contact"}),
    "submission": Rows(_OWN, soft={"delivery_id": "delivery"}),
    "lead": Rows(_OWN),
    "lead_submission": Rows("lead_id IN (SELECT id FROM lead WHERE programme_id = :programme)"),
    "kept_message": Rows(
        f"""{_OWN} OR {_ALONE} OR delivery_id IN (SELECT id FROM delivery WHERE programme_id = :programme)""",
        soft={"delivery_id": "delivery"},
        holds="programme_id IS NOT NULL OR partner_id IS NOT NULL",
        objects=(ObjectRule("storage_key", "mail/", False),),
    ),
    "audit_entry": Rows(
        # whole chains only, or they could not be verified: a chain that also tells of another programme stays
        "chain = 'programme:' || :programme OR chain IN (SELECT 'partner:' || id FROM frame_partner WHERE alone)",
        soft={"programme_id": "programme", "partner_id": "partner"},
        holds="chain = 'programme:' || programme_id AND partner_id IS NULL OR chain = 'partner:' || partner_id",
        fresh=("id",),
        order=("chain", "number"),
    ),
}


def in_hands(expression: str) -> str:
    """`in_hands(id)` of the enrolment's values, spelled out: one of its deliveries is in a process's hands."""
    asked = "EXISTS (SELECT FROM delivery WHERE delivery.enrolment_id = enrolment.id AND delivery.state = 'claimed')"
    return expression.replace("in_hands(id)", asked)


def ordered(metadata: MetaData) -> list[Table]:
    """The exported tables, each after those it refers to (references of a table to itself aside)."""
    left = {name: metadata.tables[name] for name in sorted(GOES)}
    done: list[Table] = []
    while left:
        known = {table.name for table in done}
        free = [table for table in left.values() if _parents(table) - {table.name} <= known]
        if not free:
            raise ValueError(f"tables refer to each other in a ring: {', '.join(left)}")
        done += free
        for table in free:
            del left[table.name]
    return done


def _parents(table: Table) -> set[str]:
    return {key.referred_table.name for key in table.constraints if isinstance(key, ForeignKeyConstraint)}


def columns(table: Table) -> list[str]:
    """The columns an export holds of a table: all but what is made anew, by the import or by the database itself."""
    fresh = GOES[table.name].fresh
    return [column.name for column in table.columns if column.name not in fresh and column.computed is None]


def order_of(table: Table) -> list[str]:
    """What the rows are sorted by: the primary key, or what stands for it."""
    return list(GOES[table.name].order) or [column.name for column in table.primary_key]


def references(table: Table) -> list[tuple[str, str, str]]:
    """(column, table, column) of every reference that must lead to a row of the same export."""
    hard = [
        (key.parent.name, key.column.table.name, key.column.name)
        for column in table.columns
        for key in column.foreign_keys
    ]
    return sorted(hard) + [(name, to, "id") for name, to in GOES[table.name].soft.items()]
