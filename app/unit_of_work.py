"""One unit of work per request: opened when first asked for, committed at the edge if nothing was raised."""

from __future__ import annotations

from typing import cast

from flask import Flask, Response, current_app, g

from campaigns.bootstrap import Container
from campaigns.db.unit_of_work import UnitOfWork


def container() -> Container:
    """What the process works with."""
    return cast(Container, current_app.extensions["container"])


def uow() -> UnitOfWork:
    """The request's unit of work. Services take it; views never commit."""
    if "uow" not in g:
        g.uow = container().uow(g.get("request_id", ""))
    return cast(UnitOfWork, g.uow)


def roll_back() -> None:
    """Undo what the request did so far: for error answers, and for views that show a refused form again."""
    if "uow" in g:
        g.uow.rollback()


def _commit(response: Response) -> Response:
    work = g.get("uow")
    if work is not None:
        work.commit()
    return response


def _close(_error: BaseException | None) -> None:
    work = g.pop("uow", None)
    if work is not None:
        work.rollback()
        work.session.close()


def register(app: Flask) -> None:
    """Commit after the view, close when the request ends. A failed commit becomes a 500 answer.

    The error handlers roll back first, so that a refusal leaves nothing behind.
    """
    app.after_request(_commit)
    app.teardown_appcontext(_close)
