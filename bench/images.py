"""Pictures beside their peers, CPU time per item, in one run: python bench/images.py [--rounds N].

`naive` opens the source, draws and encodes with Pillow, per picture, as most scripts do. `base in memory` keeps the
decoded source and draws with ready layers. `encode alone` is the limit for whoever encodes the whole picture.
Ours is measured with a new partner each time (another name, logo drawn anew) and with warm layers.
"""

from __future__ import annotations

import argparse
import io
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
from PIL import Image, ImageDraw, ImageFont

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from renderer.image import compose as composing  # noqa: E402
from renderer.image.base import ImageBase, prepare_base  # noqa: E402
from renderer.image.compose import render_image  # noqa: E402
from renderer.image.encode import WEBP_QUALITY  # noqa: E402
from renderer.image.jpeg import QUALITY  # noqa: E402
from renderer.kit.layout import Slot  # noqa: E402
from renderer.kit.manifest import BrandRules, Output  # noqa: E402
from renderer.logo.intake import intake_logo  # noqa: E402
from renderer.spec import BrandSpec, FilledSlot  # noqa: E402
from renderer.text.fonts import FontBook  # noqa: E402

FONTS = ROOT / "assets" / "fonts"
LOGO = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 160 60"><circle cx="30" cy="30" r="30" fill="#0a5c4a"/>'
    b'<path d="M70 10h90v14h-90z M70 36h70v14h-70z" fill="#10201c"/></svg>'
)
OPTIONS: dict[str, dict[str, object]] = {
    "jpeg": {"quality": QUALITY},
    "png": {},
    "webp": {"quality": WEBP_QUALITY, "method": 4},
}


def photo(size: tuple[int, int]) -> Image.Image:
    """Soft shapes with the grain of a camera: neither flat nor noise."""
    width, height = size
    rng = np.random.default_rng(3)
    coarse = Image.fromarray(rng.integers(30, 225, (height // 60 + 2, width // 60 + 2, 3)).astype(np.uint8))
    smooth = np.asarray(coarse.resize(size, Image.Resampling.BICUBIC), dtype=np.int16)
    return Image.fromarray(np.clip(smooth + rng.integers(-3, 4, smooth.shape), 0, 255).astype(np.uint8))


def slots(size: tuple[int, int], text: str) -> list[FilledSlot]:
    """A logo and a line of contact data in the lower part, as in the starter kits."""
    height = size[1]
    unit = min(size) / 628
    low = height - 120 * unit
    box = (310 * unit, low, 320 * unit, 80 * unit)
    return [
        FilledSlot(Slot("logo", "logo", (40 * unit, low, 240 * unit, 80 * unit), align="start"), "#000000"),
        FilledSlot(Slot("text", "text", box, size=26 * unit, min_size=9, valign="middle"), "#10201c", text=text),
    ]


def cpu_ms(run: Callable[[int], object], rounds: int) -> float:
    """Median CPU milliseconds of `run(i)`."""
    run(0)
    times = []
    for index in range(1, rounds + 1):
        start = time.process_time()
        run(index)
        times.append(time.process_time() - start)
    return median(times) * 1e3


def encoded(image: Image.Image, kind: str) -> bytes:
    """Pillow's encoding with the options ours uses."""
    out = io.BytesIO()
    image.save(out, kind.upper(), **OPTIONS[kind])
    return out.getvalue()


def measure(kind: str, size: tuple[int, int], rounds: int) -> None:
    """One row of the table."""
    source, fonts = encoded(photo(size), "png"), FontBook.load(FONTS)
    logo = intake_logo(LOGO, jailed=False).logo
    brand = BrandSpec("Osterly", "#0a5c4a", "#d98b2b", logo, None)
    base: ImageBase = prepare_base(encoded(photo(size), "jpeg") if kind == "jpeg" else source, Output(kind))  # type: ignore[arg-type]
    name, lines = slots(size, "Osterly · +49 30 1234567")
    x, y, width, height = (round(value) for value in name.slot.box)
    naive_source = encoded(photo(size), "jpeg") if kind == "jpeg" else source
    memory = Image.open(io.BytesIO(naive_source)).convert("RGB")
    upload = Image.open(io.BytesIO(logo.png)).convert("RGBA").resize((600, 225), Image.Resampling.LANCZOS)
    upload_png = encoded(upload, "png")
    mark = upload.resize((height * 8 // 3, height), Image.Resampling.LANCZOS)

    def font() -> ImageFont.FreeTypeFont:
        return ImageFont.truetype(FONTS / "NotoSans-Regular.ttf", lines.slot.size)

    kept = font()

    def paint(image: Image.Image, picture: Image.Image, index: int, face: ImageFont.FreeTypeFont) -> bytes:
        image.paste(picture, (x, y), picture)
        at = (lines.slot.box[0], lines.slot.box[1])
        ImageDraw.Draw(image).text(at, f"Osterly {index} · +49 30 1234567", "#10201c", font=face)
        return encoded(image, kind)

    def naive(index: int) -> bytes:
        picture = Image.open(io.BytesIO(upload_png)).convert("RGBA")
        picture.thumbnail((width, height), Image.Resampling.LANCZOS)
        return paint(Image.open(io.BytesIO(naive_source)).convert("RGB"), picture, index, font())

    def fresh(index: int) -> bytes:
        composing._logos.clear()
        filled = slots(size, f"Osterly {index} · +49 30 1234567")
        return render_image(base, filled, brand, BrandRules(), "en", fonts).data

    def warm(_index: int) -> bytes:
        return render_image(base, [name, lines], brand, BrandRules(), "en", fonts).data

    figures = {
        "naive": cpu_ms(naive, rounds),
        "base in memory": cpu_ms(lambda index: paint(memory.copy(), mark, index, kept), rounds),
        "encode alone": cpu_ms(lambda _: encoded(memory, kind), rounds),
        "new partner": cpu_ms(fresh, rounds),
        "warm": cpu_ms(warm, rounds),
    }
    ours = figures["warm"]
    sizes = f"{len(warm(0)) / 1000:7.0f} / {len(encoded(memory, kind)) / 1000:.0f} kB"
    row = "  ".join(f"{label} {value:8.2f}" for label, value in figures.items())
    print(f"{kind:4} {size[0]}×{size[1]:<5} ms: {row}  | naive {figures['naive'] / ours:6.1f}×, "
          f"of the encode {ours / figures['encode alone']:5.2f}  | {sizes}")  # fmt: skip


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    for kind in ("jpeg", "png", "webp"):
        for size in ((1200, 628), (1080, 1080), (4000, 3000)):
            measure(kind, size, max(3, rounds // 4) if size[0] == 4000 else rounds)


if __name__ == "__main__":
    main()
