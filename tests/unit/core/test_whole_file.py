"""A file is written whole or not at all, and who cannot write it is told which."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.kernel.whole_file import OWNER, write_whole
from tests.services.full_disk import files_end_at


def test_a_text_takes_the_place_of_what_was_there(tmp_path: Path) -> None:
    file, name = tmp_path / "rules.toml", tmp_path / "current.toml"
    name.symlink_to(file)
    write_whole(file, "old", OWNER)
    write_whole(name, "new: ä")
    assert file.read_text(encoding="utf-8") == "new: ä"
    assert file.stat().st_mode & 0o777 == OWNER
    assert sorted(tmp_path.iterdir()) == [name, file]


def test_on_a_full_disk_what_was_there_stays(tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    write_whole(file, "old")
    with files_end_at(1_000), pytest.raises(OSError, match=r"File too large: .*rules\.toml"):
        write_whole(file, "x" * 100_000)
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_a_folder_that_is_not_there_is_told_by_the_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as refused:
        write_whole(tmp_path / "nowhere" / "day.html", "x")
    assert refused.value.filename == str(tmp_path / "nowhere" / "day.html")


def test_what_is_no_file_is_written_to() -> None:
    write_whole(Path("/dev/null"), "x")
    assert Path("/dev/null").is_char_device()
