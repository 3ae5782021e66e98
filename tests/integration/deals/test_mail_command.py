"""`throughline deal mail` as a mail server's pipe calls it: exit codes of sysexits, a real database."""

from __future__ import annotations

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from app.cli import main
from campaigns.deals.models import Deal
from campaigns.deals.service.mailing import address_of, written_address
from campaigns.partners.models import Person
from tests.factories.dealing import make_market, put_policy
from tests.integration.deals.test_mailing import BODY


@pytest.fixture
def pipe(committing, database_url, tmp_path):
    with committing() as uow:
        market = make_market(uow.session, "Nord")
        put_policy(uow.session, market)
        actor = market.partners["Nord"]
        to = written_address(address_of(uow, actor).token, "in.example")
        sender = uow.session.get_one(Person, actor.person_id).email
    settings = {
        "DATABASE_URL": database_url, "BROKER_URL": "redis://127.0.0.1:1/0", "STORAGE_URL": tmp_path.as_uri(),
        "PUBLIC_URL": "https://t.example", "SECRET_KEY": "k" * 40, "DEAL_MAIL_DOMAIN": "in.example",
        "DATA_DIR": str(tmp_path),
    }  # fmt: skip

    def run(*options: str, data: bytes | None = None, **env: str) -> Result:
        message = f"From: {sender}\nTo: x@y.example\nMessage-ID: <1@nord.no>\n\n{BODY}".encode()
        given = message if data is None else data
        return CliRunner().invoke(main, ["deal", "mail", *options], input=given, env=settings | env)

    run.to = to
    return run


def test_the_codes_say_what_the_server_is_to_do(pipe, committing):
    to = ("--recipient", pipe.to)
    assert [pipe(*to).exit_code, pipe(*to).exit_code] == [0, 0]
    with committing.reading() as session:
        assert session.scalar(select(func.count()).select_from(Deal)) == 1
    unknown = pipe("--recipient", "deals+aaaaaaaaaaaaaaaaaaaa@in.example")
    assert (unknown.exit_code, unknown.stderr[:5]) == (67, "5.1.1")
    stranger = pipe(*to, data=b"From: x@stranger.example\n\nhi")
    assert (stranger.exit_code, stranger.stderr[:5]) == (77, "5.7.1")
    assert pipe(*to, data=b"nothing").exit_code == 65
    assert pipe(*to, data=b"From: a@b.c\n\n" + b"x" * (11 * 2**20)).exit_code == 65
    assert pipe(*to, "--sender", "<>").stdout.strip() == "2.0.0 ignored"
    assert pipe(*to, DATABASE_URL="postgresql://nobody@127.0.0.1:1/none").exit_code == 75
    assert pipe(*to, SECRET_KEY="short").exit_code == 75
