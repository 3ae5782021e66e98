"""What sending needs of the settings; `core.settings.Settings` fits."""

from __future__ import annotations

from typing import Protocol


class SendSettings(Protocol):
    """The public address, the key of tokens and Message-IDs, the sending domain and the policy on unknowns."""

    @property
    def public_url(self) -> str: ...

    @property
    def secret_key(self) -> str: ...

    @property
    def sender_domain(self) -> str: ...

    @property
    def send_policy(self) -> str: ...
