"""Coverage says what routing would do: a cell with nobody is a lead that finds nobody."""

from __future__ import annotations

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from campaigns.leads.coverage import Demand, coverage_rows
from campaigns.leads.policy import LeadRules, Territory
from campaigns.leads.routing import Candidate, Place, choose

A, B = UUID(int=1), UUID(int=2)
RULES = LeadRules(territories=(Territory("DACH", ("DE", "AT")), Territory("North", ("DK",), ("2", "8"))))


def cells(candidates: list[Candidate], products: tuple[str, ...] = ("",), demand: tuple[Demand, ...] = ()):
    rows = coverage_rows(RULES, candidates, products, demand)
    return {row.name: dict(zip(products, row.cells, strict=True)) for row in rows}


def test_a_territory_names_the_countries_where_nobody_is() -> None:
    found = cells([Candidate(A, countries=("DE",)), Candidate(B, countries=("DE", "DK"), postal_prefixes=("2",))])
    assert (found["DACH"][""].partners, found["DACH"][""].missing) == (2, ("AT",))
    assert (found["North"][""].partners, found["North"][""].missing) == (1, ("DK 8",))
    assert found["North"][""].partly is False, "what is missing is said by its prefix"


def test_products_capacity_and_willingness_count() -> None:
    one = Candidate(A, countries=("DE", "AT"), product_lines=("pumps",), capacity=2, open_leads=2)
    found = cells([one, Candidate(B, takes_leads=False)], ("", "pumps", "wifi"))["DACH"]
    assert [(found[name].partners, found[name].free) for name in ("", "pumps", "wifi")] == [(1, 0), (1, 0), (0, 0)]
    assert [found[name].gap for name in ("", "pumps", "wifi")] == [False, False, True]
    assert cells([Candidate(A, capacity=0)])["DACH"][""].gap, "who takes none at all covers nothing"


def test_leads_outside_every_territory_are_rows_of_their_own() -> None:
    demand = (Demand("FR", "75001", "pumps", 3, 2), Demand("DE", "", "", 1, 0), Demand("", "", "", 5, 5))
    rows = coverage_rows(RULES, [Candidate(A, countries=("DE", "AT", "DK"))], ("", "pumps"), demand)
    assert [(row.name, row.territory, row.came) for row in rows] == [
        ("FR", False, 3), ("DACH", True, 1), ("North", True, 0),
    ]  # fmt: skip
    assert [cell.waiting for cell in rows[0].cells] == [0, 2]


def test_only_postal_codes_within_a_country_are_said_to_be_a_part() -> None:
    found = cells([Candidate(A, countries=("DE", "AT"), postal_prefixes=("1",))])
    assert (found["DACH"][""].partly, found["DACH"][""].gap) == (True, False)
    assert not cells([Candidate(A, countries=("DE", "AT"), postal_prefixes=("1",)), Candidate(B)])["DACH"][""].partly


PARTNERS = st.lists(
    st.builds(
        Candidate, st.uuids(), countries=st.sampled_from([(), ("DE",), ("AT", "DE"), ("DK",)]),
        product_lines=st.sampled_from([(), ("pumps",), ("wifi",)]), takes_leads=st.booleans(),
        postal_prefixes=st.sampled_from([(), ("2",), ("8",)]),
    ),
    max_size=4, unique_by=lambda one: one.partner_id,
)  # fmt: skip


@given(PARTNERS, st.sampled_from(["", "pumps"]))
def test_a_gap_is_where_routing_finds_nobody(candidates: list[Candidate], product: str) -> None:
    for row in coverage_rows(RULES, candidates, (product,), ()):
        (cell,) = row.cells
        for territory in RULES.territories:
            if territory.name == row.name:
                missing = {
                    f"{country} {prefix}".strip()
                    for country in territory.countries
                    for prefix in territory.postal_prefixes or ("",)
                    if choose(Place(country, prefix, product), candidates, RULES).partner_id is None
                }
                assert set(cell.missing) == missing
