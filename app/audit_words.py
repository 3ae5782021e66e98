"""What was done, and by whom, in words: the audit log's codes for people."""

from __future__ import annotations

from collections.abc import Mapping

from app.deal_events import TITLES
from app.i18n import N_, gettext

ACTIONS: Mapping[str, str] = {
    "account.import": N_("Imported accounts"),
    "account.merge": N_("Merged two accounts"),
    "account.put": N_("Saved an account"),
    "account.unmerge": N_("Parted two accounts"),
    "attribution.settings": N_("Changed the nightly run of attribution"),
    "cost.add": N_("Wrote down a cost"),
    "cost.remove": N_("Took a cost back"),
    "cost.restore": N_("Brought a cost back"),
    "margin.set": N_("Wrote a margin"),
    "rate.set": N_("Wrote a plan rate"),
    "report.settings": N_("Changed the settings of reports"),
    "target.put": N_("Wrote a target"),
    "target.remove": N_("Removed a target"),
    "target.restore": N_("Brought a target back"),
    "view.change": N_("Changed a view of reports"),
    "view.delete": N_("Deleted a view of reports"),
    "view.mail": N_("Asked for the mails of a view"),
    "view.mail_end": N_("Ended the mails of a view"),
    "view.restore": N_("Brought a view of reports back"),
    "view.save": N_("Saved a view of reports"),
    "attribution.run": N_("Asked for a run of attribution"),
    "change.file": N_("Handed in a file of changes"),
    "change.replay": N_("Repeated a change from outside"),
    "change.replay_all": N_("Repeated all failed changes from outside"),
    "change.skip": N_("Skipped a change from outside"),
    "coverage.set": N_("Set what a partner covers"),
    "lead.give_back": N_("Gave a lead back"),
    "lead.hand_over": N_("Handed a lead over as a deal"),
    "lead.import": N_("Imported leads"),
    "lead.merge": N_("Merged two leads"),
    "lead.plan": N_("Planned the next step with a lead"),
    "lead.route_again": N_("Routed a lead again"),
    "lead.take": N_("Took in a lead"),
    "lead.undo_import": N_("Took a file of leads back"),
    "lead.unmerge": N_("Parted two leads"),
    "lead.updated": N_("Changed a lead from outside"),
    "lead_policy.publish": N_("Published rules of leads"),
    "opportunity.close": N_("Closed an opportunity"),
    "opportunity.put": N_("Saved an opportunity"),
    "policy.publish": N_("Published rules of registration"),
    "pool.ask": N_("Asked for a lead of the pool"),
    "pool.grant": N_("Granted a lead of the pool"),
    "pool.refuse": N_("Refused a lead of the pool"),
    "product.add": N_("Added a product line"),
    "product.change": N_("Changed a product line"),
    "deal.mail_address": N_("A new address for registrations by mail was made"),
    "deal.owned": N_("A CRM keeps the deal’s stage and amount now"),
    "webhook.change": N_("Changed a webhook"),
    "webhook.disable": N_("Closed a webhook"),
    "webhook.resume": N_("Resumed a webhook"),
    "webhook.rotate": N_("Changed a webhook’s secret"),
    "webhook.create": N_("Made a webhook"),
    "webhook.gone": N_("A webhook’s receiver said it is gone"),
    "webhook.pause": N_("Paused a webhook"),
    "webhook.ping": N_("Tried a webhook"),
    "webhook.read_now": N_("A system was read at once"),
    "webhook.replay": N_("Repeated a delivery"),
    "webhook.replay_all": N_("Repeated all failed deliveries"),
    "webhook.skip": N_("Skipped a delivery"),
    "brand.saved": N_("Saved the brand"),
    "contact.add": N_("Added a contact"),
    "contact.edit": N_("Changed a contact"),
    "contact.erase": N_("Erased a contact"),
    "contact.import": N_("Imported contacts"),
    "contact.resubscribe": N_("Took an unsubscription back"),
    "contact.unsubscribe": N_("Unsubscribed"),
    "contact.withdraw": N_("Recorded a withdrawn consent"),
    "grant.changed": N_("Changed a role"),
    "grant.revoked": N_("Took a role"),
    "invitation.accepted": N_("Accepted an invitation"),
    "invitation.revoked": N_("Withdrew an invitation"),
    "invitation.sent": N_("Sent an invitation"),
    "kit.check_again": N_("Had a kit checked again"),
    "kit.checked": N_("Checked a kit"),
    "kit.publish": N_("Published a kit"),
    "kit.upload": N_("Uploaded a kit"),
    "kit.withdraw": N_("Withdrew a kit"),
    "launch.cancel": N_("Stopped a launch"),
    "launch.create": N_("Launched a campaign"),
    "launch.fail": N_("A launch failed"),
    "launch.finish": N_("Finished a launch"),
    "launch.pause": N_("Paused a launch"),
    "launch.render": N_("Began to make a launch’s files"),
    "launch.rendered": N_("Made all files of a launch"),
    "launch.resume": N_("Resumed a launch"),
    "launch.retry": N_("Tried a launch again"),
    "launch.run": N_("Started a launch"),
    "lead.accept": N_("Accepted a lead"),
    "lead.close": N_("Closed a lead"),
    "lead.decline": N_("Declined a lead"),
    "lead.reopen": N_("Reopened a lead"),
    "list.archive": N_("Archived a list"),
    "list.create": N_("Made a list"),
    "list.rename": N_("Renamed a list"),
    "list.restore": N_("Brought a list back"),
    "logo.refused": N_("Tried a logo that was refused"),
    "logo.taken": N_("Uploaded a logo"),
    "partner.add": N_("Added a partner"),
    "password.changed": N_("Changed the password"),
    "password.reset": N_("Set a new password"),
    "password.reset_asked": N_("Asked for a new password"),
    "person.add": N_("Added a person"),
    "person.disabled": N_("Closed an account"),
    "person.enabled": N_("Opened an account again"),
    "person.signed_in": N_("Signed in"),
    "person.signed_out": N_("Signed somebody out"),
    "person.signed_out_everywhere": N_("Signed out everywhere"),
    "programme.found": N_("Founded the programme"),
    "programme.import": N_("Imported a programme"),
    "programme.saved": N_("Changed the programme’s settings"),
    "submission.take": N_("Made a doubtful form a lead"),
    "suppression.add": N_("Blocked addresses"),
    "suppression.lift": N_("Unblocked an address"),
    "token.created": N_("Made a token"),
    "token.revoked": N_("Revoked a token"),
}
# A deal's step is recorded by its own name; the timeline's words for what came of it serve here, too.
DEAL_STEPS: Mapping[str, str] = {
    "submit": "submitted",
    "expire": "expired",
    "auto_clear": "approved", "return": "returned", "resubmit": "resubmitted", "approve": "approved",
    "resolve_approve": "resolved", "resolve_reject": "resolved", "resolve_share": "resolved", "reject": "rejected",
    "reopen": "reopened", "extend": "extended", "convert": "converted", "win": "won", "lose": "lost",
    "withdraw": "withdrawn", "revoke": "revoked", "appeal": "appealed",
}  # fmt: skip
ACTORS: Mapping[str, str] = {
    "person": N_("Somebody"),
    "token": N_("A program"),
    "link": N_("A link in a message"),
    "system": "Throughline",
}


def has_words(action: str) -> bool:
    """Whether people can read what the action was."""
    return action in ACTIONS or _of_deal(action) is not None


def action_name(action: str) -> str:
    """The action in the reader's language; a code of another version is made readable as it is."""
    if action in ACTIONS:
        return gettext(ACTIONS[action])
    title = _of_deal(action)
    if title is not None:
        return gettext("Deal: %(what)s", what=gettext(title))
    return action.replace(".", ": ").replace("_", " ")


def _of_deal(action: str) -> str | None:
    subject, _, step = action.partition(".")
    return TITLES.get(DEAL_STEPS.get(step, step)) if subject == "deal" else None


def actor_name(name: str, kind: str) -> str:
    """The person's name; a word for whoever has none."""
    return name or (gettext(ACTORS[kind]) if kind in ACTORS else kind)
