"""The statements that find a programme's deals and the touches of each, set by set and never deal by deal.

Parameters: `programme`, `cut_off`, `kinds` and `verdicts` (arrays). Temporary tables end with the transaction.
What ties a touch to a deal:

- the lead it came from, leads merged into that one, and leads of the team's partners with the same address: whatever
  the visitor of their forms did in the same launch, and what belongs to the message they followed;
- the contacts of the team's partners with the deal's address: every touch of theirs, by contact or by delivery;
- calls, meetings and events that a partner noted on those leads.
"""

# ruff: noqa: S608 - put together from constants of this module alone

from __future__ import annotations

# The form's own touch is recorded moments after the lead is, in one transaction; the lead was made by it.
_LEAD_AT = """
  (SELECT coalesce(max(form.occurred_at), made.created_at)
   FROM lead AS made
   LEFT JOIN submission ON submission.id = made.submission_id
   LEFT JOIN LATERAL (
     SELECT occurred_at FROM touchpoint
     WHERE launch_id = submission.launch_id AND visitor = submission.visitor AND submission.visitor <> ''
       AND kind = 'form' AND occurred_at BETWEEN made.created_at AND made.created_at + interval '1 minute'
     ORDER BY occurred_at LIMIT 1
   ) AS form ON true
   WHERE made.id = deal.lead_id GROUP BY made.created_at)
"""

_TEAM = """
  SELECT json_agg(json_build_array(member.partner_id, member.split_bp) ORDER BY member.partner_id)
  FROM deal_member AS member
  WHERE member.deal_id = deal.id AND member.created_at <= :cut_off
    AND (member.removed_at IS NULL OR member.removed_at > :cut_off)
"""

CREATED = (
    # a second run in one transaction begins anew
    "DROP TABLE IF EXISTS run_deal, run_team, run_address, run_lead, run_contact, run_visit, run_touch",
    """CREATE TEMP TABLE run_deal (no bigint PRIMARY KEY, deal_id uuid, partner_id uuid, lead_id uuid,
      currency text, email_key text, state text, amount_minor bigint, lead_at timestamptz, opportunity_at timestamptz,
      closed_at timestamptz, team json) ON COMMIT DROP""",
    "CREATE TEMP TABLE run_team (no bigint, partner_id uuid) ON COMMIT DROP",
    "CREATE TEMP TABLE run_address (no bigint, email_key text) ON COMMIT DROP",
    "CREATE TEMP TABLE run_lead (no bigint, lead_id uuid) ON COMMIT DROP",
    "CREATE TEMP TABLE run_contact (no bigint, contact_id uuid) ON COMMIT DROP",
    "CREATE TEMP TABLE run_visit (no bigint, launch_id uuid, visitor text, delivery_id bigint) ON COMMIT DROP",
    "CREATE TEMP TABLE run_touch (no bigint, touch_id bigint) ON COMMIT DROP",
)

