"""The whole demo, one thing after the other: programme, deals, launches, their pieces as files, the story so far."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from app.demo import dealing, history, launching, seed, vendor_leads
from app.demo.plan import DemoPlan
from app.demo.sign_ins import SignIns
from campaigns.bootstrap import Container

CURRENCIES = {"GB": "GBP", "JP": "JPY", "AE": "AED"}
Say = Callable[[str], None]


def show(container: Container, plan: DemoPlan, kits: Path, data: Path, root: Path, say: Say) -> list[UUID]:
    """Seed what is missing, wait for the pieces, say where each lies and who signs in. The launches' ids.

    DomainError and DemoFailed say what could not be done.
    """
    sign_ins = SignIns(data / "demo" / "sign-ins.json")
    seed.seed(container, plan, kits, sign_ins, say)
    if made := dealing.seed_deals(container, plan):
        say(f"{made} deals")
    if handed := vendor_leads.seed_vendor_leads(container, plan):
        say(f"{handed} leads of {plan.vendors[0].name}, offered by its rules")
    lists = {partner.slug: seed.contact_list(container, partner) for partner in plan.partners}
    launches = [launching.start(container, plan, partner, lists[partner.slug]) for partner in plan.partners]
    _follow(container, launches, say)
    if told := history.tell(container, launches, CURRENCIES):
        say(f"{told} deals of the last months, and what led to them")
    folder = data / "demo" / "pieces"
    for launch in launches:
        for path in launching.write_files(container, launch, folder):
            say(f"{launch.partner.name} · {os.path.relpath(path, root)}")
    say("")
    people = [person for vendor in plan.vendors for person in vendor.people]
    people += [person for partner in plan.partners for person in partner.people]
    for person in people:
        say(f"sign in as {person.role.value:<15} {person.email:<36} {sign_ins.password(person.email)}")
    return [launch.launch_id for launch in launches]


def _follow(container: Container, launches: list[launching.DemoLaunch], say: Say) -> None:
    console = Console()
    if not console.is_terminal:
        *_, (ready, total) = launching.follow(container, launches)
        say(f"{ready} of {total} pieces ready")
        return
    columns = (TextColumn("Making the pieces"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("pieces", total=None)
        for ready, total in launching.follow(container, launches):
            bar.update(task, completed=ready, total=total)
