"""Use cases of accounts: find or make one, merge and unmerge, take the vendor's own accounts and opportunities."""

from __future__ import annotations

from campaigns.accounts.forms import AccountForm, OpportunityForm
from campaigns.accounts.service.importing import fail_import, mark_failed, receive_import, run_import
from campaigns.accounts.service.merging import lock_accounts, merge_rows, unmerge_rows
from campaigns.accounts.service.resolving import Resolved, learn, resolve_account
from campaigns.accounts.service.writing import close_opportunity, put_account, put_opportunity

__all__ = [
    "AccountForm",
    "OpportunityForm",
    "Resolved",
    "close_opportunity",
    "fail_import",
    "learn",
    "lock_accounts",
    "mark_failed",
    "merge_rows",
    "put_account",
    "put_opportunity",
    "receive_import",
    "resolve_account",
    "run_import",
    "unmerge_rows",
]
