"""Every piece made with every sample brand in every locale: what a partner would run into, found before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from renderer.email.compile import compile_mail
from renderer.email.lint import lint_mail, lint_source
from renderer.errors import RenderError
from renderer.kit.load import LoadedKit
from renderer.kit.manifest import Asset
from renderer.kit.samples import Sample
from renderer.landing import render_landing
from renderer.post import render_post
from renderer.render import render_piece
from renderer.report import Problem
from renderer.template_faults import TemplateFailed
from renderer.text.fonts import FontBook

Progress = Callable[[int, int], None]
DRAWN = ("pdf", "image")


@dataclass(slots=True)
class Counted:
    """Counts pieces as they are tried and tells how many of how many."""

    tell: Progress
    total: int
    done: int = 0

    def one(self) -> None:
        """One more was tried."""
        self.done += 1
        self.tell(self.done, self.total)


def piece_count(kit: LoadedKit, samples: Sequence[Sample], *, drawn: bool) -> int:
    """How many times a piece is made in a check: each asset in each locale with each sample."""
    assets = [asset for asset in kit.manifest.assets if drawn or asset.kind not in DRAWN]
    return len(samples) * len(assets) * len(kit.manifest.locales)


def check_texts(kit: LoadedKit, samples: Iterable[Sample], count: Counted) -> list[Problem]:
    """Mails, landing pages and posts, which need no fonts."""
    problems = [problem for sample in samples for problem in _texts(kit, sample, count)]
    for path, data in kit.files.files.items():
        if path.endswith(".mjml"):
            problems += lint_source(data.decode("utf-8", "replace"), path)
    return problems


def check_drawn(kit: LoadedKit, samples: Iterable[Sample], fonts: FontBook, count: Counted) -> list[Problem]:
    """PDFs and pictures: overflow, missing glyphs, logos too small or too faint."""
    problems: list[Problem] = []
    for sample in samples:
        for asset in kit.manifest.assets:
            if asset.kind in DRAWN:
                for locale in kit.manifest.locales:
                    problems += _drawn(kit, asset, locale, sample, fonts)
                    count.one()
    return problems


def _texts(kit: LoadedKit, sample: Sample, count: Counted) -> Iterator[Problem]:
    for asset in kit.manifest.assets:
        for locale in kit.manifest.locales:
            try:
                if asset.kind == "email":
                    compiled = compile_mail(kit, asset, locale, sample.brand, sample.launch)
                    path = kit.source_for(asset, locale)
                    yield from lint_mail(compiled, sample.brand, sample.launch, path=path, asset=asset.id)
                elif asset.kind == "landing":
                    render_landing(kit, asset, locale, sample.brand, sample.launch)
                elif asset.kind == "post":
                    render_post(kit, asset, locale, sample.brand, sample.launch)
            except RenderError as error:
                yield from _explained(error, kit, asset, locale, sample)
            if asset.kind not in DRAWN:
                count.one()


def _drawn(kit: LoadedKit, asset: Asset, locale: str, sample: Sample, fonts: FontBook) -> Iterator[Problem]:
    path = kit.source_for(asset, locale)
    for output in asset.outputs:
        try:
            piece = render_piece(kit, asset.id, output, locale, sample.brand, sample.launch, fonts)
        except RenderError as error:
            yield from _explained(error, kit, asset, locale, sample)
            continue
        for warning in piece.warnings:
            named = f"{warning.message} (sample {sample.id})"
            yield replace(warning, message=named, path=warning.path or path, asset=asset.id, locale=locale)


def _explained(error: RenderError, kit: LoadedKit, asset: Asset, locale: str, sample: Sample) -> Iterator[Problem]:
    if isinstance(error, TemplateFailed):
        # the same fault for each sample and locale reads best once
        yield from (replace(item, asset=item.asset or asset.id, locale=None) for item in error.problems)
        return
    path, line, slot = kit.source_for(asset, locale), None, error.params.get("slot")
    layout = kit.layout_for(asset, locale) if kit.has_layout(asset, locale) else None
    if slot is not None and layout is not None:
        path = layout.path
        line = _slot_line(kit, path, str(slot))
    message = f"{error.message} (sample {sample.id})"
    name = str(slot) if slot is not None else None
    yield Problem(error.code, message, "error", path, line or 1, asset.id, name, locale, error.params)


def _slot_line(kit: LoadedKit, path: str, slot: str) -> int | None:
    text = kit.read(path).decode("utf-8-sig")
    at = text.find(f'"{slot}"')
    return text.count("\n", 0, at) + 1 if at >= 0 else None
