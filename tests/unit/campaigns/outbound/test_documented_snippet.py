"""What docs/webhooks.md tells integrators to run, run."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from campaigns.integrations.canonical import TAKEN, read_change
from campaigns.outbound.signatures import new_secret, sign

PAGE = (Path(__file__).resolve().parents[4] / "docs" / "webhooks.md").read_text("utf-8")


def test_the_documented_check_takes_ours_and_refuses_others():
    [code] = re.findall(r"```python\n(.*?)```", PAGE, re.S)
    names: dict[str, Any] = {}
    exec(compile(code, "webhooks.md", "exec"), names)  # noqa: S102 - our own page
    genuine, now, body = names["genuine"], datetime.now(UTC), '{"type":"deal.won","a":"ü"}'.encode()
    new, old = new_secret(), new_secret()
    headers = sign([new, old], "msg_1", now, body)
    assert genuine(new, headers, body)
    assert genuine(old, headers, body)
    assert not genuine(new_secret(), headers, body)
    assert not genuine(new, headers, body + b" ")
    assert not genuine(new, sign([new], "msg_1", now - timedelta(minutes=6), body), body)


def test_the_documented_change_can_be_read():
    *_, text = re.findall(r"```json\n(.*?)```", PAGE, re.S)  # the samples of what goes out stand before it
    assert read_change(json.loads(text)).external_id == "006A1"
    assert all(f"`{name}`" in PAGE for name in TAKEN)
