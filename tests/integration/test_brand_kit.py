"""Brand kits on a real database: logos taken and refused, revisions frozen, edits guarded."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from PIL import Image, ImageDraw
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError

from campaigns.core.actor import Actor, Role
from campaigns.core.errors import DomainError
from campaigns.core.ids import new_id
from campaigns.db.unit_of_work import UnitOfWorkFactory
from campaigns.partners import brand
from campaigns.partners.brand.queries import BrandPage
from campaigns.partners.models import BrandRevision, Partner
from tests.fakes import MemoryStorage


def svg(fill: str) -> bytes:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 200">'
        f'<rect x="100" y="50" width="200" height="80" fill="{fill}"/></svg>'
    ).encode()


@pytest.fixture
def storage() -> MemoryStorage:
    return MemoryStorage()


@pytest.fixture
def actor(committing: UnitOfWorkFactory) -> Actor:
    return make_actor(committing, "osterly")


def make_actor(factory: UnitOfWorkFactory, slug: str) -> Actor:
    with factory() as uow:
        partner = Partner(id=new_id(), slug=slug, name=slug.title())
        uow.session.add(partner)
    return Actor(kind="person", role=Role.PARTNER_MEMBER, partner_id=partner.id)


def page(factory: UnitOfWorkFactory, actor: Actor) -> BrandPage:
    with factory.reading() as session:
        return brand.brand_page(session, actor)


def upload(factory: UnitOfWorkFactory, storage: MemoryStorage, actor: Actor, data: bytes, ground: str = "light"):
    return brand.upload_logo(factory, storage, actor, filename="a/b\\logo.svg", data=data, ground=ground)


def test_the_first_logo_makes_a_brand_with_its_colours(
    committing: UnitOfWorkFactory, storage: MemoryStorage, actor: Actor
) -> None:
    outcome = upload(committing, storage, actor, svg("#14304d"))
    assert outcome.taken
    shown = page(committing, actor)
    assert (shown.number, shown.form.name, shown.form.primary) == (1, "Osterly", "#14304d")
    assert shown.light is not None
    assert shown.light.filename == "logo.svg"
    assert shown.light.contrast_on_light > 10
    with committing.reading() as session:
        spec = brand.brand_spec(session, storage, shown.revision_id, {"offer": "{{7*7}}"})
    assert spec.logo_light.svg is not None
    assert spec.logo_light.png.startswith(b"\x89PNG")
    assert (spec.name, spec.primary, spec.fields["offer"]) == ("Osterly", "#14304d", "{{7*7}}")


def test_a_pale_logo_is_refused_with_a_darkened_proposal(
    committing: UnitOfWorkFactory, storage: MemoryStorage, actor: Actor
) -> None:
    upload(committing, storage, actor, svg("#14304d"))
    outcome = upload(committing, storage, actor, svg("#d8dde0"))
    assert not outcome.taken
    shown = page(committing, actor)
    assert shown.number == 1, "the logo before stays in use"
    refusal = shown.refusal
    assert refusal is not None
    assert refusal.problems[0].code == "logo.pale_on_light"
    assert refusal.problems[0].params["measured"] < 3 <= refusal.problems[0].params["needed"]
    assert refusal.darkened.contrast_on_light >= 3
    with committing() as uow:
        brand.place_logo(uow, actor, refusal.darkened.id, "light", shown.version)
    assert page(committing, actor).light.id == refusal.darkened.id


def test_a_logo_too_pale_is_not_placed_by_hand_either(
    committing: UnitOfWorkFactory, storage: MemoryStorage, actor: Actor
) -> None:
    upload(committing, storage, actor, svg("#d8dde0"))
    shown = page(committing, actor)
    assert shown.number is None
    with pytest.raises(DomainError, match=r"logo\.contrast") as refused, committing() as uow:
        brand.place_logo(uow, actor, shown.refusal.logo.id, "light", shown.version)
    assert refused.value.params["measured"] < 3
    with committing() as uow:
        brand.place_logo(uow, actor, shown.refusal.logo.id, "dark", shown.version)
    assert page(committing, actor).dark is not None


@pytest.mark.parametrize("data", [b"", b"GIF89a nothing", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"hello"])
def test_what_is_no_logo_is_refused_and_kept_on_record(
    committing: UnitOfWorkFactory, storage: MemoryStorage, actor: Actor, data: bytes
) -> None:
    outcome = upload(committing, storage, actor, data)
    assert not outcome.taken
    assert outcome.problems[0].message
    refusal = page(committing, actor).refusal
    assert refusal is not None
    assert refusal.logo is None
    with committing() as uow:
        brand.dismiss_refusal(uow, actor, refusal.upload_id)
    assert page(committing, actor).refusal is None


def test_a_dark_logo_is_refused_for_dark_grounds(
    committing: UnitOfWorkFactory, storage: MemoryStorage, actor: Actor
) -> None:
    outcome = upload(committing, storage, actor, svg("#101820"), "dark")
    assert [problem.code for problem in outcome.problems] == ["logo.dark_on_dark"]
    assert outcome.problems[0].params["measured"] < 3


def test_a_small_picture_is_taken_with_a_warning_for_print(
    committing: UnitOfWorkFactory, storage: MemoryStorage, actor: Actor
) -> None:
    picture = Image.new("RGBA", (200, 80), (0, 0, 0, 0))
    ImageDraw.Draw(picture).rectangle((10, 10, 190, 70), fill=(20, 48, 77, 255))
    out = io.BytesIO()
    picture.save(out, "PNG")
    assert upload(committing, storage, actor, out.getvalue()).taken
    assert "logo.small_for_print" in {note.code for note in page(committing, actor).light.notes}


def test_each_change_is_a_revision_and_the_same_content_is_none(
    committing: UnitOfWorkFactory, storage: MemoryStorage, actor: Actor
) -> None:
    upload(committing, storage, actor, svg("#14304d"))
    first = page(committing, actor)
    with committing() as uow:
        brand.save_brand(uow, actor, replace(first.form, phone="+44 117 496 0142"), first.version)
    second = page(committing, actor)
    assert (second.number, second.version) == (2, first.version + 1)
    with committing() as uow:
        brand.save_brand(uow, actor, replace(second.form, phone=" +44  117 496 0142 "), second.version)
    assert page(committing, actor) == second
    with committing() as uow:
        brand.restore_revision(uow, actor, 1, second.version)
    third = page(committing, actor)
    assert (third.number, third.form) == (3, first.form)
    with committing() as uow:
        assert uow.session.scalar(select(func.count()).select_from(BrandRevision)) == 3


def test_a_save_over_somebody_elses_is_refused(committing: UnitOfWorkFactory, actor: Actor) -> None:
    start = page(committing, actor)
    with committing() as uow:
        brand.save_brand(uow, actor, replace(start.form, tagline="one"), start.version)
    with pytest.raises(DomainError, match=r"edit\.changed_meanwhile"), committing() as uow:
        brand.save_brand(uow, actor, replace(start.form, tagline="two"), start.version)
    assert page(committing, actor).form.tagline == "one"


def test_all_problems_are_raised_together(committing: UnitOfWorkFactory, actor: Actor) -> None:
    with pytest.raises(DomainError, match=r"brand\.invalid") as refused, committing() as uow:
        brand.save_brand(uow, actor, brand.BrandForm(name="", url="javascript:x", primary="red"), 1)
    assert {problem.slot for problem in refused.value.problems} == {"name", "url", "primary"}


def test_another_partners_logo_and_refusal_do_not_exist(
    committing: UnitOfWorkFactory, storage: MemoryStorage, actor: Actor
) -> None:
    upload(committing, storage, actor, svg("#14304d"))
    upload(committing, storage, actor, svg("#d8dde0"))
    shown = page(committing, actor)
    other = make_actor(committing, "tanabe")
    for refused in (
        lambda uow: brand.place_logo(uow, other, shown.light.id, "light", 1),
        lambda uow: brand.use_colours(uow, other, shown.light.id, 1),
        lambda uow: brand.restore_revision(uow, other, 1, 1),
        lambda uow: brand.dismiss_refusal(uow, other, shown.refusal.upload_id),
        lambda uow: brand.own_logo(uow.session, other, shown.light.id),
    ):
        with pytest.raises(DomainError, match="not_found"), committing() as uow:
            refused(uow)


def test_the_same_file_for_two_partners_is_two_logos(
    committing: UnitOfWorkFactory, storage: MemoryStorage, actor: Actor
) -> None:
    other = make_actor(committing, "tanabe")
    assert upload(committing, storage, actor, svg("#14304d")).taken
    assert upload(committing, storage, other, svg("#14304d")).taken
    assert page(committing, actor).light.png_key != page(committing, other).light.png_key


def test_revisions_are_never_changed(committing: UnitOfWorkFactory, storage: MemoryStorage, actor: Actor) -> None:
    upload(committing, storage, actor, svg("#14304d"))
    with pytest.raises(DBAPIError, match="never changed"), committing() as uow:
        uow.session.execute(update(BrandRevision).values(number=9))
