"""What a command takes from the environment, and from an embedded stack beside it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from app.cli import main
from app.cli.settings import stack_settings_or_exit

URLS = ("DATABASE_URL", "BROKER_URL", "STORAGE_URL", "PUBLIC_URL", "SECRET_KEY", "SMTP_URL", "PORT")


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in URLS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, list(arguments))
    return result.exit_code, result.stderr


def test_db_needs_its_database_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("db", "check") == (2, "settings: DATABASE_URL is not set\n")
    monkeypatch.setenv("DATABASE_URL", "mysql://x/y")
    code, err = run("db", "check")
    assert (code, err.count("settings:")) == (2, 1)
    assert "postgresql" in err


def test_a_database_that_does_not_answer_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/x")
    for command in ("check", "upgrade"):
        code, err = run("db", command)
        assert code == 1
        assert err.startswith("database.unreachable: ")
        assert err.count("\n") == 1


def test_what_is_unset_is_the_embedded_stacks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert run("kit", "export", "x", str(tmp_path / "x"))[0] == 2
    (tmp_path / "data").mkdir()
    (tmp_path / "data/secret_key").write_text("k" * 40)
    monkeypatch.setenv("STORAGE_URL", "file:///elsewhere")
    settings = stack_settings_or_exit()
    assert settings.secret_key == "k" * 40
    assert str(tmp_path / "data/run/pg") in settings.database_url.replace("%2F", "/")
    assert settings.storage_url == "file:///elsewhere"


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "brand.toml").write_text('name = "A"\n[colours]\nprimary = "#112233"\nsecondary = "#445566"\n')
    kit = Path(__file__).parents[3] / "assets/kits/heat-that-keeps-quiet"
    code, err = run("render", str(kit), "--brand", str(tmp_path / "brand.toml"), "--asset", "post-x",
                    "--out", str(tmp_path / "file" / "out"))  # fmt: skip
    assert code == 1
    assert "render.unwritable" in err
