"""Use cases of deals, one module per use; whoever is above imports them from here."""

from __future__ import annotations

from campaigns.deals.service.approving import Approval, approve, resolve_approve
from campaigns.deals.service.closing import convert_deal, lose_deal, win_deal, withdraw_deal
from campaigns.deals.service.drafting import (
    DealRef,
    begin_draft,
    change_draft,
    discard_draft,
    form_from_lead,
)
from campaigns.deals.service.evidence import EvidenceFile, add_evidence, read_evidence
from campaigns.deals.service.extending import ask_extension, decide_extension
from campaigns.deals.service.lines import LineForm, set_lines
from campaigns.deals.service.matching import dismiss_match
from campaigns.deals.service.merging import merge_accounts, unmerge_accounts
from campaigns.deals.service.policies import add_product_line, change_product_line, publish_policy
from campaigns.deals.service.progress import Progress, add_note, update_progress
from campaigns.deals.service.rejecting import ask_appeal, decide_appeal, reject, resolve_reject
from campaigns.deals.service.resubmitting import resubmit_deal
from campaigns.deals.service.reviewing import call_conflict, hand_back, pick_up, return_deal
from campaigns.deals.service.revoking import ask_revocation, decide_revocation
from campaigns.deals.service.sharing import resolve_share
from campaigns.deals.service.submitting import register_deal, submit_deal
from campaigns.deals.service.team import Member, set_team
from campaigns.deals.service.trying import DryRun, TriedDeal, try_policy

__all__ = [
    "Approval",
    "DealRef",
    "DryRun",
    "EvidenceFile",
    "LineForm",
    "Member",
    "Progress",
    "TriedDeal",
    "add_evidence",
    "add_note",
    "add_product_line",
    "approve",
    "ask_appeal",
    "ask_extension",
    "ask_revocation",
    "begin_draft",
    "call_conflict",
    "change_draft",
    "change_product_line",
    "convert_deal",
    "decide_appeal",
    "decide_extension",
    "decide_revocation",
    "discard_draft",
    "dismiss_match",
    "form_from_lead",
    "hand_back",
    "lose_deal",
    "merge_accounts",
    "pick_up",
    "publish_policy",
    "read_evidence",
    "register_deal",
    "reject",
    "resolve_approve",
    "resolve_reject",
    "resolve_share",
    "resubmit_deal",
    "return_deal",
    "set_lines",
    "set_team",
    "submit_deal",
    "try_policy",
    "unmerge_accounts",
    "update_progress",
    "win_deal",
    "withdraw_deal",
]
