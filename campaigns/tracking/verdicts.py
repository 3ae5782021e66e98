"""Whether a click was a person's: pure rules over what is known of it. Recomputable; see domain.md "Sending"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["human", "suspect", "bot"]
BURST_LINKS = 3  # distinct links of one message …
BURST_S = 5.0  # … within so many seconds
DELIVERY_S = 10.0

# Words in the user agents of link scanners, previewers and crawlers, lower-case. Sources: the products' own
# documentation (Microsoft Safe Links, Google, Proofpoint, Mimecast, Barracuda, Slack, Meta, LinkedIn, X, …).
SCANNERS = (
    "bot", "crawler", "spider", "preview", "scanner", "barracuda", "mimecast", "proofpoint", "urldefense",
    "safelinks", "symantec", "messagelabs", "trendmicro", "fireeye", "forcepoint", "cisco", "ironport", "sophos",
    "zscaler", "cloudmark", "google-safety", "googleimageproxy", "google-read-aloud", "facebookexternalhit",
    "linkedinbot", "whatsapp/", "telegrambot", "slackbot", "skypeuripreview", "bingpreview", "embedly", "curl/",
    "wget/", "python-requests", "python-urllib", "go-http-client", "okhttp", "libwww-perl", "java/", "headlesschrome",
    "phantomjs", "apache-httpclient", "node-fetch", "axios/", "httpx/", "virustotal", "urlscan",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Facts:
    """What a verdict is made from. Times in seconds; None where nothing was delivered."""

    method: str
    user_agent: str
    since_delivery_s: float | None = None
    distinct_links: int = 1  # of the same message within BURST_S, this one counted
    hidden: bool = False


def judge(facts: Facts) -> tuple[Verdict, tuple[str, ...]]:
    """(verdict, reason codes). One sure sign makes a bot, a mere suspicion of time a suspect."""
    sure: list[str] = []
    if facts.method == "HEAD":
        sure.append("head")
    agent = facts.user_agent.strip().lower()
    if not agent:
        sure.append("no_user_agent")
    elif any(word in agent for word in SCANNERS):
        sure.append("scanner")
    if facts.hidden:
        sure.append("hidden_link")
    if facts.distinct_links >= BURST_LINKS:
        sure.append("burst")
    maybe: list[str] = []
    if facts.since_delivery_s is not None and facts.since_delivery_s < DELIVERY_S:
        maybe.append("soon_after_delivery")
    if sure:
        return "bot", tuple(sure + maybe)
    return ("suspect", tuple(maybe)) if maybe else ("human", ())
