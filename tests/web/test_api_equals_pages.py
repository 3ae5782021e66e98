"""Everything a page does, the API does: each page route that changes something names its operation, or why not.

A new page route fails here until it is added; so does a name of an operation that the document does not have.
"""

from __future__ import annotations

import pytest

from app.api.operation import OPERATIONS
from app.right_words import RIGHTS
from campaigns.core.permissions import PERMISSIONS

SAME: dict[str, tuple[str, ...]] = {
    "POST /account": ("put_profile",),
    "POST /account/sessions/<uuid:session_id>/end": ("end_session",),
    "POST /account/sessions/end-all": ("end_sessions",),
    "POST /admin/programme": ("put_programme",),
    "POST /admin/tokens": ("make_token",),
    "POST /admin/tokens/<uuid:token_id>/revoke": ("revoke_token",),
    "POST /people/disable": ("disable_person",),
    "POST /people/enable": ("enable_person",),
    "POST /people/invitations/<uuid:invitation_id>/revoke": ("delete_invitation",),
    "POST /people/invite": ("invite_person",),
    "POST /people/revoke": ("delete_person",),
    "POST /people/role": ("put_role",),
    "POST /people/sign-out": ("sign_out_person",),
    "POST /admin/webhooks": ("create_webhook",),
    "POST /admin/webhooks/<uuid:endpoint_id>": ("put_webhook",),
    "POST /admin/webhooks/<uuid:endpoint_id>/rotate": ("rotate_webhook",),
    "POST /admin/webhooks/<uuid:endpoint_id>/<any(pause,resume,ping,disable,replay,read):deed>": (
        "pause_webhook",
        "resume_webhook",
        "ping_webhook",
        "disable_webhook",
        "replay_webhook",
        "read_webhook",
    ),
    "POST /admin/webhooks/deliveries/<uuid:delivery_id>/<any(replay,skip):deed>": (
        "replay_webhook_delivery",
        "skip_webhook_delivery",
    ),
    "POST /admin/error-desk/replay": ("replay_inbound_changes", "replay_webhook"),
    "POST /admin/error-desk/changes/<uuid:change_id>/<any(replay,skip):deed>": (
        "replay_inbound_change",
        "skip_inbound_change",
    ),
    "POST /portal/brand/colours": ("use_logo_colours",),
    "POST /portal/brand/logo": ("post_logo",),
    "POST /portal/brand/place": ("put_logo",),
    "POST /portal/brand/refusals/<uuid:upload_id>/dismiss": ("dismiss_logo_refusal",),
    "POST /portal/brand/revisions/<int:number>/use": ("restore_brand_revision",),
    "POST /portal/brand/save": ("put_brand",),
    "POST /studio/partners": ("invite_partner",),
    "POST /studio/partners/invitations/<uuid:invitation_id>/revoke": ("delete_partner_invitation",),
    "POST /portal/campaigns/<uuid:version_id>/launch": ("create_launch",),
    "POST /portal/launches/<uuid:launch_id>/cancel": ("cancel_launch",),
    "POST /portal/launches/<uuid:launch_id>/pause": ("pause_launch",),
    "POST /portal/launches/<uuid:launch_id>/relaunch": ("relaunch",),
    "POST /portal/launches/<uuid:launch_id>/resume": ("resume_launch",),
    "POST /portal/launches/<uuid:launch_id>/retry": ("retry_launch",),
    "POST /portal/audience/blocked": ("create_suppressions",),
    "POST /portal/audience/blocked/<uuid:suppression_id>/lift": ("delete_suppression",),
    "POST /portal/audience/contacts/<uuid:contact_id>": ("put_contact",),
    "POST /portal/audience/contacts/<uuid:contact_id>/erase": ("erase_contact",),
    "POST /portal/audience/contacts/<uuid:contact_id>/withdraw": ("withdraw_consent",),
    "POST /portal/audience/contacts/new": ("create_contact",),
    "POST /portal/audience/imports/<uuid:import_id>": ("confirm_import",),
    "POST /portal/audience/imports/<uuid:import_id>/discard": ("discard_import",),
    "POST /portal/audience/lists": ("create_list",),
    "POST /portal/audience/lists/<uuid:list_id>": ("put_list", "archive_list", "restore_list"),
    "POST /portal/audience/lists/<uuid:list_id>/import": ("create_import",),
    "POST /portal/leads/<uuid:lead_id>": ("put_lead_state",),
    "POST /portal/leads/doubtful/<uuid:submission_id>": ("take_submission",),
    "POST /portal/leads/offers/<uuid:offer_id>": ("accept_lead_offer", "decline_lead_offer"),
    "POST /portal/leads/pool/<uuid:pooled_id>": ("ask_for_lead",),
    "POST /portal/leads/pool/requests/<uuid:request_id>/withdraw": ("withdraw_pool_request",),
    "POST /portal/leads/<uuid:lead_id>/notes": ("add_lead_note",),
    "POST /portal/leads/<uuid:lead_id>/next": ("put_lead_next_action",),
    "POST /portal/leads/<uuid:lead_id>/give-back": ("give_lead_back",),
    "POST /portal/leads/<uuid:lead_id>/merge": ("merge_leads",),
    "POST /portal/leads/merges/<uuid:merge_id>/undo": ("unmerge_leads",),
    "POST /portal/leads/new": ("create_lead",),
    "POST /portal/leads/imports": ("create_lead_import",),
    "POST /portal/leads/imports/<uuid:lead_import_id>/<any(confirm,discard,undo):fate>": (
        "confirm_lead_import",
        "discard_lead_import",
        "undo_lead_import",
    ),
    "POST /channel/leads/new": ("add_vendor_lead",),
    "POST /channel/leads/<uuid:vendor_lead_id>/notes": ("add_vendor_lead_note",),
    "POST /channel/leads/<uuid:vendor_lead_id>/route": ("route_vendor_lead",),
    "POST /channel/leads/<uuid:vendor_lead_id>/merge": ("merge_vendor_leads",),
    "POST /channel/leads/merges/<uuid:vendor_merge_id>/undo": ("unmerge_vendor_leads",),
    "POST /channel/leads/requests/<uuid:request_id>/<any(grant,refuse):verdict>": (
        "grant_pool_request",
        "refuse_pool_request",
    ),
    "POST /channel/leads/imports": ("create_vendor_lead_import",),
    "POST /channel/leads/imports/<uuid:vendor_import_id>/<any(confirm,discard,undo):fate>": (
        "confirm_vendor_lead_import",
        "discard_vendor_lead_import",
        "undo_vendor_lead_import",
    ),
    "POST /channel/leads/rules": ("publish_lead_rules",),
    "POST /channel/leads/coverage/<uuid:covering_id>": ("put_lead_coverage",),
    "POST /portal/deals": ("create_deal", "submit_draft"),
    "POST /portal/deals/keep": ("create_deal", "change_deal"),
    "POST /portal/deals/mail/renew": ("renew_mail_address",),
    "POST /portal/deals/<uuid:deal_id>/discard": ("discard_deal_draft",),
    "POST /portal/deals/<uuid:deal_id>/correct": ("correct_deal",),
    "POST /portal/deals/<uuid:deal_id>/progress": ("change_progress",),
    "POST /portal/deals/<uuid:deal_id>/notes": ("add_deal_note",),
    "POST /portal/deals/<uuid:deal_id>/lines": ("put_lines",),
    "POST /portal/deals/<uuid:deal_id>/evidence": ("add_deal_evidence",),
    "POST /portal/deals/<uuid:deal_id>/extension": ("ask_more_time",),
    "POST /portal/deals/<uuid:deal_id>/appeal": ("take_step",),
    "POST /portal/deals/<uuid:deal_id>/convert": ("take_step",),
    "POST /portal/deals/<uuid:deal_id>/win": ("take_step",),
    "POST /portal/deals/<uuid:deal_id>/lose": ("take_step",),
    "POST /portal/deals/<uuid:deal_id>/withdraw": ("take_step",),
    "POST /channel/deals/<uuid:deal_id>": ("decide_registration",),
    "POST /channel/deals/<uuid:deal_id>/merge": ("merge_accounts",),
    "POST /channel/accounts/<uuid:account_id>/merge": ("merge_accounts",),
    "POST /channel/accounts/<uuid:account_id>/merges/<uuid:account_merge_id>/undo": ("unmerge_accounts",),
    "POST /channel/accounts/imports": ("create_account_import",),
    "POST /channel/accounts/opportunities/<uuid:opportunity_id>/close": ("close_opportunity",),
    "POST /channel/policy": ("put_deal_policy", "try_deal_policy"),
    "POST /channel/policy/products": ("create_product_line",),
    "POST /channel/policy/products/<uuid:product_id>": ("change_product",),
    "POST /studio/reports/runs": ("ask_attribution_run",),
    "POST /studio/reports/views": ("create_report_view",),
    "POST /portal/results/views": ("create_report_view",),
    **dict.fromkeys(
        ("POST /studio/reports/views/<uuid:view_id>", "POST /portal/results/views/<uuid:view_id>"),
        (
            "change_report_view",
            "delete_report_view",
            "restore_report_view",
            "put_report_schedule",
            "delete_report_schedule",
        ),
    ),
    "POST /studio/reports/inputs/settings": ("put_report_settings",),
    "POST /studio/reports/inputs/night": ("put_run_settings",),
    "POST /studio/reports/inputs/rates": ("add_plan_rate",),
    "POST /studio/reports/inputs/margins": ("set_margin_share",),
    "POST /studio/reports/inputs/costs": ("add_marketing_cost",),
    "POST /studio/reports/inputs/costs/<uuid:cost_id>": ("delete_marketing_cost", "restore_marketing_cost"),
    "POST /studio/reports/targets": ("put_sales_target",),
    "POST /studio/reports/targets/<uuid:target_id>": (
        "change_sales_target",
        "delete_sales_target",
        "restore_sales_target",
    ),
    "POST /studio/reports/targets/imports": ("import_sales_targets",),
    "POST /studio/kits": ("upload_kit_zip",),
    "POST /studio/kits/<uuid:kit_id>/versions/<uuid:version_id>/files": ("replace_kit_file", "upload_kit_zip"),
    "POST /studio/kits/<uuid:kit_id>/versions/<uuid:version_id>/check": ("check_kit_version",),
    "POST /studio/kits/<uuid:kit_id>/versions/<uuid:version_id>/publish": ("publish_kit_version",),
    "POST /studio/kits/<uuid:kit_id>/versions/<uuid:version_id>/tell": ("tell_partners",),
    "POST /studio/kits/<uuid:kit_id>/versions/<uuid:version_id>/withdraw": ("withdraw_kit_version",),
}
NONE: dict[str, str] = {
    "POST /account/password": "A token must not be able to take its person's account; the present password is asked.",
    "POST /account/switch": "A token belongs to one company; another company has tokens of its own.",
    "POST /r/<token>": "A reader without a sign-in ends a mail; with one, delete_report_schedule does.",
    "POST /sign-in": "Opens a browser's session; programs carry a token.",
    "POST /sign-out": "Ends this browser's session; a token is revoked.",
    "POST /invitation/<token>": "A person chooses a password behind a link from a mail.",
    "POST /reset": "A person without a password asks for a link.",
    "POST /reset/<token>": "A person chooses a password behind a link from a mail.",
    "POST /hooks/mail/<uuid:endpoint_id>": "A mail provider's own signed message; it is the program's way in.",
    "POST /hooks/in/<uuid:endpoint_id>": "Another system's own signed message; it is the program's way in.",
    "POST /l/<slug>/<locale>": "A visitor's form on a public page; it needs no account.",
    "POST /l/<slug>/<locale>/seen": "A visitor's browser says that a person looks at a public page.",
    "POST /lead/<token>": "An offer answered from its letter; its signed token stands in for an account.",
    "POST /u/<token>": "One-click unsubscribing (RFC 8058) by a recipient's mail program.",
}


@pytest.fixture
def changing(app) -> set[str]:
    """Every route outside the API that is not only read, as `VERB rule`."""
    return {
        f"{verb} {rule.rule}"
        for rule in app.url_map.iter_rules()
        if not rule.rule.startswith("/api/")
        for verb in (rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}
    }


def test_every_changing_page_route_names_its_operation_or_why_there_is_none(changing):
    assert changing == set(SAME) | set(NONE)
    assert not set(SAME) & set(NONE)


def test_the_named_operations_exist(app):
    known = {one.name for one in OPERATIONS}
    missing = {name for names in SAME.values() for name in names} - known
    assert not missing, sorted(missing)


def test_the_page_and_its_operation_ask_for_the_same_right(app, changing):
    """Nobody gets by program what the page refuses, nor the other way round."""
    asked = {one.name: one.permission for one in OPERATIONS}
    for rule in app.url_map.iter_rules():
        for verb in (rule.methods or set()) & {"POST"}:
            for name in SAME.get(f"{verb} {rule.rule}", ()):
                assert app.view_functions[rule.endpoint].access.permission == asked[name], f"{rule.rule} and {name}"


def test_every_right_has_a_name_for_people():
    assert set(RIGHTS) == set(PERMISSIONS)
