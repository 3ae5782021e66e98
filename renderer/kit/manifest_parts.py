"""The parts of kit.toml that refer to assets: the steps of the sequence and the landing form."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

from renderer.kit.manifest import Asset, FormField, Landing, Step
from renderer.kit.toml_table import TomlTable, did_you_mean

_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_STOPS = ("reply", "unsubscribe", "bounce", "complaint", "form", "deal", "click")
_FORM_TYPES = ("text", "email", "tel", "textarea", "choice", "checkbox")
# What a browser may fill in by itself (HTML Living Standard, autofill) for the fields everybody asks for.
_KNOWN_FIELDS = {
    "name": ("Name", "text", "name"),
    "email": ("Email", "email", "email"),
    "company": ("Company", "text", "organization"),
    "phone": ("Phone", "tel", "tel"),
    "message": ("Message", "textarea", ""),
}


def read_steps(top: TomlTable, assets: Sequence[Asset]) -> tuple[Step, ...]:
    """The [[step]] tables; a step names a mail, its condition a step before it."""
    mails = [asset.id for asset in assets if asset.kind == "email"]
    steps: list[Step] = []
    for table in top.tables("step", most=50):
        step_id = table.text("id", required=True, most=63)
        if step_id and not _ID.fullmatch(step_id):
            table.complain("bad_id", f"The step id {step_id!r} takes lower-case letters, digits, - and _.", "id")
        asset = table.text("asset", required=True)
        if asset and asset not in mails:
            table.complain(
                "unknown_asset",
                f"The step {step_id!r} sends {asset!r}, which is no mail of this kit." + did_you_mean(asset, mails),
                "asset",
            )
        wait = _wait(table)
        send_if = table.text("send_if", "always")
        _check_condition(table, send_if, [step.id for step in steps])
        stop_on = table.texts("stop_on", or_one=True)
        for reason in stop_on:
            if reason not in _STOPS:
                table.complain(
                    "bad_choice",
                    f"`stop_on` holds {reason!r}; it takes {', '.join(_STOPS)}." + did_you_mean(reason, _STOPS),
                    "stop_on",
                )
        table.done()
        steps.append(Step(step_id, asset, wait, send_if, stop_on or Step("", "").stop_on))
    return tuple(steps)


def _wait(table: TomlTable) -> timedelta:
    text = table.text("wait", "0d")
    match = re.fullmatch(r"(\d{1,6})([dhm])", text.strip())
    wait = timedelta.max
    if match is not None:
        wait = timedelta(**{{"d": "days", "h": "hours", "m": "minutes"}[match.group(2)]: int(match.group(1))})
    if wait > timedelta(days=366):
        table.complain(
            "bad_wait", f"`wait` is {text!r}; write days, hours or minutes up to a year: 3d, 12h, 30m.", "wait"
        )
        return timedelta(0)
    return wait


def _check_condition(table: TomlTable, send_if: str, earlier: list[str]) -> None:
    if send_if in ("always", "not_submitted"):
        return
    condition, _, step = send_if.partition(":")
    if condition not in ("clicked", "not_clicked") or not step:
        table.complain(
            "bad_condition",
            f"`send_if` is {send_if!r}; it takes always, not_submitted, clicked:<step> or not_clicked:<step>.",
            "send_if",
        )
    elif step not in earlier:
        table.complain(
            "unknown_step",
            f"`send_if` looks at the step {step!r}, which does not come before this one." + did_you_mean(step, earlier),
            "send_if",
        )


def read_landing(top: TomlTable, assets: Sequence[Asset]) -> Landing | None:
    """The [landing] table with its form: [[landing.form]] tables, or `form = ["name", "email"]` of known fields."""
    table = top.table("landing")
    if table is None:
        return None
    pages = [asset.id for asset in assets if asset.kind == "landing"]
    asset = table.text("asset", required=True)
    if asset and asset not in pages:
        table.complain(
            "unknown_asset",
            f"`landing.asset` is {asset!r}, which is no landing page of this kit." + did_you_mean(asset, pages),
            "asset",
        )
    form = tuple(_read_form_field(item) for item in table.tables("form", most=30, or_ids=True))
    for index, item in enumerate(form):
        if item.id in [other.id for other in form[:index]]:
            table.file.complain(
                "duplicate_id", f"The form asks for {item.id!r} twice.", (*table.where, "form", index, "id")
            )
    if not any(item.type == "email" for item in form):
        table.complain("no_email_field", "The form has no field of type email; nobody could be answered.", "form")
    landing = Landing(
        asset,
        form,
        table.text("consent", required=True),
        table.text("submit", "Send", most=60),
        table.text("thanks", most=600),
    )
    table.done()
    return landing


def _read_form_field(table: TomlTable) -> FormField:
    field_id = table.text("id", required=True, most=63)
    if field_id and not re.fullmatch(r"[a-z][a-z0-9_]{0,62}", field_id):
        table.complain("bad_id", f"The form field id {field_id!r} takes lower-case letters, digits and _.", "id")
    label, kind, autocomplete = _KNOWN_FIELDS.get(field_id, ("", "text", ""))
    item = FormField(
        id=field_id,
        label=table.text("label", label, required=not label, most=200),
        type=table.choice("type", _FORM_TYPES, kind),  # type: ignore[arg-type]
        required=table.flag("required"),
        max_chars=int(table.number("max_chars", 4_000 if kind == "textarea" else 200, 1, 20_000)),
        choices=table.texts("choices"),
        autocomplete=table.text("autocomplete", autocomplete, most=60),
    )
    if item.type == "choice" and not item.choices:
        table.complain("no_choices", f"The form field {field_id!r} is a choice and has no `choices`.", "type")
    table.done()
    return item
