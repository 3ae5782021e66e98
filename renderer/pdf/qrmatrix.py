"""The modules of a QR code, with the mask chosen by ISO/IEC 18004's penalties on whole arrays.

segno scores the eight masks module by module, which takes ten times as long as the code itself.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
import segno
from segno import consts

Matrix = npt.NDArray[np.bool_]
_FINDER = (0b10111010000, 0b00001011101)


def qr_matrix(url: str) -> list[bytes]:
    """The rows of the code, one byte per module, without the quiet zone; correction level M or better.

    Raises segno.DataOverflowError if the address is too long.
    """
    first = segno.make(url, micro=False, error="m", mask=0)
    matrix = np.array([list(row) for row in first.matrix], dtype=bool)
    region, masks = _masks(len(matrix))
    candidates = matrix ^ (masks ^ masks[0]) & region
    best = int(np.argmin(_penalties(candidates)))
    if best:
        first = segno.make(url, micro=False, error="m", mask=best)
    return [bytes(row) for row in first.matrix]


@lru_cache(maxsize=40)
def _masks(size: int) -> tuple[Matrix, Matrix]:
    """Where data stands in a code of that size, and the eight masks (table 23 of the standard)."""
    sample = segno.make("0", version=(size - 17) // 4, mask=0)
    kinds = np.array([list(row) for row in sample.matrix_iter(border=0, verbose=True)])
    region = (kinds == consts.TYPE_DATA_DARK) | (kinds == consts.TYPE_DATA_LIGHT)
    i, j = np.indices((size, size))
    conditions = [
        (i + j) % 2,
        i % 2,
        j % 3,
        (i + j) % 3,
        (i // 2 + j // 3) % 2,
        (i * j) % 2 + (i * j) % 3,
        ((i * j) % 2 + (i * j) % 3) % 2,
        ((i + j) % 2 + (i * j) % 3) % 2,
    ]
    return region, np.array([condition == 0 for condition in conditions])


def _penalties(candidates: Matrix) -> npt.NDArray[np.int64]:
    """N1 to N4 of each candidate (format information as in mask 0, which changes little)."""
    total = np.zeros(len(candidates), dtype=np.int64)
    for lines in (candidates, candidates.transpose(0, 2, 1)):
        same = lines[:, :, 1:] == lines[:, :, :-1]
        five = same[:, :, :-3] & same[:, :, 1:-2] & same[:, :, 2:-1] & same[:, :, 3:]
        starts = five.copy()
        starts[:, :, 1:] &= ~five[:, :, :-1]
        total += five.sum(axis=(1, 2)) + 2 * starts.sum(axis=(1, 2))  # a run of n ≥ 5 costs n - 2
        count = lines.shape[2] - 10
        window = np.zeros((*lines.shape[:2], count), dtype=np.int32)
        for bit in range(11):
            window = window * 2 + lines[:, :, bit : bit + count]
        total += 40 * ((window == _FINDER[0]) | (window == _FINDER[1])).sum(axis=(1, 2))
    a, b = candidates[:, :-1, :-1], candidates[:, :-1, 1:]
    c, d = candidates[:, 1:, :-1], candidates[:, 1:, 1:]
    total += 3 * ((a == b) & (a == c) & (a == d)).sum(axis=(1, 2))
    share = candidates.mean(axis=(1, 2)) * 100
    total += 10 * (np.abs(share - 50) // 5).astype(np.int64)
    return total
