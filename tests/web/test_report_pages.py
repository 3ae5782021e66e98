"""Pages of reports: what stands on them for a vendor and for a partner, their CSV and API, and asking for a run."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from campaigns.attribution.rules import Model, ModelName, PathRules, RunSpec
from campaigns.attribution.service import TASK, make_run
from campaigns.attribution.service.running import RunPlan
from campaigns.bootstrap import Container
from campaigns.core.ids import new_id
from campaigns.db.models import Job
from campaigns.kits.models import Kit, KitVersion
from campaigns.launches.models import Launch
from campaigns.partners.models import BrandRevision
from tests.factories.deals_made import CLOSE, add_deal, add_lead, add_touch, before
from tests.factories.mailing import World as Rows
from tests.web.conftest import World

SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def deal(container: Container, world: World) -> UUID:
    """A deal of 1,000.00 won after a page, a form and a click on a piece, and a linear run over it."""
    with container.uow() as uow:
        session = uow.session
        kit = Kit(id=new_id(), programme_id=world.programme, slug="spring", title="Spring")
        brand = BrandRevision(id=new_id(), partner_id=world.partner, number=1, data={}, digest="d")
        session.add_all([kit, brand])
        session.flush()
        version = KitVersion(
            id=new_id(), kit_id=kit.id, programme_id=world.programme, number=1, label="1.0", digest="d",
            state="published", archive_key="k", manifest={},
        )  # fmt: skip
        session.add(version)
        session.flush()
        launch = Launch(
            id=new_id(), slug="spring-1", programme_id=world.programme, partner_id=world.partner,
            kit_version_id=version.id, brand_revision_id=brand.id, client_token="c", locales=["en"], state="running",
            starts_at=before(90),
        )  # fmt: skip
        session.add(launch)
        session.flush()
        rows = Rows(world.programme, world.partner, new_id(), launch.id, launch.slug)
        lead = add_lead(session, rows, before(50), visitor="v1")
        add_touch(session, rows, before(60), kind="page", visitor="v1", channel="qr")
        add_touch(session, rows, before(50), kind="form", visitor="v1", channel="qr")
        add_touch(session, rows, before(10), visitor="v1", asset_id="=sheet", channel="mail")
        made = add_deal(session, rows, cents=100_000, lead_id=lead, title="Cooling for Stern")
        spec = RunSpec(Model(ModelName.LINEAR), PathRules(), CLOSE + timedelta(days=30))
        make_run(session, world.programme, RunPlan(spec))
    return made


def test_a_vendor_sees_the_piece_the_launch_and_the_money(sign_in: SignIn, deal: UUID) -> None:
    client = sign_in("vendor")
    page = client.get("/studio/reports?by=asset").get_data(as_text=True)
    assert "Run 1, Linear, up to 30 July 2026" in page.replace("Jul 2026", "July 2026")
    assert "Spring · 1.0 · =sheet" in page
    assert "€333.33" in page
    assert "€1,000.00" in page
    path = client.get(f"/studio/reports/deals/{deal}").get_data(as_text=True)
    order = [path.index(word) for word in ("Page visit", "Form", "=sheet", "This deal was won</b>")]
    assert order == sorted(order)
    assert "eva@stern.example" not in page + path
    assert f'href="/channel/deals/{deal}"' in path


def test_a_partner_sees_its_own_results_and_no_totals_of_the_programme(sign_in: SignIn, deal: UUID) -> None:
    client = sign_in("partner")
    page = client.get("/portal/results?by=channel").get_data(as_text=True)
    assert "QR code" in page
    assert "€666.67" in page or "€666.66" in page
    assert "Sourced and influenced" not in page
    assert "Make a run" not in page
    path = client.get(f"/portal/results/deals/{deal}").get_data(as_text=True)
    assert "Cooling for Stern" in path
    assert f'href="/portal/deals/{deal}"' in path
    page = client.get(f"/portal/deals/{deal}").get_data(as_text=True)
    assert f"/portal/results/deals/{deal}?run=" in page, "a deal leads to how it came about"


def test_the_csv_says_the_run_on_each_line_and_no_cell_is_a_formula(sign_in: SignIn, deal: UUID) -> None:
    answer = sign_in("vendor").get("/studio/reports/credits.csv?by=asset")
    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True).lstrip("\ufeff"))))
    assert {row["run"] for row in rows} == {"1"}
    assert {row["model"] for row in rows} == {"linear"}
    assert sum(int(row["amount_minor"]) for row in rows) == 100_000
    assert not any(cell.startswith("=") for row in rows for cell in row.values())


@pytest.mark.parametrize("query", ["by=dreams", "by=kit&state=dreamt", "group=dreams"])
def test_what_there_is_no_report_of_is_said(sign_in: SignIn, deal: UUID, query: str) -> None:
    answer = sign_in("vendor").get(f"/studio/reports?{query}")
    assert answer.status_code == 422
    assert "There is no" in answer.get_data(as_text=True)


def test_an_empty_page_teaches(sign_in: SignIn, world: World) -> None:
    for who, address in (("vendor", "/studio/reports"), ("partner", "/portal/results")):
        page = sign_in(who).get(address).get_data(as_text=True)
        assert "Nothing was computed yet" in page
        assert "none yet" in page
        assert ">0 %<" not in page


def test_asking_for_a_run_is_a_job_and_the_page_says_so(container: Container, sign_in: SignIn, deal: UUID) -> None:
    client = sign_in("vendor")
    token = client.get("/studio/reports").get_data(as_text=True).split('"X-CSRF-Token": "')[1].split('"')[0]
    for _ in range(2):
        asked = client.post("/studio/reports/runs", data={"model": "shapley"}, headers={"X-CSRF-Token": token})
        assert asked.status_code == 303
    with container.uow.reading() as session:
        assert session.scalars(select(Job.payload["model"]["name"].astext).where(Job.task == TASK)).all() == ["shapley"]
    assert "Shapley value waits to be computed." in client.get("/studio/reports").get_data(as_text=True)
    wrong = client.post("/studio/reports/runs", data={"model": "dream"}, headers={"X-CSRF-Token": token})
    assert wrong.status_code == 422
