"""Templates and slots tried with every sample brand in every locale, without drawing anything."""

from __future__ import annotations

from collections.abc import Iterable

from renderer.errors import RenderError
from renderer.kit.load import LoadedKit
from renderer.kit.samples import Sample
from renderer.report import Problem
from renderer.template_faults import TemplateFailed
from renderer.values import fill_slots


def check_slots(kit: LoadedKit, samples: Iterable[Sample]) -> list[Problem]:
    """What fails when the layouts are filled; each fault once, however many samples meet it."""
    problems: list[Problem] = []
    for sample in samples:
        for asset in kit.manifest.assets:
            for locale in kit.manifest.locales:
                if not kit.has_layout(asset, locale):
                    continue
                try:
                    fill_slots(kit, asset, locale, sample.brand, sample.launch)
                except TemplateFailed as error:
                    problems += error.problems
                except RenderError as error:
                    problems.append(
                        Problem(error.code, error.message, path=sample.path, locale=locale, params=error.params)
                    )
    return problems
