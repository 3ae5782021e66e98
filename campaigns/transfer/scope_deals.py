"""What an export holds of leads, deals and attribution, and what stays; the other tables' rules are in `scope`."""

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
            "watermark",
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
    "deal_evidence": Rows(_DEALS, objects=(ObjectRule("storage_key", "deals/"),)),
    **dict.fromkeys(("attribution_credit", "attribution_deal", "attribution_share"), Rows(_RUNS)),
}  # fmt: skip
