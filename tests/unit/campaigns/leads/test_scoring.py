"""The score and its formula: each test, the cap, the bounds, and that the parts add up."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from campaigns.leads.policy import LeadRules, ScorePart
from campaigns.leads.scoring import score

RULES = LeadRules(
    parts=(
        ScorePart("soon", "facts.timeframe", "is", ("now", "3 months"), 30),
        ScorePart("decides", "job_title", "has", ("head", "director", "leiter"), 20),
        ScorePart("phone", "phone", "filled", (), 5),
        ScorePart("large", "facts.employees", "at_least", ("50",), 15),
        ScorePart("student", "job_title", "has", ("student",), -60),
    ),
    engagement={"click": 5, "form": 15},
    engagement_most=30,
)


def test_each_part_that_fits_is_listed_with_its_points() -> None:
    values = {"facts.timeframe": "NOW", "job_title": "Technischer Leiter", "phone": "+49 1", "facts.employees": "49"}
    found = score(values, {"click": 2, "form": 1, "open": 40}, RULES)
    assert [(part.code, part.points) for part in found.parts] == [
        ("part", 30), ("part", 20), ("part", 5), ("engagement", 10), ("engagement", 15),
    ]  # fmt: skip
    assert found.total == 80


def test_engagement_is_capped_and_the_cap_is_a_part() -> None:
    found = score({}, {"click": 40}, RULES)
    assert found.total == 30
    assert found.parts[-1].as_dict() == {"code": "engagement_cap", "points": -170, "params": {"most": 30}}


def test_the_total_stays_between_nought_and_a_hundred() -> None:
    assert score({"job_title": "student"}, {}, RULES).total == 0


def test_a_number_that_is_none_fits_nothing() -> None:
    assert score({"facts.employees": "many"}, {}, RULES).parts == ()


@given(
    st.dictionaries(
        st.sampled_from(["facts.timeframe", "job_title", "phone", "facts.employees"]), st.text(max_size=40)
    ),
    st.dictionaries(st.sampled_from(["click", "form", "open"]), st.integers(0, 1000)),
)
def test_parts_add_up_to_the_total_before_bounds(values: dict[str, str], touches: dict[str, int]) -> None:
    found = score(values, touches, RULES)
    assert found.total == max(0, min(100, sum(part.points for part in found.parts)))
