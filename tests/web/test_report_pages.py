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
from werkzeug.test import TestResponse

from campaigns.attribution.rules import Model, ModelName, PathRules, RunSpec
from campaigns.attribution.service import TASK, make_run
from campaigns.attribution.service.running import RunPlan
from campaigns.bootstrap import Container
from campaigns.core.ids import new_id
from campaigns.db.models import Job
from campaigns.kits.models import Kit, KitVersion
from campaigns.launches.models import Launch
from campaigns.partners.models import BrandRevision
from campaigns.reports.models import ReportSchedule
from campaigns.reports.service.schedules import unsubscribe_token
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
    for wrong in ({"model": "dream"}, {"model": "linear", "look_back": "0"}, {"model": "time_decay", "half_life": "x"}):
        assert client.post("/studio/reports/runs", data=wrong, headers={"X-CSRF-Token": token}).status_code == 303
        assert "cannot be taken" in client.get("/studio/reports").get_data(as_text=True)
    chosen = {"model": "time_decay", "half_life": "30", "look_back": "365", "anchor": "opportunity", "back": "channel"}
    asked = client.post("/studio/reports/runs", data=chosen, headers={"X-CSRF-Token": token})
    assert asked.headers["Location"] == "/channel/reports"
    with container.uow.reading() as session:
        payloads = session.scalars(select(Job.payload).where(Job.task == TASK)).all()
    (made,) = [one for one in payloads if one["model"]["name"] == "time_decay"]
    assert made["model"]["half_life_days"] == 30
    assert (made["rules"]["look_back_days"], made["rules"]["anchor"]) == (365, "opportunity")
    assert "Time decay waits to be computed." in client.get("/channel/reports").get_data(as_text=True)


def _post(client: FlaskClient, address: str, **data: str) -> str:
    """The page a form leads to."""
    token = client.get("/studio/reports").get_data(as_text=True)
    token = token.split('"X-CSRF-Token": "')[1].split('"')[0] if '"X-CSRF-Token"' in token else ""
    return client.post(address, data=data, headers={"X-CSRF-Token": token}, follow_redirects=True).get_data(
        as_text=True
    )


def test_what_is_set_on_pages_is_what_the_forecast_reckons_with(sign_in: SignIn, deal: UUID) -> None:
    client = sign_in("vendor")
    at = "/studio/reports"
    assert "Saved." in _post(
        client, f"{at}/inputs/settings", number="0", currency="NOK", fiscal_month="1", weight_submitted="5",
        weight_approved="20", weight_converted="50", stages="offer = 70\nlast call = 90%",
    )  # fmt: skip
    page = _post(client, f"{at}/inputs/rates", currency="EUR", base="NOK", starts_on="2026-01-01", rate="11.5")
    assert "1 EUR = 11.5 NOK" in page
    assert "last call = 90" in page
    assert "A rate is a number" in _post(
        client, f"{at}/inputs/rates", currency="EUR", base="NOK", starts_on="2026-01-01", rate="much"
    )
    assert "Somebody else saved" in _post(
        client, f"{at}/inputs/settings", number="0", currency="NOK", fiscal_month="1", weight_submitted="5",
        weight_approved="20", weight_converted="50",
    )  # fmt: skip
    page = _post(client, f"{at}/targets", quarter="2026-Q2", amount="20,000.00", currency="NOK")
    assert "NOK\xa020,000.00" in page
    page = client.get(f"{at}/tables/forecast?period=2026-Q2").get_data(as_text=True)
    assert "NOK\xa011,500.00" in page  # 1,000.00 won on 30 June
    assert "58%" in page
    assert "1 EUR = 11.5 NOK, from 1 Jan 2026" in page
    rows = list(csv.reader(io.StringIO(client.get(f"{at}/tables/forecast/csv?period=2026-Q2").get_data(as_text=True))))
    assert rows[0][:5] == ["\ufeffreport", "by", "period", "from", "until"]
    assert rows[1][2:5] == ["2026-Q2", "2026-04-01", "2026-06-30"]
    assert client.get(f"{at}/tables/forecast?period=last_month").status_code == 422
    assert client.get(f"{at}/tables/nothing").status_code == 404
    page = _post(client, f"{at}/inputs/margins", product="", share="30", starts_on="2026-01-01")
    assert "All products: 30%" in page
    page = _post(client, f"{at}/inputs/costs", activity="Fair", amount="100", currency="EUR", incurred_on="2026-05-01")
    assert "Fair" in page
    assert "Ada" in page
    assert "200%" in client.get(f"{at}/tables/ropi").get_data(as_text=True)  # 300.00 less 100.00, of 100.00


@pytest.mark.parametrize("report", ["credits", "registrations", "funnels", "durations", "benchmarks"])
def test_both_sides_read_their_reports_as_page_file_and_answer(sign_in: SignIn, deal: UUID, report: str) -> None:
    for who, side in (("vendor", "/studio/reports"), ("partner", "/portal/results")):
        client = sign_in(who)
        page = client.get(f"{side}/tables/{report}")
        assert page.status_code == 200
        assert "<table" in page.get_data(as_text=True)
        file = client.get(f"{side}/tables/{report}/csv")
        assert (file.status_code, file.mimetype) == (200, "text/csv")


@pytest.mark.parametrize("report", ["forecast", "ropi", "first_deal"])
def test_a_partner_has_no_reports_of_the_programme(sign_in: SignIn, deal: UUID, report: str) -> None:
    client = sign_in("partner")
    assert client.get(f"/portal/results/tables/{report}").status_code == 404
    assert client.get(f"/portal/results/tables/{report}/csv").status_code == 404


def test_a_view_is_saved_mailed_renamed_deleted_and_back(sign_in: SignIn, deal: UUID, container: Container) -> None:
    client = sign_in("vendor")
    page = _post(client, "/studio/reports/views", report="registrations", by="region", name="By country", shared="1")
    assert "By country" in page
    view_id = page.split("/studio/reports/views/")[1].split('"')[0]
    at = f"/studio/reports/views/{view_id}"
    assert ">By country<" in client.get(at).get_data(as_text=True)
    assert "Next mail to you" in _post(client, at, act="mail", every="month", day="31", at="08:00", zone="Europe/Oslo")
    assert "1 to 31" in _post(client, at, act="mail", every="month", day="32", at="08:00", zone="Europe/Oslo")
    assert "Countries" in _post(client, at, act="rename", version="1", name="Countries")
    assert "meanwhile" in _post(client, at, act="rename", version="1", name="Late")
    assert "Bring back" in _post(client, at, act="delete")
    assert client.get(at).status_code == 404
    assert "The view is back." in _post(client, at, act="restore")
    with container.uow.reading() as session:
        token = unsubscribe_token(container.settings.secret_key, session.scalars(select(ReportSchedule.id)).one())
    stranger = sign_in("other_vendor")
    assert stranger.get(f"/r/{token}").status_code == 200
    with container.uow.reading() as session:
        assert session.scalars(select(ReportSchedule.stopped_why)).one() == ""
    ended = one_click(stranger, f"/r/{token}")
    assert (ended.status_code, ended.headers.get("Location")) == (200, None)
    with container.uow.reading() as session:
        assert session.scalars(select(ReportSchedule.stopped_why)).one() == "unsubscribed"
    assert stranger.get("/r/nonsense").status_code == 404


def one_click(client: FlaskClient, address: str) -> TestResponse:
    """A mail program's one click: no cookies, no token of a form."""
    client.delete_cookie("tl")
    return client.post(address, data={"List-Unsubscribe": "One-Click"})
