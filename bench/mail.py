"""Mail merge per recipient beside its peer (Jinja2 + EmailMessage) and its limit (joining the bytes), in one run."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from jinja2 import Environment

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from renderer.email.compile import compile_mail
from renderer.email.headers import MailHeaders
from renderer.email.mail import FieldRef, Parts
from renderer.email.merge import merge_mail
from tests.factories.kits import loaded, plain_brand, plain_launch

WHEN = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def values(number: int) -> dict[str, str]:
    name = ("Ada", "Jürgen", "Mary Ann", "小林")[number % 4]
    return {
        "contact.first_name": name,
        "link.landing": f"https://l.example/t/{number:020d}",
        "link.unsubscribe": f"https://l.example/u/{number:020d}",
    }


def median_s(work: Callable[[int], object], rounds: int, each: int) -> float:
    """CPU seconds per item, the median of the rounds."""
    taken = []
    for turn in range(rounds):
        start = time.process_time()
        for number in range(each):
            work(turn * each + number)
        taken.append((time.process_time() - start) / each)
    return statistics.median(taken)


def as_jinja(parts: Parts) -> str:
    """The mail as a Jinja template whose per-recipient fields are variables."""

    def one(part: str | FieldRef) -> str:
        if isinstance(part, str):
            return "{% raw %}" + part + "{% endraw %}"
        return f"{{{{ v['{part.name}'] or '{part.fallback}' }}}}"

    return "".join(one(part) for part in parts)


def main() -> None:
    kit = loaded()
    compiled = compile_mail(kit, kit.manifest.asset("invite"), "en", plain_brand(), plain_launch())
    html_template = Environment(autoescape=True).from_string(as_jinja(compiled.html))
    text_template = Environment(autoescape=False).from_string(as_jinja(compiled.text))  # noqa: S701 - plain text
    subject = "".join(part for part in compiled.subject if isinstance(part, str))

    def ours(number: int) -> bytes:
        filled = values(number)
        headers = MailHeaders(
            "Osterly",
            "hello@osterly.example",
            f"r{number}@example.com",
            f"<{number}@l.example>",
            WHEN,
            filled["link.unsubscribe"],
            to_name=filled["contact.first_name"],
        )
        return merge_mail(compiled, headers, filled)

    def peer(number: int) -> bytes:
        filled = values(number)
        message = EmailMessage(policy=SMTP)
        message["From"] = "Osterly <hello@osterly.example>"
        message["To"] = f"{filled['contact.first_name']} <r{number}@example.com>"
        message["Subject"] = subject
        message["Date"] = WHEN
        message["Message-ID"] = f"<{number}@l.example>"
        message["List-Unsubscribe"] = f"<{filled['link.unsubscribe']}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        message.set_content(text_template.render(v=filled), cte="quoted-printable")
        message.add_alternative(html_template.render(v=filled), subtype="html", cte="quoted-printable")
        return bytes(message)

    whole = ours(1)
    pieces = [whole[at : at + 400] for at in range(0, len(whole), 400)]
    mine = median_s(ours, 7, 4_000)
    theirs = median_s(peer, 5, 100)
    limit = median_s(lambda _: b"".join(pieces), 7, 4_000)
    print(f"mail merge, {len(whole) / 1000:.0f} kB, one core")
    print(f"  throughline            {mine * 1e6:9.1f} µs {1 / mine:10.0f} messages/s")
    print(f"  Jinja2 + EmailMessage  {theirs * 1e6:9.1f} µs {1 / theirs:10.0f} messages/s {theirs / mine:8.0f}× slower")
    print(f"  joining the bytes      {limit * 1e6:9.1f} µs {1 / limit:10.0f} messages/s  (the limit)")


if __name__ == "__main__":
    main()
