"""PDF: a compiled template against pypdf and pikepdf merging, and against writing the same bytes. One run, CPU time."""

from __future__ import annotations

import io
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import pikepdf
import pypdf
from pikepdf import Array, Dictionary, Name
from PIL import Image, ImageDraw
from reportlab.pdfgen.canvas import Canvas

from renderer.kit.layout import Slot
from renderer.kit.manifest import BrandRules
from renderer.pdf.overlay import build_overlay
from renderer.pdf.render import clear_stores, compile_template, overlay_delta, render_pdf
from renderer.spec import BrandSpec, FilledSlot, LogoImage
from renderer.text.fonts import FontBook

ROOT = Path(__file__).resolve().parent.parent
SIZES = ((1, 91_000), (8, 4_750_000), (40, 19_800_000))
RULES = BrandRules()


def vendor_file(pages: int, size: int) -> bytes:
    """A brochure of that many pages and bytes: an incompressible picture and a page of text on each."""
    pdf = pikepdf.new()
    noise = bytes(os.urandom(max(1, (size - 900 * pages) // pages)))
    for number in range(pages):
        picture = pdf.make_stream(
            noise[number:] + noise[:number],
            Type=Name.XObject,
            Subtype=Name.Image,
            Width=len(noise) // 3,
            Height=1,
            BitsPerComponent=8,
            ColorSpace=Name.DeviceRGB,
        )
        lines = b"".join(b"1 0 0 1 60 %d Tm (line %d of the brochure)Tj " % (700 - 12 * at, at) for at in range(40))
        content = b"q 300 0 0 200 60 500 cm /Im Do Q BT /F 10 Tf %s ET" % lines
        font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name("/Times-Roman"))
        page = Dictionary(
            Type=Name.Page,
            MediaBox=Array([0, 0, 595, 842]),
            Contents=pdf.make_stream(content),
            Resources=Dictionary(XObject=Dictionary(Im=picture), Font=Dictionary(F=font)),
        )
        pdf.pages.append(pikepdf.Page(pdf.make_indirect(page)))
    buffer = io.BytesIO()
    pdf.save(buffer, min_version="1.7", object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return buffer.getvalue()


def logo(seed: int = 0) -> LogoImage:
    image = Image.new("RGBA", (800, 320), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    for at in range(12):
        draw.ellipse(
            (at * 60, 20 + at * 9 + seed % 40, at * 60 + 130, 200 + at * 9), fill=(10 * at, 90, 200 - 9 * at, 255)
        )
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return LogoImage("raster", buffer.getvalue(), 800, 320, 0.5, 5.0, 5.0, f"logo{seed}")


def slots(name: str) -> tuple[FilledSlot, ...]:
    return (
        FilledSlot(Slot("logo", "logo", (20, 250, 50, 25)), "#000000"),
        FilledSlot(Slot("rule", "rule", (20, 247, 170, 0.3)), "#0b6b53"),
        FilledSlot(Slot("name", "text", (80, 250, 70, 8), font="sans-bold", size=14), "#14201b", text=name),
        FilledSlot(
            Slot("contact", "text", (80, 259, 70, 12)), "#14201b", text="+44 20 7946 0958\nhello@osterly.example"
        ),
        FilledSlot(Slot("legal", "text", (20, 280, 170, 8), size=7), "#5a6b63", text=f"{name} Ltd, 1 Mill Lane, Leeds"),
        FilledSlot(Slot("qr", "qr", (160, 250, 30, 30)), "#000000", url="https://example.com/l/osterly/qr"),
    )


def reportlab_overlay(name: str, mark: LogoImage) -> bytes:
    """The same things by reportlab, as the usual way makes them."""
    from reportlab.lib.utils import ImageReader

    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(595, 842))
    canvas.drawImage(ImageReader(io.BytesIO(mark.png)), 57, 62, 140, 56, mask="auto")
    canvas.rect(57, 141, 482, 0.85, stroke=0, fill=1)
    for x, y, size, text in ((227, 122, 14, name), (227, 100, 10, "+44 20 7946 0958"), (57, 42, 7, name)):
        canvas.setFont("Helvetica", size)
        canvas.drawString(x, y, text)
    import segno

    for y, row in enumerate(segno.make("https://example.com/l/osterly/qr", micro=False).matrix):
        for x, dark in enumerate(row):
            if dark:
                canvas.rect(454 + x * 2.5, 130 - y * 2.5, 2.5, 2.5, stroke=0, fill=1)
    canvas.save()
    return buffer.getvalue()


def pypdf_merge(source: bytes, overlay: bytes) -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(source))
    writer.pages[0].merge_page(pypdf.PdfReader(io.BytesIO(overlay)).pages[0])
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def pikepdf_merge(source: bytes, overlay: bytes) -> bytes:
    with pikepdf.open(io.BytesIO(source)) as pdf, pikepdf.open(io.BytesIO(overlay)) as stamp:
        pdf.pages[0].add_overlay(stamp.pages[0])
        buffer = io.BytesIO()
        pdf.save(buffer)
    return buffer.getvalue()


def cpu_ms(action: Callable[[], object], budget_s: float = 1.0) -> float:
    """Median CPU time of one call in milliseconds; at least five calls."""
    action()
    took: list[float] = []
    end = time.perf_counter() + budget_s
    while len(took) < 5 or (time.perf_counter() < end and len(took) < 5000):
        start = time.process_time_ns()
        action()
        took.append((time.process_time_ns() - start) / 1e6)
    return statistics.median(took)


def fast_us(action: Callable[[], object], repeat: int = 200) -> float:
    """Median time of short calls in microseconds, by batches."""
    batches = []
    for _ in range(15):
        start = time.process_time_ns()
        for _ in range(repeat):
            action()
        batches.append((time.process_time_ns() - start) / repeat / 1e3)
    return statistics.median(batches)


def written(folder: Path, *parts: bytes) -> None:
    """A new name, then rename."""
    fresh = folder / "out.new"
    with fresh.open("wb", buffering=0) as handle:
        for part in parts:
            handle.write(part)
    fresh.replace(folder / "out.pdf")


def main() -> None:
    fonts = FontBook.load(ROOT / "assets" / "fonts")
    brand = BrandSpec("Osterly", "#0b6b53", "#14201b", logo_light=logo())
    filled = slots("Osterly Heating")
    print(f"{'':34}{'delta':>10}{'whole':>10}{'write':>10}{'whole+write':>13}{'pikepdf':>10}{'pypdf':>10}  (ms CPU)")
    stamp = reportlab_overlay("Osterly Heating", logo())
    for pages, size in SIZES:
        source = vendor_file(pages, size)
        start = time.process_time()
        template = compile_template(source)
        template.page(1)
        compiled = (time.process_time() - start) * 1e3
        overlay = build_overlay(filled, brand, RULES, "en", fonts)
        render_pdf(template, filled, brand, RULES, "en", fonts)
        delta = fast_us(lambda: overlay_delta(template, overlay)) / 1e3  # noqa: B023
        call = fast_us(lambda: render_pdf(template, filled, brand, RULES, "en", fonts)) / 1e3  # noqa: B023
        document = render_pdf(template, filled, brand, RULES, "en", fonts).whole(template)
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            write = cpu_ms(lambda: written(folder, document))  # noqa: B023
            both = cpu_ms(
                lambda: written(folder, template.data, render_pdf(template, filled, brand, RULES, "en", fonts).delta)  # noqa: B023
            )
        whole = cpu_ms(lambda: render_pdf(template, filled, brand, RULES, "en", fonts).whole(template))  # noqa: B023
        with_pikepdf = cpu_ms(lambda: pikepdf_merge(source, stamp))  # noqa: B023
        with_pypdf = cpu_ms(lambda: pypdf_merge(source, stamp))  # noqa: B023
        label = f"{pages} page(s), {len(source) / 1e6:.2f} MB, delta {len(document) - len(source)} B"
        print(f"{label:34}{delta:10.3f}{whole:10.3f}{write:10.3f}{both:13.3f}{with_pikepdf:10.2f}{with_pypdf:10.2f}")
        print(
            f"{'':4}delta is {with_pikepdf / delta:,.0f}× pikepdf and {with_pypdf / delta:,.0f}× pypdf; "
            f"render_pdf whole call {call * 1e3:.0f} µs; whole+write is {both / write:.2f}× of the write; "
            f"compile {compiled:.0f} ms once"
        )
    first_document(fonts)


def first_document(fonts: FontBook) -> None:
    """A partner never seen: logo, fonts, code and all, on the one-page template."""
    source = vendor_file(*SIZES[0])
    template = compile_template(source)
    counter = iter(range(1_000_000))
    marks = [logo(seed) for seed in range(40)]

    def ours() -> None:
        seed = next(counter)
        brand = BrandSpec("Osterly", "#0b6b53", "#14201b", logo_light=marks[seed % 40])
        clear_stores()
        from renderer.pdf.images import logo_objects

        logo_objects.cache_clear()
        overlay = build_overlay(slots(f"Partner {seed} Heating"), brand, RULES, "en", fonts)
        template.data + overlay_delta(template, overlay)

    def usual() -> None:
        seed = next(counter)
        pypdf_merge(source, reportlab_overlay(f"Partner {seed} Heating", marks[seed % 40]))

    mine, theirs = cpu_ms(ours), cpu_ms(usual)
    print(f"first document of a new partner: {mine:.2f} ms; reportlab + pypdf {theirs:.2f} ms ({theirs / mine:.1f}×)")


if __name__ == "__main__":
    main()
