"""What an export holds of leads, deals and attribution, and what stays; the other tables' rules are in `scope`."""

# ruff: noqa: S608 - conditions are put together from constants of this module

from __future__ import annotations

from collections.abc import Mapping

from campaigns.transfer.rows import ObjectRule, Rows

STAYS: Mapping[str, str] = {
    "business_event": "What systems outside were told; on the new machine their feeds begin anew.",
    "inbound_change": "What systems outside sent, with what came of it; the changes themselves are in the deals.",
    "webhook_delivery": "Calls under way to systems outside; the old machine owes them.",
    "crm_feed": "When systems outside were read; the endpoints behind it are made anew.",
    "deal_mail_address": "A secret of the partner's; it makes a new address on the new machine.",
    "webhook_endpoint": "Its secrets are sealed with the old machine's SECRET_KEY; endpoints are made anew.",
}

_OWN = "programme_id = :programme"
_LEADS = "(SELECT id FROM lead WHERE programme_id = :programme)"
_DEALS = "deal_id IN (SELECT id FROM deal WHERE programme_id = :programme)"
_RUNS = "run_id IN (SELECT id FROM attribution_run WHERE programme_id = :programme)"
_VIEWS = (
    "(SELECT id FROM report_view WHERE programme_id = :programme"
    " OR partner_id IN (SELECT id FROM frame_partner WHERE alone))"
)
_IMPORT = Rows(
    _OWN,
    {"state": "CASE WHEN state IN ('waiting','running','undoing') THEN 'failed' ELSE state END"},
    holds="state IN ('draft','done','failed','undone')",
    objects=(ObjectRule("storage_key", "", False),),
)

GOES: Mapping[str, Rows] = {
    **dict.fromkeys(
        (
            "account", "account_identifier", "account_merge", "opportunity", "plan_rate", "product_line",
            "deal_policy", "lead_policy", "deal", "lead_intake", "lead_offer", "pool_request", "attribution_run",
            "watermark", "attribution_setting", "report_setting", "sales_target", "margin_share", "marketing_cost",
        ),
        Rows(_OWN),
    ),
    "account_import": _IMPORT,
    "lead_import": _IMPORT,
    "external_reference": Rows(_OWN),  # a partner's own references are to its own systems, and stay its own
    "partner_coverage": Rows("membership_id IN (SELECT id FROM membership WHERE programme_id = :programme)"),
    "lead_merge": Rows(f"winner_id IN {_LEADS}"),
    "lead_note": Rows(f"lead_id IN {_LEADS}"),
    **dict.fromkeys(
        (
            "deal_approval", "deal_clock", "deal_event", "deal_line", "deal_match", "deal_member", "deal_priority",
            "deal_request", "deal_rung",
        ),
        Rows(_DEALS),
    ),
    "report_view": Rows(f"id IN {_VIEWS}"),
    "report_schedule": Rows(
        f"view_id IN {_VIEWS}",
        {
            # the old machine goes on mailing until somebody ends it there
            "stopped_at": "coalesce(stopped_at, next_at)",
            "stopped_why": "CASE WHEN stopped_at IS NULL THEN 'moved' ELSE stopped_why END",
        },
        holds="stopped_at IS NOT NULL",
    ),
    "report_mailing": Rows(f"schedule_id IN (SELECT id FROM report_schedule WHERE view_id IN {_VIEWS})"),
    "deal_evidence": Rows(_DEALS, objects=(ObjectRule("storage_key", "deals/"),)),
    **dict.fromkeys(("attribution_credit", "attribution_deal", "attribution_share"), Rows(_RUNS)),
}  # fmt: skip
