"""`throughline kit …` and `throughline render`, as a person calls them."""

from __future__ import annotations

import email
import email.policy
import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.cli import main
from tests.factories.kits import MANIFEST, SHEET_LAYOUT, small_kit

BRAND = 'name = "Osterly"\naddress = "14 Quayside"\nemail = "hello@osterly.example"\nurl = "https://osterly.example"\n'
COLOURS = '[colours]\nprimary = "#14304d"\nsecondary = "#f2a61c"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files = small_kit() | {"pdf/sheet.layout.json": SHEET_LAYOUT.replace('"type": "logo"', '"type": "box"').encode()}
    for path, data in files.items():
        (tmp_path / "kit" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "kit" / path).write_bytes(data)
    (tmp_path / "brand.toml").write_text(BRAND + COLOURS)
    return tmp_path


def run(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    return result.exit_code, result.stdout, result.stderr


def test_check_prints_place_severity_code_and_message(folder: Path) -> None:
    code, out, _ = run("kit", "check", folder / "kit")
    assert code == 0
    assert "samples/typical.toml:1: warning kit.no_samples " in out
    (folder / "kit/kit.toml").write_text(MANIFEST.replace("max_chars", "max_char"))
    code, out, err = run("kit", "check", folder / "kit")
    assert code == 1
    assert out.startswith("kit.toml:13: error manifest.unknown_key `field[1].max_char` is not a key")
    assert "1 errors" in err
    code, out, _ = run("kit", "check", folder / "kit", "--json")
    assert code == 1
    assert json.loads(out)[0]["code"] == "manifest.unknown_key"


def test_check_of_junk(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"junk")
    code, out, _ = run("kit", "check", tmp_path / "x.zip")
    assert (code, out.split()[2]) == (1, "archive.broken")


def test_messages_makes_catalogs_and_prints_coverage(folder: Path) -> None:
    (folder / "kit/locales/de/LC_MESSAGES/kit.po").unlink()
    code, out, _ = run("kit", "messages", folder / "kit")
    assert code == 0
    assert "wrote locales/de/LC_MESSAGES/kit.po\n" in out
    assert "\nde: 0 of " in out
    assert "(100 %)" in next(line for line in out.splitlines() if line.startswith("en:"))
    assert 'msgid "Spring is here"' in (folder / "kit/locales/de/LC_MESSAGES/kit.po").read_text()


def test_render_writes_every_piece(folder: Path) -> None:
    code, out, err = run(
        "render", folder / "kit", "--brand", folder / "brand.toml", "--locale", "de", "--out", folder / "out"
    )
    assert (code, err) == (0, "")
    names = sorted(path.name for path in (folder / "out").iterdir())
    assert names == [
        "banner-300x160.de.jpg",
        "banner.de.png",
        "invite.de.eml",
        "invite.de.html",
        "invite.de.txt",
        "landing.de.html",
        "post-x.de.txt",
        "sheet.de.pdf",
    ]
    assert sorted(Path(line).name for line in out.splitlines()) == names
    message = email.message_from_bytes((folder / "out/invite.de.eml").read_bytes(), policy=email.policy.default)
    assert message["subject"] == "Neues von Osterly"
    first = {path.name: path.read_bytes() for path in (folder / "out").iterdir()}
    run("render", folder / "kit", "--brand", folder / "brand.toml", "--locale", "de", "--out", folder / "again")
    assert {path.name: path.read_bytes() for path in (folder / "again").iterdir()} == first


def test_render_reports_as_json(folder: Path) -> None:
    code, out, _ = run(
        "render",
        folder / "kit",
        "--brand",
        folder / "brand.toml",
        "--asset",
        "sheet",
        "--out",
        folder / "out",
        "--json",
    )
    assert code == 0
    report = json.loads(out)
    assert [(item["asset"], item["locale"], item["media_type"]) for item in report["pieces"]] == [
        ("sheet", locale, "application/pdf") for locale in ("en", "de", "ar")
    ]
    assert len({item["fingerprint"] for item in report["pieces"]}) == 3


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(("--locale", "xx"), "render.unknown_locale"), (("--asset", "nothing"), "render.unknown_asset")],
)
def test_render_fails_with_a_code(folder: Path, arguments: tuple[str, ...], code: str) -> None:
    status, _, err = run(
        "render", folder / "kit", "--brand", folder / "brand.toml", "--out", folder / "out", *arguments
    )
    assert status == 1
    assert code in err


