"""Use cases of leads: take them in, offer and answer, the pool, notes, merges, hand-over, rules; forms."""

from __future__ import annotations

from campaigns.leads.service.acting import ACTS, add_note, plan_next
from campaigns.leads.service.answering import DECLINE_REASONS, accept_offer, decline_offer, give_back
from campaigns.leads.service.converting import Converted
from campaigns.leads.service.deciding import decide, take_submission
from campaigns.leads.service.forgetting import forget_person
from campaigns.leads.service.handing import hand_over
from campaigns.leads.service.importing import receive_leads
from campaigns.leads.service.looking import confirm_leads, discard_leads
from campaigns.leads.service.merging import merge_leads, unmerge_leads
from campaigns.leads.service.policies import publish_rules, set_coverage
from campaigns.leads.service.pooling import ask_for, grant_request, refuse_request, route_again, withdraw_request
from campaigns.leads.service.submitting import FormLaunch, Outcome, form_launch, submit_form
from campaigns.leads.service.taking import take_lead
from campaigns.leads.service.undoing import ask_undo

__all__ = [
    "ACTS",
    "DECLINE_REASONS",
    "Converted",
    "FormLaunch",
    "Outcome",
    "accept_offer",
    "add_note",
    "ask_for",
    "ask_undo",
    "confirm_leads",
    "decide",
    "decline_offer",
    "discard_leads",
    "forget_person",
    "form_launch",
    "give_back",
    "grant_request",
    "hand_over",
    "merge_leads",
    "plan_next",
    "publish_rules",
    "receive_leads",
    "refuse_request",
    "route_again",
    "set_coverage",
    "submit_form",
    "take_lead",
    "take_submission",
    "unmerge_leads",
    "withdraw_request",
]
