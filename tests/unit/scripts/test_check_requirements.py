"""The pinned requirements are held to the ranges, to their hashes, and to naming no registry."""

from __future__ import annotations

import pytest

from scripts.check_requirements import complaints

GOOD = """\
orjson==3.11.4 \\
    --hash=sha256:aa \\
    --hash=sha256:bb
    # via goldline (pyproject.toml)
sqlalchemy[asyncio]==2.0.40 ; sys_platform == 'linux' \\
    --hash=sha256:cc
"""


def test_pins_within_their_ranges_pass() -> None:
    assert list(complaints(["orjson>=3.10,<4", "SQLAlchemy[asyncio]>=2.0.36,<3"], GOOD)) == []


@pytest.mark.parametrize(
    ("wanted", "exported", "complaint"),
    [
        ("typer>=0.15", GOOD, "typer is not pinned"),
        ("orjson>=4", GOOD, "orjson is pinned to 3.11.4, outside of >=4"),
        ("orjson", "orjson==3.11.4\n    # via goldline\n", "orjson has no hash"),
        ("orjson", GOOD + "--index-url https://registry.example/simple\n", "an address stands in the file"),
    ],
)
def test_what_does_not_answer_to_the_project_is_named(wanted: str, exported: str, complaint: str) -> None:
    assert list(complaints([wanted], exported)) == [complaint]