def test_render_of_a_bad_brand_or_a_failing_piece(folder: Path) -> None:
    (folder / "brand.toml").write_text(BRAND + COLOURS.replace("#14304d", "blue"))
    status, _, err = run("render", folder / "kit", "--brand", folder / "brand.toml", "--out", folder / "out")
    assert status == 1
    assert "brand.toml:6: error brand.bad_colour" in err
    (folder / "brand.toml").write_text(BRAND + COLOURS + '[logos]\nlight = "../secret.svg"\n')
    status, _, err = run("render", folder / "kit", "--brand", folder / "brand.toml", "--out", folder / "out")
    assert "brand.bad_logo" in err
    (folder / "brand.toml").write_text(BRAND + COLOURS + f'[fields]\noffer = "{"x" * 99}"\n')
    status, out, err = run(
        "render",
        folder / "kit",
        "--brand",
        folder / "brand.toml",
        "--asset",
        "landing",
        "--out",
        folder / "out",
        "--json",
    )
    assert status == 1
    assert json.loads(out)["failures"][0]["code"] == "field.too_long"


FIELDS = {
    "site": ('type = "url"', "javascript:alert(1)", "https://a.example"),
    "call": ('type = "phone"', "call me", "+44 117 496 0142"),
    "day": ('type = "date"', "tomorrow", "2026-05-01"),
    "size": ('type = "choice"\nchoices = ["small", "large"]', "huge", "large"),
    "photo": ('type = "image"', "no-such.png", "photo.png"),
}


def with_fields(folder: Path, which: int) -> tuple[int, str, str]:
    tables = [f'[[field]]\nid = "{name}"\nlabel = "L"\n{item[0]}\n' for name, item in FIELDS.items()]
    (folder / "kit/kit.toml").write_text(MANIFEST + "\n" + "\n".join(tables))
    values = "".join(f'{name} = "{item[which]}"\n' for name, item in FIELDS.items())
    (folder / "brand.toml").write_text(BRAND + COLOURS + '[fields]\nnosuch = "x"\n' + values)
    (folder / "photo.png").write_bytes(small_kit()["images/banner.png"])
    layout = SHEET_LAYOUT.replace('"type": "logo"', '"type": "image", "value": "{{ field.photo }}"')
    (folder / "kit/pdf/sheet.layout.json").write_text(layout)
    arguments = ("--brand", folder / "brand.toml", "--locale", "en", "--asset", "sheet", "--out", folder / "out")
    return run("render", folder / "kit", *arguments, "--json")


def test_render_holds_a_brands_fields_against_their_types(folder: Path) -> None:
    status, out, err = with_fields(folder, 1)
    assert status == 1
    found = {item["slot"]: (item["code"], item["path"], item["line"]) for item in json.loads(out)["failures"]}
    assert found["site"] == ("field.invalid", "brand.toml", 10)
    assert {name: code for name, (code, _, _) in found.items()} == {
        "nosuch": "field.unknown", "site": "field.invalid", "call": "field.invalid", "day": "field.invalid",
        "size": "field.invalid", "photo": "field.bad_picture",
    }  # fmt: skip
    assert "field.bad_picture" in err


def test_render_takes_a_picture_beside_the_brand(folder: Path) -> None:
    status, out, err = with_fields(folder, 2)
    assert (status, json.loads(out)["failures"]) == (0, [])
    assert [item["code"] for item in json.loads(out)["warnings"]] == ["field.unknown"]
    assert "brand.toml:9: warning field.unknown" in err
    assert b"/Subtype/Image" in (folder / "out/sheet.en.pdf").read_bytes()


def test_a_brand_whose_path_is_none(folder: Path) -> None:
    (folder / "brand.toml").write_text(BRAND + COLOURS + '[logos]\nlight = "a\\u0000b"\n')
    status, _, err = run("render", folder / "kit", "--brand", folder / "brand.toml", "--out", folder / "out")
    assert status == 1
    assert "brand.bad_logo" in err


def test_help_imports_nothing_heavy() -> None:
    heavy = ("renderer", "jinja2", "PIL", "flask")
    call = "import sys; from app.cli import main; main(['--help'], standalone_mode=False)"
    script = f"{call}; print(any(name in sys.modules for name in {heavy}))"
    out = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[3]
    )
    assert out.stdout.splitlines()[-1] == "False"
    assert "render" in out.stdout
