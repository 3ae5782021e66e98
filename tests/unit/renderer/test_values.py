"""What templates see, and slots filled with it."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from renderer.errors import RenderError
from renderer.template_faults import TemplateFailed
from renderer.values import brand_colours, fill_slots, readable_on, template_values
from tests.factories.kits import MANIFEST, SHEET_LAYOUT, loaded, picture, plain_brand, plain_launch, small_kit

PICTURE_LAYOUT = """{"schema": 1, "unit": "mm", "slots": [
  {"id": "p", "type": "image", "box": [0, 0, 9, 9], "value": "VALUE"}]}"""


def filled(locale: str = "en", layout: str = SHEET_LAYOUT, **brand: object) -> dict[str, str]:
    kit = loaded(small_kit() | {"pdf/sheet.layout.json": layout.encode()})
    slots = fill_slots(kit, kit.manifest.asset("sheet"), locale, plain_brand(**brand), plain_launch())
    return {slot.slot.id: slot.text or slot.url for slot in slots}


def test_slots_are_translated_and_evaluated() -> None:
    assert filled() == {"logo": "", "call": "Talk to Osterly", "code": "https://l.example/t/q"}
    assert filled("de")["call"] == "Fragen Sie Osterly"
    assert filled(name="{{7*7}} {% x %}")["call"] == "Talk to {{7*7}} {% x %}"


def test_a_fault_in_a_slot_names_it_and_its_line() -> None:
    with pytest.raises(TemplateFailed) as caught:
        filled(layout=SHEET_LAYOUT.replace("brand.name", "brand.nam").replace("link.qr", "link.q"))
    assert [(item.code, item.slot, item.line) for item in caught.value.problems] == [
        ("template.undefined", "call", 3),
        ("template.undefined", "code", 4),
    ]


def test_a_locales_variant_wins() -> None:
    variant = SHEET_LAYOUT.replace("Talk to {{ brand.name }}", "اسأل {{ brand.name }}")
    kit = loaded(small_kit() | {"pdf/sheet.ar.layout.json": variant.encode(), "pdf/sheet.ar.pdf": b"x"})
    asset = kit.manifest.asset("sheet")
    assert kit.source_for(asset, "ar") == "pdf/sheet.ar.pdf"
    assert kit.source_for(asset, "de") == "pdf/sheet.pdf"
    slots = fill_slots(kit, asset, "ar", plain_brand(), plain_launch())
    assert slots[1].text == "اسأل Osterly"


@pytest.mark.parametrize(("colour", "wanted"), [("#ffee00", "#14201b"), ("#000080", "#ffffff"), ("#808080", "#14201b")])
def test_text_on_the_brands_colour_can_be_read(colour: str, wanted: str) -> None:
    assert readable_on(colour) == wanted
    slots = fill_slots(
        loaded(
            small_kit() | {"pdf/sheet.layout.json": SHEET_LAYOUT.replace("brand.primary", "brand.on_primary").encode()}
        ),
        loaded().manifest.asset("sheet"),
        "en",
        plain_brand(primary=colour),
        plain_launch(),
    )
    assert slots[1].colour == wanted


def test_bad_colours_are_refused() -> None:
    with pytest.raises(RenderError, match=r"colour\.invalid"):
        brand_colours(plain_brand(primary="red;}body{"))


def test_fields_fall_back_to_translated_defaults_and_keep_their_limits() -> None:
    kit = loaded()

    def offer(locale: str, **fields: str) -> str:
        return str(template_values(kit, locale, plain_brand(fields=fields), plain_launch())["field"]["offer"])

    assert offer("de") == "Sparen Sie im Frühling"
    assert offer("de", offer="Nur heute") == "Nur heute"
    with pytest.raises(RenderError, match=r"field\.too_long"):
        offer("en", offer="x" * 81)


def test_required_and_locked_fields() -> None:
    required = MANIFEST.replace('default = "Save this spring"', "required = true")
    with pytest.raises(RenderError, match=r"field\.required"):
        template_values(loaded(small_kit() | {"kit.toml": required.encode()}), "en", plain_brand(), plain_launch())
    locked = MANIFEST.replace('default = "Save this spring"', 'default = "Fixed"\nlocked = true')
    kit = loaded(small_kit() | {"kit.toml": locked.encode()})
    values = template_values(kit, "en", plain_brand(fields={"offer": "Mine"}), plain_launch())
    assert values["field"]["offer"] == "Fixed"


def test_rich_text_is_cleaned() -> None:
    rich = MANIFEST.replace('label = "Your offer"', 'label = "Your offer"\ntype = "rich-text"')
    kit = loaded(small_kit() | {"kit.toml": rich.encode()})
    brand = plain_brand(
        fields={"offer": '<b onclick="x()">Now</b><script>x</script> &amp; <a href="javascript:x">a</a>'}
    )
    html = template_values(kit, "en", brand, plain_launch(), html=True)["field"]["offer"]
    assert "<b>Now</b>" in html
    assert "script" not in html
    assert template_values(kit, "en", brand, plain_launch())["field"]["offer"] == "Now & a"


def test_picture_slots_take_a_file_of_the_kit_or_a_data_uri() -> None:
    uri = "data:image/png;base64," + base64.b64encode(picture(4, 4)).decode()
    for value, wanted in (("images/banner.png", picture()), (uri, picture(4, 4))):
        layout = PICTURE_LAYOUT.replace("VALUE", value)
        kit = loaded(small_kit() | {"pdf/sheet.layout.json": layout.encode()})
        slots = fill_slots(kit, kit.manifest.asset("sheet"), "en", plain_brand(), plain_launch())
        assert slots[0].picture == wanted
    for value in ("../../etc/passwd", "https://example.com/a.png", "data:text/html;base64,AAAA"):
        layout = PICTURE_LAYOUT.replace("VALUE", value)
        kit = loaded(small_kit() | {"pdf/sheet.layout.json": layout.encode()})
        with pytest.raises(TemplateFailed, match=r"slot\.bad_picture"):
            fill_slots(kit, kit.manifest.asset("sheet"), "en", plain_brand(), plain_launch())


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60))
def test_any_name_comes_out_in_the_slot(name: str) -> None:
    assert len(filled_name(name)) <= len("Talk to ") + len(name)


KIT = None


def filled_name(name: str) -> str:
    global KIT  # noqa: PLW0603 - one kit for all examples
    KIT = KIT or loaded()
    text = fill_slots(KIT, KIT.manifest.asset("sheet"), "en", plain_brand(name=name), plain_launch())[1].text
    assert text.startswith("Talk to ")
    return text
