"""The one exception the renderer raises: a code, a sentence and its parameters."""

from __future__ import annotations

from typing import Any


class RenderError(Exception):
    """Rendering cannot go on. `code` is stable (`text.overflow`), `params` are plain values.

    `message` is an English sentence that says what was measured and what is needed; a page may
    translate by code and params. Nothing of it is ever drawn into an artifact.
    """

    def __init__(self, code: str, message: str, **params: Any) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.params = params
