"""What is measured on a logo's pixels: its ink box, how much it covers, how well it is read on a ground."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from renderer.logo.contrast import relative_luminance

Pixels = NDArray[Any]

INK_ALPHA = 12  # of 255: fainter is a stray pixel or a shadow's end
_SIDE = 256  # enough for every letter of a wordmark; the cost grows with its square
_PART_PERCENTILE = 80.0  # a part is read if a fifth of it stands out (a pale disc with dark letters is)
_MAIN_SHARE = 0.4  # the contrast that this share of the parts, by weight, falls below is the main one
_MINOR_SHARE = 0.15  # so much may fall below half of it: an accent may be paler, but not lost

_LINEAR = np.array(
    [value / 255 / 12.92 if value <= 10 else ((value / 255 + 0.055) / 1.055) ** 2.4 for value in range(256)]
)
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722])


def ink_box(image: Image.Image, threshold: int = INK_ALPHA) -> tuple[int, int, int, int] | None:
    """The smallest (left, top, right, bottom) in pixels that holds all ink of an RGBA picture; None without ink."""
    return image.getchannel("A").point([255 if value >= threshold else 0 for value in range(256)]).getbbox()


def ink_share(image: Image.Image) -> float:
    """The covered share (0–1) of an RGBA picture's rectangle, by coverage (alpha)."""
    return float(np.asarray(image.getchannel("A"), dtype=np.float64).mean() / 255)


def measured_contrast(image: Image.Image, ground: str, scale: float = 1.0) -> float:
    """How well an RGBA logo is read on a ground of that colour: a WCAG ratio (1–21).

    Judged part by part (what hangs together is one part), because a mean hides a white word beside
    a dark sign and a percentile of all pixels blames white letters inside a dark disc. A part has the
    contrast that a fifth of it exceeds; parts weigh by the square root of their area, so small letters
    count. The logo's contrast is the one that two fifths of the weight fall below, or twice the one that
    15 % fall below if that is less. `scale` multiplies the logo's linear light first (a darker version).
    """
    small = image.copy()
    small.thumbnail((_SIDE, _SIDE), Image.Resampling.BOX)
    rgba = np.asarray(small)
    alpha = rgba[..., 3] / 255.0
    ink = alpha >= min(0.5, float(alpha.max(initial=0.0)) * 0.6)
    if not ink.any() or alpha.max() == 0:
        return 1.0
    behind = relative_luminance(ground)
    light = _LINEAR[rgba[..., :3]] @ _LUMINANCE * scale
    # Opaque ink as it is; a half-covered edge pixel takes the ink's own colour. True translucency (no part
    # of the logo is opaque) is what is seen over the ground.
    cover = 1.0 if alpha.max() > 0.9 else alpha
    seen = light * cover + behind * (1 - cover)
    ratio = (np.maximum(seen, behind) + 0.05) / (np.minimum(seen, behind) + 0.05)
    labels, count = label_parts(ink)
    contrasts, weights = [], []
    for part in range(1, count + 1):
        values = ratio[labels == part]
        if values.size >= 2:
            contrasts.append(float(np.percentile(values, _PART_PERCENTILE)))
            weights.append(float(values.size) ** 0.5)
    if not contrasts:
        return float(np.percentile(ratio[ink], 50))
    order = np.argsort(contrasts)
    cumulated = np.cumsum(np.array(weights)[order])
    ordered = np.array(contrasts)[order]
    main, minor = (
        float(ordered[int(np.searchsorted(cumulated, share * cumulated[-1]))]) for share in (_MAIN_SHARE, _MINOR_SHARE)
    )
    return min(main, 2 * minor)


def label_parts(ink: Pixels) -> tuple[Pixels, int]:
    """Numbers the 8-connected parts of a boolean picture from 1, by runs and union-find."""
    labels = np.zeros(ink.shape, dtype=np.int32)
    parent = [0]

    def find(label: int) -> int:
        while parent[label] != label:
            parent[label] = parent[parent[label]]
            label = parent[label]
        return label

    above: list[tuple[int, int, int]] = []
    for y in range(ink.shape[0]):
        edges = np.flatnonzero(np.diff(np.concatenate(([0], ink[y].view(np.int8), [0]))))
        row: list[tuple[int, int, int]] = []
        for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            label = 0
            for other_start, other_end, other in above:
                if other_start <= end and start <= other_end:
                    root = find(other)
                    if label and label != root:
                        parent[max(label, root)] = min(label, root)
                    label = min(label, root) if label else root
            if not label:
                label = len(parent)
                parent.append(label)
            row.append((start, end, label))
            labels[y, start:end] = label
        above = row
    roots = np.array([find(label) for label in range(len(parent))])
    numbers, compact = np.unique(roots, return_inverse=True)
    return compact[labels].astype(np.int32), len(numbers) - 1
