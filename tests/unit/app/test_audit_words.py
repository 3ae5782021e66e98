"""Every action a service records has words."""

import ast
from pathlib import Path

from app.audit_words import action_name, has_words
from campaigns.deals.rules import STEPS
from campaigns.launches.rules import Event
from campaigns.leads.rules import TO

# what these record is put together of a subject and their fourth argument
PREFIXED = {"record_audit": "deal", "_kept": "webhook"}
ROOT = Path(__file__).resolve().parents[3]


def recorded() -> set[str]:
    """The third argument of every `audit.record(…)`, and those that are put together of an event or a decision."""
    found = {f"launch.{event.value}" for event in Event} | {f"lead.{decision}" for decision in TO}
    found |= {f"deal.{step}" for step in STEPS}
    for path in (ROOT / "campaigns").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            if isinstance(node, ast.Call) and called in PREFIXED and len(node.args) > 3:
                named = node.args[3]
                found |= {f"{PREFIXED[called]}.{named.value}"} if isinstance(named, ast.Constant) else set()
            if isinstance(node, ast.Call) and called == "audit.record":
                parts = [part for part in ast.walk(node.args[2]) if not isinstance(node.args[2], ast.JoinedStr)]
                texts = {part.value for part in parts if isinstance(part, ast.Constant)}
                found |= {text for text in texts if isinstance(text, str) and "." in text}
    return found


def test_every_action_has_words():
    found = recorded()
    assert {"deal.pick_up", "deal.note", "webhook.rotate", "kit.checked"} <= found
    assert {action for action in found if not has_words(action)} == set()


def test_a_deals_step_is_said_as_a_deals():
    assert action_name("deal.pick_up") == "Deal: Taken up"


def test_an_unknown_action_can_be_read():
    assert action_name("deal.closed_won") == "deal: closed won"