FILLED = (
    f"""INSERT INTO run_deal
    SELECT row_number() OVER (ORDER BY deal.id) AS no, deal.id AS deal_id, deal.partner_id, deal.lead_id,
      deal.currency, lower(btrim(deal.contact->>'email')) AS email_key,
      CASE WHEN deal.closed_at <= :cut_off AND deal.state IN ('won','lost') THEN deal.state ELSE 'open' END AS state,
      CASE WHEN deal.closed_at <= :cut_off AND deal.state = 'won'
        THEN coalesce(deal.won_amount_minor, deal.amount_minor) ELSE deal.amount_minor END AS amount_minor,
      {_LEAD_AT} AS lead_at, deal.opportunity_at, deal.closed_at, ({_TEAM}) AS team
    FROM deal
    WHERE deal.programme_id = :programme AND deal.state IN ('approved','converted','won','lost')
      AND coalesce(deal.protected_from, deal.submitted_at) <= :cut_off""",
    """INSERT INTO run_team
    SELECT no, partner_id FROM run_deal
    UNION
    SELECT no, (member->>0)::uuid FROM run_deal, json_array_elements(team) AS member""",
    """INSERT INTO run_address
    SELECT no, email_key FROM run_deal WHERE email_key <> ''
    UNION
    SELECT no, lead.email_key FROM run_deal JOIN lead ON lead.id = run_deal.lead_id WHERE lead.email_key <> ''""",
    "ANALYZE run_deal, run_team, run_address",
    """INSERT INTO run_lead
    SELECT no, lead_id FROM run_deal WHERE lead_id IS NOT NULL
    UNION
    SELECT no, merged.loser_id FROM run_deal JOIN lead_merge AS merged ON merged.winner_id = run_deal.lead_id
    WHERE merged.undone_at IS NULL
    UNION
    SELECT no, lead.id FROM run_address JOIN run_team USING (no)
    JOIN lead ON lead.programme_id = :programme AND lead.email_key = run_address.email_key
      AND lead.partner_id = run_team.partner_id""",
    """INSERT INTO run_contact
    SELECT no, contact.id AS contact_id FROM run_address JOIN run_team USING (no)
    JOIN contact ON contact.partner_id = run_team.partner_id AND contact.email_key = run_address.email_key""",
    "ANALYZE run_lead, run_contact",
    """INSERT INTO run_visit
    SELECT DISTINCT no, submission.launch_id, submission.visitor, submission.delivery_id
    FROM run_lead JOIN lead_submission USING (lead_id) JOIN submission ON submission.id = submission_id""",
    "ANALYZE run_visit",
    """INSERT INTO run_touch
    SELECT no, touchpoint.id AS touch_id FROM run_visit
    JOIN touchpoint ON touchpoint.launch_id = run_visit.launch_id AND touchpoint.visitor = run_visit.visitor
    WHERE run_visit.visitor <> '' AND touchpoint.programme_id = :programme
    UNION
    SELECT no, touchpoint.id FROM run_visit
    JOIN touchpoint ON touchpoint.delivery_id = run_visit.delivery_id
    WHERE run_visit.delivery_id IS NOT NULL AND touchpoint.programme_id = :programme
    UNION
    SELECT no, touchpoint.id FROM run_contact
    JOIN touchpoint ON touchpoint.contact_id = run_contact.contact_id
    WHERE touchpoint.contact_id IS NOT NULL AND touchpoint.programme_id = :programme
    UNION
    SELECT no, touchpoint.id FROM run_contact
    JOIN delivery ON delivery.contact_id = run_contact.contact_id
    JOIN touchpoint ON touchpoint.delivery_id = delivery.id
    WHERE touchpoint.delivery_id IS NOT NULL AND touchpoint.programme_id = :programme""",
    "ANALYZE run_touch",
)

LAUNCHES = """SELECT launch.id::text, launch.partner_id::text, launch.kit_version_id::text, kit_version.kit_id::text
    FROM launch JOIN kit_version ON kit_version.id = launch.kit_version_id WHERE launch.programme_id = :programme"""

# These two are read by cursors of the driver, which writes parameters so.
DEALS = """SELECT no, deal_id::text, partner_id::text, lead_id::text, state, amount_minor, currency,
    lead_at, opportunity_at, closed_at, team FROM run_deal ORDER BY no"""

# A verdict recomputed after the cut-off is not known to the run, so the row it revises still counts for it.
TOUCHES = """SELECT no, 'touchpoint:' || lpad(touchpoint.id::text, 19, '0') AS touch, touchpoint.occurred_at,
      touchpoint.created_at, touchpoint.channel, touchpoint.kind, touchpoint.launch_id::text, touchpoint.asset_id,
      touchpoint.step_id, touchpoint.locale, touchpoint.partner_id::text, '' AS activity, touchpoint.verdict
    FROM run_touch JOIN touchpoint ON touchpoint.id = run_touch.touch_id
    WHERE touchpoint.created_at <= %(cut_off)s AND touchpoint.kind = ANY(%(kinds)s)
      AND touchpoint.verdict = ANY(%(verdicts)s)
      AND NOT EXISTS (SELECT FROM touchpoint AS later
                      WHERE later.revises = touchpoint.id AND later.created_at <= %(cut_off)s)
    UNION ALL
    SELECT no, 'activity:' || lead_note.id::text, lead_note.happened_at, lead_note.created_at, lead_note.kind,
      CASE lead_note.kind WHEN 'event' THEN 'event' ELSE 'activity' END, lead.launch_id::text, '', '', lead.locale,
      coalesce(lead.partner_id, run_deal.partner_id)::text, lead_note.kind, 'human'
    FROM run_lead JOIN run_deal USING (no) JOIN lead ON lead.id = run_lead.lead_id
    JOIN lead_note ON lead_note.lead_id = lead.id
    WHERE lead_note.kind IN ('call','meeting','event') AND lead_note.side = 'partner'
      AND lead_note.created_at <= %(cut_off)s
      AND NOT EXISTS (SELECT FROM lead_intake WHERE lead_intake.id = (lead_note.data->>'intake')::uuid
                      AND lead_intake.undone_at <= %(cut_off)s)
      AND CASE lead_note.kind WHEN 'event' THEN 'event' ELSE 'activity' END = ANY(%(kinds)s)
    ORDER BY no"""
