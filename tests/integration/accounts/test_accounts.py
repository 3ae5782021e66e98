"""Accounts: which one a company is, files of the vendor's own, and what each programme keeps to itself."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from campaigns.accounts.identity import CompanyFacts
from campaigns.accounts.lookup import candidates, root_of
from campaigns.accounts.models import Account, AccountIdentifier, AccountImport, Opportunity
from campaigns.accounts.queries import account_page, accounts_of, import_line, opportunities_of
from campaigns.accounts.service import (
    AccountForm,
    close_opportunity,
    merge_rows,
    put_account,
    receive_import,
    resolve_account,
    run_import,
)
from campaigns.core.errors import DomainError
from campaigns.db.models import Job
from tests.factories.dealing import make_market
from tests.factories.sending import MemoryStorage

ACCOUNTS = """Account Name;Record ID;Country;Website;VAT;Owner
Fjordvarme AS;001;NO;https://www.fjordvarme.no;;Odd
;002;NO;;;
Bergvarme AS;003;Norge;;;
Grønn Varme AS;004;NO;gronnvarme.no;;Liv
"""
OPPORTUNITIES = """Id,Account,Website,Opportunity,Amount,Currency,Stage,Closed
006A,Fjordvarme,fjordvarme.no,Big one,"12,000.00",EUR,Offer,
006B,Ukjent AS,,Small one,ten,EUR,,
006C,Ukjent AS,,Other,,,,
006D,Ukjent AS,,Fourth,,,,yes
"""


@pytest.fixture
def market(uow):
    return make_market(uow.session, "Nord")


def facts(name="Fjordvarme AS", website="https://www.fjordvarme.no", **more) -> CompanyFacts:
    return CompanyFacts(name, more.pop("country", "NO"), website, **more)


def resolve(uow, market, company):
    return resolve_account(uow, market.programme_id, company, origin="registration")


def test_exact_identifiers_find_the_account_and_teach_it(uow, market):
    first = resolve(uow, market, facts())
    assert first.made
    second = resolve(uow, market, facts("Fjordvarme", registry_id="974 760 673"))
    assert (second.account_id, second.made) == (first.account_id, False)
    third = resolve(uow, market, facts("Fjordvarme konsern", "", registry_id="974760673"))
    assert third.account_id == first.account_id
    kinds = uow.session.scalars(select(AccountIdentifier.kind).order_by(AccountIdentifier.kind)).all()
    assert len(kinds) == 2


def test_names_never_make_two_companies_one(uow, market):
    one = resolve(uow, market, facts(website=""))
    two = resolve(uow, market, facts(website=""))
    assert one.account_id != two.account_id


def test_one_domain_with_two_registry_numbers_is_two_accounts(uow, market):
    one = resolve(uow, market, facts(registry_id="974760673"))
    two = resolve(uow, market, facts("Fjordvarme Drift AS", registry_id="923609016"))
    assert two.account_id != one.account_id
    assert two.others == (one.account_id,)


def test_a_programme_has_accounts_of_its_own(uow, market):
    other = make_market(uow.session)
    one, two = resolve(uow, market, facts()), resolve(uow, other, facts())
    assert one.account_id != two.account_id
    with pytest.raises(DomainError, match=r"account\.not_found"):
        account_page(uow.session, other.rae, one.account_id)
    with pytest.raises(DomainError, match=r"account\.not_found"):
        merge_rows(uow, other.rae, two.account_id, one.account_id, "")
    with pytest.raises(DomainError, match=r"actor\.forbidden"):
        accounts_of(uow.session, market.partners["Nord"])


def test_candidates_share_a_key_of_the_name(uow, market):
    resolve(uow, market, facts("Nordlicht Energie GmbH", "nordlicht.de", country="DE"))
    resolve(uow, market, facts("Bäckerei Schmidt", "schmidt-brot.de", country="DE"))
    from campaigns.accounts.identity import candidate_keys

    found = candidates(uow.session, market.programme_id, candidate_keys(CompanyFacts("Nordlicht Energie", "DE")))
    assert found[0].facts.name == "Nordlicht Energie GmbH"
    assert candidates(uow.session, market.programme_id, ()) == []


def test_merges_lead_to_the_root_and_never_in_a_circle(uow, market):
    a, b, c = (resolve(uow, market, facts(name, f"{name}-varme.no")).account_id for name in ("alfa", "beta", "gamma"))
    merge_rows(uow, market.rae, b, a, "one")
    merge_rows(uow, market.rae, c, b, "two")
    assert root_of(uow.session, a) == root_of(uow.session, b) == c
    with pytest.raises(DomainError, match=r"account\.merge_self"):
        merge_rows(uow, market.rae, a, c, "circle")
    d = resolve(uow, market, facts("delta", "delta-varme.no")).account_id
    with pytest.raises(DomainError, match=r"account\.merged_already"):
        merge_rows(uow, market.rae, d, a, "again")
    assert resolve(uow, market, facts("alfa", "alfa-varme.no")).root_id == c


def test_an_account_is_found_again_by_the_systems_own_id(uow, market):
    form = AccountForm(facts(), "crm", "001", owner="Odd")
    first, made = put_account(uow, market.rae, form)
    second, again = put_account(
        uow, market.rae, AccountForm(facts("Fjordvarme Norge AS", ""), "crm", "001", owner="Liv")
    )
    assert (first, made, again) == (second, True, False)
    page = account_page(uow.session, market.rae, first)
    assert (page.line.name, page.line.owner, page.line.direct) == ("Fjordvarme Norge AS", "Liv", True)
    assert page.line.website == "https://www.fjordvarme.no"
    with pytest.raises(DomainError) as error:
        put_account(uow, market.rae, AccountForm(facts("", "x" * 301, country="Norway")))
    assert {one.slot for one in error.value.problems} == {"name", "website", "country"}


def receive(factory, market, storage, kind, text, encoding="utf-8", source="crm"):
    with factory() as uow:
        return receive_import(
            uow, market.rae, storage, kind=kind, source=source, filename="a.csv", data=text.encode(encoding)
        )


def test_a_file_of_accounts_is_taken_in_batches_and_twice_is_once(committing):
    storage = MemoryStorage()
    with committing() as uow:
        market = make_market(uow.session)
    import_id, new = receive(committing, market, storage, "accounts", ACCOUNTS, "cp1252")
    run_import(committing, storage, import_id, batch=2)
    with committing() as uow:
        line = import_line(uow.session, market.rae, import_id)
        assert (line.state, line.rows, line.rows_done, line.created, line.updated, line.bad) == ("done", 4, 4, 2, 0, 2)
        assert line.problems == (
            {"line": 3, "code": "account.no_name", "cell": ""},
            {"line": 4, "code": "account.country", "cell": "Norge"},
        )
        names = {one.name: one.owner for one in accounts_of(uow.session, market.rae, direct=True)}
        assert names == {"Fjordvarme AS": "Odd", "Grønn Varme AS": "Liv"}
    assert receive(committing, market, storage, "accounts", ACCOUNTS, "cp1252") == (import_id, False)
    assert receive(committing, market, storage, "accounts", ACCOUNTS, "cp1252", source="erp")[1]
    run_import(committing, storage, import_id)
    with committing() as uow:
        assert uow.session.scalar(select(func.count()).select_from(Account)) == 2
        assert len(uow.session.scalars(select(Job).where(Job.task == "accounts.import")).all()) == 2
    assert new


def test_opportunities_meet_their_accounts_and_are_updated(committing):
    storage = MemoryStorage()
    with committing() as uow:
        market = make_market(uow.session)
    run_import(committing, storage, receive(committing, market, storage, "accounts", ACCOUNTS)[0])
    run_import(committing, storage, receive(committing, market, storage, "opportunities", OPPORTUNITIES)[0])
    changed = OPPORTUNITIES.replace("Offer", "Order").replace("ten", "10")
    second, _ = receive(committing, market, storage, "opportunities", changed)
    run_import(committing, storage, second)
    with committing() as uow:
        line = import_line(uow.session, market.rae, second)
        assert (line.created, line.updated, line.bad) == (1, 3, 0)
        rows = {one.external_id: one for one in opportunities_of(uow.session, market.rae, open_only=False)}
        assert (rows["006A"].stage, rows["006A"].amount_minor, rows["006A"].account_name) == (
            "Order", 1_200_000, "Fjordvarme AS",
        )  # fmt: skip
        assert rows["006B"].amount_minor == 1000
        # the same name of the same source is one account, though nothing identifies it
        assert rows["006B"].account_id == rows["006C"].account_id == rows["006D"].account_id
        assert rows["006D"].closed_at is not None
        close_opportunity(uow, market.rae, rows["006A"].id)
        assert len(opportunities_of(uow.session, market.rae)) == 2
        assert uow.session.scalar(select(func.count()).select_from(Opportunity)) == 4


@pytest.mark.parametrize(
    ("kind", "data", "code"),
    [
        ("people", b"a", "import.kind"), ("accounts", b"", "csv.empty"), ("accounts", b"PK\x03\x04", "csv.spreadsheet"),
        ("accounts", b"Id;Stage\n1;2\n", "import.columns"), ("opportunities", b"Name\nA\n", "import.columns"),
    ],
)  # fmt: skip
def test_what_is_no_such_file_says_so(uow, market, kind, data, code):
    with pytest.raises(DomainError) as error:
        receive_import(uow, market.rae, MemoryStorage(), kind=kind, source="crm", filename="a.csv", data=data)
    assert error.value.code == code
    assert uow.session.scalars(select(AccountImport)).all() == []
