"""SQL that the models cannot say: tables whose rows are never updated or deleted."""

from __future__ import annotations

APPEND_ONLY = (
    "audit_entry", "touchpoint", "artifact", "brand_revision", "logo", "attribution_run", "attribution_deal",
    "attribution_credit", "attribution_share", "deal_event", "deal_policy", "deal_priority", "lead_policy", "plan_rate",
    "attribution_setting", "report_setting", "margin_share",
)  # fmt: skip

FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""


def append_only(table: str) -> str:
    """The trigger that refuses UPDATE, DELETE and TRUNCATE on a table."""
    return (
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


PINNED_KIT_VERSION = """
CREATE OR REPLACE FUNCTION refuse_kit_version_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.digest <> NEW.digest OR OLD.archive_key <> NEW.archive_key OR OLD.manifest <> NEW.manifest
     OR OLD.kit_id <> NEW.kit_id OR OLD.number <> NEW.number THEN
    RAISE EXCEPTION 'a kit version is never changed' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$
"""
PINNED_KIT_VERSION_TRIGGER = (
    "CREATE TRIGGER kit_version_pinned BEFORE UPDATE ON kit_version"
    " FOR EACH ROW EXECUTE FUNCTION refuse_kit_version_change()"
)

KEPT_SUBMISSION = """
CREATE OR REPLACE FUNCTION refuse_submission_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.data = '{}'::jsonb
     AND to_jsonb(NEW) - 'data' = to_jsonb(OLD) - 'data' THEN
    RETURN NEW;  -- the one change there is: a person is erased (GDPR, article 17)
  END IF;
  RAISE EXCEPTION 'rows of submission are never changed' USING ERRCODE = 'restrict_violation';
END $$
"""
KEPT_SUBMISSION_TRIGGER = (
    "CREATE TRIGGER submission_kept BEFORE UPDATE OR DELETE ON submission"
    " FOR EACH ROW EXECUTE FUNCTION refuse_submission_change()"
)


# an event is never changed; it goes when the time it is kept for is over, which the pruning alone says
KEPT_EVENT = """
CREATE OR REPLACE FUNCTION refuse_event_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND current_setting('throughline.pruning', true) = 'on' THEN
    RETURN NULL;
  END IF;
  RAISE EXCEPTION 'rows of business_event are never changed' USING ERRCODE = 'restrict_violation';
END $$
"""
KEPT_EVENT_TRIGGER = (
    "CREATE TRIGGER business_event_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON business_event"
    " FOR EACH STATEMENT EXECUTE FUNCTION refuse_event_change()"
)


def statements() -> list[str]:
    """Every statement, in order, for the first migration."""
    return [
        FUNCTION,
        *[append_only(table) for table in APPEND_ONLY],
        PINNED_KIT_VERSION,
        PINNED_KIT_VERSION_TRIGGER,
        KEPT_SUBMISSION,
        KEPT_SUBMISSION_TRIGGER,
        KEPT_EVENT,
        KEPT_EVENT_TRIGGER,
    ]
