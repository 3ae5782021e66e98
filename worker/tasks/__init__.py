"""The tasks, one module per subject; importing this package registers them all."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules


def load_all() -> None:
    """Import every module here, which fills the registries of `worker.task`."""
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
