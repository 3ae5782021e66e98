"""Kits in and out of the service as folders and zips."""

from __future__ import annotations

from pathlib import Path

import pytest

from campaigns.core.errors import DomainError
from campaigns.db.unit_of_work import UnitOfWorkFactory
from campaigns.kits.exchange import export_path, import_path
from renderer.kit.archive import read_kit
from tests.factories.campaign_kits import kit_files, picture
from tests.factories.launching import FONTS, make_programme
from tests.fakes import MemoryStorage


def write(folder: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return folder


def test_a_kit_comes_out_as_it_went_in(committing: UnitOfWorkFactory, tmp_path: Path) -> None:
    storage, vendor = MemoryStorage(), make_programme(committing)
    taken = import_path(committing, storage, FONTS, vendor, write(tmp_path / "in", kit_files()))
    again = import_path(committing, storage, FONTS, vendor, tmp_path / "in")
    assert (taken.created, again.created, again.version_id) == (True, False, taken.version_id)
    export_path(committing, storage, vendor, "quiet", tmp_path / "out")
    export_path(committing, storage, vendor, "quiet", tmp_path / "out.zip")
    assert (
        read_kit(tmp_path / "out").digest == read_kit(tmp_path / "out.zip").digest == read_kit(tmp_path / "in").digest
    )
    with pytest.raises(DomainError, match=r"kit\.path_taken"):
        export_path(committing, storage, vendor, "quiet", tmp_path / "out")


def test_a_version_is_named_by_its_number(committing: UnitOfWorkFactory, tmp_path: Path) -> None:
    storage, vendor = MemoryStorage(), make_programme(committing)
    import_path(committing, storage, FONTS, vendor, write(tmp_path / "one", kit_files()))
    changed = kit_files(banner=picture(colour=(1, 1, 1)))
    import_path(committing, storage, FONTS, vendor, write(tmp_path / "two", changed))
    assert export_path(committing, storage, vendor, "quiet", tmp_path / "newest").number == 2
    assert export_path(committing, storage, vendor, "quiet", tmp_path / "first", number=1).number == 1
    assert read_kit(tmp_path / "first").digest == read_kit(tmp_path / "one").digest
    with pytest.raises(DomainError, match=r"kit_version\.not_found"):
        export_path(committing, storage, vendor, "quiet", tmp_path / "third", number=3)
    with pytest.raises(DomainError, match=r"kit\.not_found"):
        export_path(committing, storage, make_programme(committing), "quiet", tmp_path / "theirs")
