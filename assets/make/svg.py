"""A small drawing board: shapes as SVG text, gradients collected once, figures rounded to two places."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field


def num(value: float) -> str:
    """A coordinate with at most two decimals and no trailing zero, so that files stay small and equal."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def attrs(**values: str | float | None) -> str:
    """SVG attributes in call order; `_` becomes `-`; None is left out."""
    out = []
    for key, value in values.items():
        if value is None:
            continue
        shown = value if isinstance(value, str) else num(value)
        out.append(f' {key.rstrip("_").replace("_", "-")}="{shown}"')
    return "".join(out)


@dataclass
class Board:
    """Collects elements and gradient definitions for one SVG. Sizes are user units."""

    width: float
    height: float
    prefix: str = "g"
    parts: list[str] = field(default_factory=list)
    defs: list[str] = field(default_factory=list)

    def add(self, *elements: str) -> None:
        """Append elements in painting order."""
        self.parts.extend(elements)

    def gradient(
        self,
        stops: Iterable[tuple[float, str, float]],
        *,
        radial: bool = False,
        x1: float = 0,
        y1: float = 0,
        x2: float = 0,
        y2: float = 1,
    ) -> str:
        """Define a gradient over (offset 0–1, colour, opacity) stops; returns its `url(#…)` paint."""
        name = f"{self.prefix}{len(self.defs)}"
        body = "".join(
            f"<stop{attrs(offset=o, stop_color=c, stop_opacity=None if a == 1 else a)}/>" for o, c, a in stops
        )
        if radial:
            self.defs.append(f'<radialGradient id="{name}">{body}</radialGradient>')
        else:
            self.defs.append(f"<linearGradient{attrs(id=name, x1=x1, y1=y1, x2=x2, y2=y2)}>{body}</linearGradient>")
        return f"url(#{name})"

    def glow(self, x: float, y: float, r: float, colour: str, strength: float = 0.5) -> None:
        """A soft disc of light that fades out to nothing at radius `r`."""
        paint = self.gradient([(0, colour, strength), (0.45, colour, strength * 0.35), (1, colour, 0)], radial=True)
        self.add(circle(x, y, r, paint))

    def svg(
        self,
        *,
        view: str | None = None,
        aspect: str | None = None,
        decorative: bool = False,
        css_class: str | None = None,
    ) -> str:
        """The finished document; `view` crops, `decorative` hides it from assistive technology."""
        head = attrs(
            xmlns="http://www.w3.org/2000/svg",
            class_=css_class,
            viewBox=view or f"0 0 {num(self.width)} {num(self.height)}",
            width=None if decorative else self.width,
            height=None if decorative else self.height,
            preserveAspectRatio=aspect,
            aria_hidden="true" if decorative else None,
            focusable="false" if decorative else None,
        )
        defs = f"<defs>{''.join(self.defs)}</defs>" if self.defs else ""
        return f"<svg{head}>{defs}{''.join(self.parts)}</svg>"


def _short(d: str) -> str:
    return re.sub(r"-?\d+\.\d{3,}", lambda found: num(float(found[0])), d)


def rect(
    x: float, y: float, w: float, h: float, fill: str, *, r: float | None = None, opacity: float | None = None
) -> str:
    """A filled rectangle, `r` its corner radius."""
    return f"<rect{attrs(x=x, y=y, width=w, height=h, rx=r, fill=fill, opacity=opacity)}/>"


def circle(x: float, y: float, r: float, fill: str, *, opacity: float | None = None) -> str:
    """A filled circle."""
    return f"<circle{attrs(cx=x, cy=y, r=r, fill=fill, opacity=opacity)}/>"


def ellipse(x: float, y: float, rx: float, ry: float, fill: str, *, opacity: float | None = None) -> str:
    """A filled ellipse."""
    return f"<ellipse{attrs(cx=x, cy=y, rx=rx, ry=ry, fill=fill, opacity=opacity)}/>"


def path(d: str, fill: str = "none", *, opacity: float | None = None, rule: str | None = None) -> str:
    """A filled path."""
    return f"<path{attrs(d=_short(d), fill=fill, opacity=opacity, fill_rule=rule)}/>"


def line(
    d: str,
    colour: str,
    width: float,
    *,
    opacity: float | None = None,
    cap: str = "round",
    fill: str = "none",
    dash: str | None = None,
) -> str:
    """A stroked path."""
    return (
        f"<path{attrs(d=_short(d), fill=fill, stroke=colour, stroke_width=width)}"
        f"{attrs(stroke_linecap=cap, stroke_linejoin='round', opacity=opacity, stroke_dasharray=dash)}/>"
    )


def group(
    elements: Iterable[str],
    *,
    x: float = 0,
    y: float = 0,
    scale: float = 1,
    flip: bool = False,
    opacity: float | None = None,
) -> str:
    """Elements moved by (x, y), then scaled; `flip` mirrors them left to right first."""
    moves = []
    if x or y:
        moves.append(f"translate({num(x)} {num(y)})")
    if flip:
        moves.append(f"scale({num(-scale)} {num(scale)})")
    elif scale != 1:
        moves.append(f"scale({scale:.4g})")
    return f"<g{attrs(transform=' '.join(moves) or None, opacity=opacity)}>{''.join(elements)}</g>"
