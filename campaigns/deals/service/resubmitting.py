"""The partner's correction of what was handed back: the listed fields only, and in time without losing a place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from campaigns.accounts.service import lock_accounts, resolve_account
from campaigns.core.actor import Actor
from campaigns.core.permissions import require
from campaigns.core.problems import Problem, raise_if_any
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.deals.forms import DealForm, changed_fields, company_facts, submission_problems, unlisted
from campaigns.deals.policies import policy_of
from campaigns.deals.service.clocks import resume_clock
from campaigns.deals.service.drafting import REFUSED, DealRef, form_of, ref_of, row_values
from campaigns.deals.service.lines import LineForm, same_lines, write_lines
from campaigns.deals.service.matching import forget_matches, run_matcher
from campaigns.deals.service.steps import Step, clean_words, expect, hold_key, load, move, stale
from campaigns.deals.service.submitting import product_codes, refuse_duplicate, take_priority

IDENTIFYING = frozenset({"company_name", "country", "website", "registry_id", "contact_email", "product_line"})


def resubmit_deal(
    uow: UnitOfWork,
    actor: Actor,
    deal_id: UUID,
    version: int,
    form: DealForm,
    *,
    lines: Sequence[LineForm] | None = None,
    words: str = "",
) -> DealRef:
    """action_required → under_review. `form` is whole; what was not handed back must stand as it was.

    `deal.invalid` with every problem (`deal.field_locked` for a field that was not handed back). After the policy's
    days the deal takes a new place in the queue; a changed company or product is matched anew.
    """
    require(actor, "deal.write")
    deal = load(uow, actor, deal_id)
    expect(deal, actor, version)
    if deal.state != "action_required" or deal.returned_at is None:
        raise stale()
    before, form = form_of(deal), form.cleaned()
    changed = changed_fields(before, form)
    locked = unlisted(changed, deal.editable)
    if lines is not None and "lines" not in deal.editable and not same_lines(uow, deal.id, lines):
        locked.append("lines")
    codes = {*product_codes(uow, deal.programme_id), before.product_line}
    # the day may have passed meanwhile, which only a partner who was asked for another can mend
    today = uow.now.date() if "close_on" in deal.editable else min(uow.now.date(), before.close_on or uow.now.date())
    problems = [
        *[Problem("deal.field_locked", "This was not handed back to you.", slot=name) for name in locked],
        *submission_problems(form, codes, today),
    ]
    raise_if_any("deal.invalid", REFUSED, problems)
    policy = policy_of(uow.session, deal)
    values: dict[str, Any] = {**row_values(form), "editable": [], "returned_at": None}
    late = uow.now - deal.returned_at > timedelta(days=policy.resubmit_days)
    others: tuple[UUID, ...] = ()
    anew = late or bool(
        changed & {"company_name", "country", "website", "registry_id", "contact_email", "product_line"}
    )
    if anew:
        lock_accounts(uow, deal.programme_id, shared=True)
        resolved = resolve_account(
            uow, deal.programme_id, company_facts(form.company(), form.contact()), origin="registration"
        )
        hold_key(uow, deal.programme_id, resolved.root_id)
        refuse_duplicate(uow, deal, resolved.root_id, form.product_line)
        values |= {"account_id": resolved.account_id, "account_key": resolved.root_id}
        others = resolved.others
    if late:
        number, at = take_priority(uow, deal.id)
        values |= {"priority": number, "submitted_at": at}
    said = clean_words(words)
    move(
        uow, actor, deal, "resubmit",
        Step(values=values, words=said, kind="resubmitted", data={"fields": sorted(changed), "kept_place": not late}),
    )  # fmt: skip
    if lines is not None and "lines" not in locked:
        write_lines(uow, deal, lines)
    if anew:
        forget_matches(uow, deal)
    run_matcher(uow, deal, others)
    resume_clock(uow, deal.id, policy)
    return ref_of(deal)
