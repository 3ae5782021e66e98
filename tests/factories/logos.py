"""Logo files of every odd kind, built in memory and named by what is odd about them."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image, ImageCms, ImageDraw

HEAD = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'


def svg(body: str, view: str = "0 0 200 100", extra: str = "") -> bytes:
    return f'<svg {HEAD} viewBox="{view}" {extra}>{body}</svg>'.encode()


SIGN = '<circle cx="50" cy="50" r="30" fill="#0a5c4a"/><path d="M90 30h70v12h-70z M90 58h50v12h-50z" fill="#d98b2b"/>'


def plain_svg() -> bytes:
    return svg(SIGN)


def wordmark_svg() -> bytes:
    bars = "".join(f'<rect x="{20 + 16 * i}" y="40" width="3" height="30" fill="#1a2a6c"/>' for i in range(30))
    return svg(bars, "0 0 600 110")


def disc_svg() -> bytes:
    return svg('<circle cx="50" cy="50" r="50" fill="#b3123c"/>', "0 0 100 100")


def hard_svg() -> bytes:
    """Gradients with opacity, a mask, a pattern, a clip, a group's opacity, use and a blend of all."""
    return svg(
        """<defs>
        <linearGradient id="g"><stop offset="0" stop-color="#a00040" stop-opacity=".35"/>
        <stop offset="1" stop-color="#0030a0"/></linearGradient>
        <radialGradient id="r"><stop offset="0" stop-color="#ffd000"/>
        <stop offset="1" stop-color="#d05000" stop-opacity=".8"/></radialGradient>
        <mask id="m"><rect width="200" height="100" fill="#000"/><circle cx="50" cy="50" r="38" fill="#fff"/>
        <circle cx="50" cy="50" r="14" fill="#555"/></mask>
        <pattern id="p" width="8" height="8" patternUnits="userSpaceOnUse">
        <rect width="4" height="8" fill="#063"/></pattern>
        <clipPath id="c"><path d="M100 10h40v40h-40z"/></clipPath>
        <g id="u"><rect width="18" height="18" rx="5" fill="#512da8"/></g></defs>
        <rect x="10" y="10" width="80" height="80" fill="url(#g)" mask="url(#m)"/>
        <g opacity=".5"><circle cx="115" cy="35" r="25" fill="#c00"/><circle cx="135" cy="35" r="25" fill="#00c"/></g>
        <rect x="100" y="66" width="90" height="24" fill="url(#p)"/>
        <circle cx="170" cy="35" r="18" fill="url(#r)"/>
        <g clip-path="url(#c)"><circle cx="100" cy="10" r="12" fill="#0a0"/></g>
        <use xlink:href="#u" x="150" y="2"/>"""
    )


def hostile_svg() -> bytes:
    body = (
        '<script>alert(1)</script><foreignObject width="9" height="9"><body xmlns="http://www.w3.org/1999/xhtml"/>'
        '</foreignObject><image href="https://evil.example/x.png" width="9" height="9"/>'
        '<image xlink:href="file:///etc/passwd" width="9" height="9"/>'
        '<image href="data:image/svg+xml;base64,PHN2Zy8+" width="9" height="9"/>'
        '<style>@import url("https://evil.example/a.css"); @font-face{src:url(https://evil.example/f)}'
        ".a{fill:#0a5c4a} .b{fill:url(https://evil.example/p.svg#x)} .c{background:u\\72l(//evil.example)}</style>"
        '<a href="javascript:alert(1)" onclick="alert(2)">' + SIGN + "</a>"
        '<rect class="a" onload="alert(3)" style="fill:#d98b2b;behavior:url(#x);mask:url(https://evil.example/m)" '
        'x="95" y="80" width="20" height="5"/><use href="https://evil.example/s.svg#a"/>'
        '<rect width="5" height="5" fill="url(https://evil.example/g.svg#g)"/><animate attributeName="href" to="x"/>'
        '<set attributeName="onmouseover" to="alert(4)"/><iframe src="https://evil.example"/>'
    )
    return svg(body)


def entities_svg() -> bytes:
    rows = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 12))
    head = f'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY l0 "lol">{rows}]>'
    return f'{head}<svg {HEAD} viewBox="0 0 9 9"><desc>&l11;</desc></svg>'.encode()


def external_entity_svg() -> bytes:
    head = '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    text = f'{head}<svg {HEAD} viewBox="0 0 9 9"><desc>&x;</desc></svg>'
    return text.encode("utf-16")


def deep_svg() -> bytes:
    return svg("<g>" * 200 + SIGN + "</g>" * 200)


def wide_svg() -> bytes:
    return svg('<rect width="1" height="1"/>' * 25_000)


def laughing_use_svg() -> bytes:
    uses = [f'<use xlink:href="#u{i}"/>' * 10 for i in range(9)]
    rows = "".join(f'<g id="u{i}">{ten}</g>' for i, ten in enumerate(uses, 1))
    return svg(f'<defs><g id="u0">{SIGN}</g>{rows}</defs><use xlink:href="#u9"/>')


def text_svg() -> bytes:
    return svg(SIGN + '<text x="90" y="90" font-family="Arial">Osterly</text>')


def white_ground_svg() -> bytes:
    return svg('<rect width="200" height="100" fill="#fff"/>' + SIGN)


