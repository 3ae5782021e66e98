"""Use cases of leads: take a form, decide about a lead, take a doubtful submission."""

from __future__ import annotations

from campaigns.leads.service.converting import Converted
from campaigns.leads.service.deciding import decide, forget_leads, take_submission
from campaigns.leads.service.submitting import FormLaunch, Outcome, form_launch, submit_form

__all__ = [
    "Converted",
    "FormLaunch",
    "Outcome",
    "decide",
    "forget_leads",
    "form_launch",
    "submit_form",
    "take_submission",
]
