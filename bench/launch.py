"""Fifty launches of a starter kit in one language on the embedded stack, click to complete, beside the peer."""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from uuid import UUID

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sqlalchemy import select

from app.demo import seed
from app.demo.plan import read_plan
from app.demo.sign_ins import SignIns
from bench.peer import Peer
from campaigns.bootstrap import Container
from campaigns.kits.models import KitVersion
from campaigns.launches.models import Launch
from campaigns.partners.models import Partner
from tests.factories.starter import HEAT, ROOT, write_starter
from tests.fixtures.running import embedded
from tests.fixtures.visitor import Visitor

ROUNDS, GOAL_S = 50, 1.0


def percentile(taken: list[float], share: float) -> float:
    """The value below which `share` of the sample lies, by nearest rank."""
    return sorted(taken)[min(len(taken) - 1, round(share * len(taken)) - 1)]


def launches(rounds: int) -> list[float]:
    """Seconds from sending the click's POST until every piece is ready and the launch runs."""
    folder = Path(tempfile.mkdtemp(prefix="tlbench-"))
    write_starter(folder, HEAT, ("en",))
    plan = read_plan(ROOT / "assets" / "demo" / "programme.toml")
    partner = replace(next(item for item in plan.partners if item.slug == "osterly"), locales=("en",))
    plan = replace(plan, vendors=(replace(plan.vendors[0], kits=(HEAT,)),), partners=(partner,))
    sign_ins = SignIns(folder / "sign-ins.json")
    with embedded() as running:
        box = running.container
        seed.seed(box, plan, folder, sign_ins, lambda _line: None)
        email = partner.people[0].email
        with box.uow.reading() as session:
            version_id = session.scalars(select(KitVersion.id).where(KitVersion.state == "published")).one()
            assert session.scalars(select(Partner.id)).one()
        visitor = Visitor(running.url)
        visitor.sign_in(email, sign_ins.password(email))
        return [one_launch(visitor, box, version_id, number) for number in range(rounds)]


def one_launch(visitor: Visitor, box: Container, version_id: UUID, number: int) -> float:
    """Every launch has a text of its own, so that no piece is taken from an earlier one."""
    panel = visitor.get(f"/portal/campaigns/{version_id}/launch")
    form = visitor.form(panel, "/launch")
    values = dict(form.values) | {"when": "now", "list": "none", "f.offer": f"Visit number {number} is on us."}
    begun = time.monotonic()
    answer = visitor.session.post(visitor.url + form.action, data=values, allow_redirects=False, timeout=30)
    assert answer.status_code == 303, answer.text
    launch_id = UUID(answer.headers["Location"].rsplit("/", 1)[-1])
    while time.monotonic() < begun + 60:
        with box.uow.reading() as session:
            state = session.scalar(select(Launch.state).where(Launch.id == launch_id))
        if state == "running":
            return time.monotonic() - begun
        assert state in ("rendering", "ready"), state
        time.sleep(0.01)
    raise TimeoutError(f"launch {launch_id} did not end")


def peer(rounds: int) -> list[float]:
    """The same kit's PDFs and pictures by the peer, one after the other."""
    logo = (ROOT / "assets" / "demo" / "osterly" / "logo-light.png").read_bytes()
    font = ROOT / "assets" / "fonts" / "NotoSans-Regular.ttf"
    made = Peer(ROOT / "assets" / "kits" / HEAT, logo, font)
    brand = {"name": "Osterly Building Systems", "phone": "+44 117 496 0142", "url": "https://osterly.example"}
    taken = []
    for _ in range(rounds):
        begun = time.monotonic()
        made.make(brand)
        taken.append(time.monotonic() - begun)
    return taken


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    ours, theirs = launches(rounds), peer(max(3, rounds // 5))
    print(f"{'':34}{'p50':>8}{'p95':>8}")
    for name, taken in (("a launch, click to complete", ours), ("reportlab + pypdf + Pillow", theirs)):
        print(f"{name:34}{statistics.median(taken):7.2f}s{percentile(taken, 0.95):7.2f}s   of {len(taken)}")
    print(f"goal: p95 ≤ {GOAL_S:.0f} s; {'met' if percentile(ours, 0.95) <= GOAL_S else 'missed'}")


if __name__ == "__main__":
    main()