def white_on_empty_svg() -> bytes:
    """The usual mistake: the sign in colour, the name in white, made for dark grounds."""
    letters = "".join(f'<rect x="{95 + 12 * i}" y="30" width="8" height="40" fill="#fff"/>' for i in range(8))
    return svg('<circle cx="50" cy="50" r="30" fill="#0a5c4a"/>' + letters)


def white_in_disc_svg() -> bytes:
    return svg(
        '<circle cx="50" cy="50" r="40" fill="#0a5c4a"/><path d="M30 42h40v16h-40z" fill="#fff"/>', "0 0 100 100"
    )


def drawing(size: tuple[int, int] = (800, 400), mode: str = "RGBA", ground: object = (0, 0, 0, 0)) -> Image.Image:
    """A disc and a bar with 15 % margin, smooth edges."""
    big = Image.new("RGBA", (size[0] * 2, size[1] * 2), ground)
    draw, (w, h) = ImageDraw.Draw(big), big.size
    draw.ellipse((w * 0.15, h * 0.2, w * 0.15 + h * 0.6, h * 0.8), fill=(10, 92, 74, 255))
    draw.rectangle((w * 0.55, h * 0.4, w * 0.85, h * 0.6), fill=(217, 139, 43, 255))
    return big.resize(size, Image.Resampling.BOX).convert(mode)


def encode(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def white_jpeg() -> bytes:
    return encode(drawing(ground=(255, 255, 255, 255)).convert("RGB"), "JPEG", quality=88)


def dark_tile_png() -> bytes:
    tile = Image.new("RGB", (800, 400), "#10201c")
    ImageDraw.Draw(tile).ellipse((300, 100, 500, 300), fill="#f4f1e6")
    return encode(tile, "PNG")


def cmyk_jpeg() -> bytes:
    """Adobe's inverted CMYK, as Pillow and Photoshop write it; without a profile."""
    return encode(drawing(ground=(255, 255, 255, 255)).convert("RGB").convert("CMYK"), "JPEG", quality=92)


def cmyk_jpeg_without_adobe_marker() -> bytes:
    inverted = Image.eval(drawing(ground=(255, 255, 255, 255)).convert("RGB").convert("CMYK"), lambda v: 255 - v)
    data = encode(inverted, "JPEG", quality=92)
    at = data.index(b"\xff\xee")
    return data[:at] + data[at + 2 + int.from_bytes(data[at + 2 : at + 4], "big") :]


def turned_jpeg() -> bytes:
    """Upright it is 400 wide and 800 high, the disc at the top right of the EXIF-less picture."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Camera of A. Author"
    return encode(drawing(ground=(255, 255, 255, 255)).convert("RGB"), "JPEG", exif=exif)


def sixteen_bit_png() -> bytes:
    grey = drawing(ground=(255, 255, 255, 255)).convert("L")
    return encode(grey.convert("I").point(lambda v: v * 257).convert("I;16"), "PNG")


def palette_png() -> bytes:
    flat = drawing().quantize(16)
    return encode(flat, "PNG")


def one_bit_png() -> bytes:
    grey = drawing(ground=(255, 255, 255, 255)).convert("L")
    return encode(grey.point(lambda v: 255 * (v > 200)).convert("1"), "PNG")


def grey_alpha_png() -> bytes:
    return encode(drawing().convert("LA"), "PNG")


def gif_frames() -> bytes:
    first, second = drawing(ground=(255, 255, 255, 255)).convert("P"), Image.new("P", (800, 400), 5)
    return encode(first, "GIF", save_all=True, append_images=[second], duration=100)


def tiff_cmyk() -> bytes:
    return encode(drawing(ground=(255, 255, 255, 255)).convert("RGB").convert("CMYK"), "TIFF", compression="tiff_lzw")


def webp_alpha() -> bytes:
    return encode(drawing(), "WEBP", lossless=True)


def corrupt_profile_png() -> bytes:
    good = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return encode(drawing(), "PNG", icc_profile=good[:90] + b"\xff" * 60)


def bomb_png(width: int = 50_000, height: int = 50_000) -> bytes:
    """A header that promises 2.5 gigapixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + body


def truncated_png() -> bytes:
    data = encode(drawing(), "PNG")
    return data[: len(data) // 2]


def pdf_logo(*, script: bool = False, pages: int = 1) -> bytes:
    from reportlab.pdfgen import canvas

    out = io.BytesIO()
    page = canvas.Canvas(out, pagesize=(300, 150), invariant=True)
    for _ in range(pages):
        page.setFillColorCMYK(0.9, 0.1, 0.6, 0.2)
        page.circle(80, 75, 40, fill=1, stroke=0)
        page.setFont("Helvetica-Bold", 36)
        page.drawString(130, 60, "Osterly")
        page.showPage()
    page.save()
    if not script:
        return out.getvalue()
    import pikepdf

    with pikepdf.open(io.BytesIO(out.getvalue())) as pdf:
        pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
        changed = io.BytesIO()
        pdf.save(changed)
    return changed.getvalue()


def pale_svg() -> bytes:
    bar = '<rect x="90" y="30" width="70" height="12" style="fill:rgb(250,225,140)"/>'
    return svg(f'<g fill="#f7d774"><circle cx="50" cy="50" r="30"/>{bar}</g>')


def pale_png() -> bytes:
    return encode(Image.eval(drawing((1000, 500)), lambda v: v if v in {0, 255} else 150 + v // 3), "PNG")
