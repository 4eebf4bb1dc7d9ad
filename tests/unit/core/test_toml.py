"""A document that somebody wrote: whatever is wrong with it is said, with its place."""

from __future__ import annotations

import pytest

from core.kernel.errors import ConfigError
from core.kernel.toml import parse_toml


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (b'a = 1\nb = "Gr\xf6\xdfe"\n', "byte 0xf6, which is no UTF-8 (at line 2)"),
        (b"a = 1\na = 2\n", "Cannot overwrite a value (at line 2, column 6)"),
        (b"a = " + b"[" * 5_000, "lists or tables too deep in each other"),
        (b"a = " + b"9" * 5_000, "Exceeds the limit"),
    ],
)
def test_a_document_that_cannot_be_read_is_refused_with_its_place(raw: bytes, found: str) -> None:
    with pytest.raises(ConfigError) as refused:
        parse_toml(raw, "day.toml")
    said = str(refused.value)
    assert said.startswith(f"day.toml: found {found}")
    assert said.endswith("; a TOML document")


def test_a_mark_before_the_text_means_nothing() -> None:
    assert parse_toml(b'\xef\xbb\xbfname = "Anna"\r\n', "day.toml") == {"name": "Anna"}
