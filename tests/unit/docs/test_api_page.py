"""What the page about the API says to write into a configuration can be written there."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from goldline.config import parse_config
from goldline.config_gate import gate_settings, oidc_settings
from goldline.demo import FOLDER
from web.gate_settings import GateSettings
from web.roles import Role

PAGE = (Path(__file__).parents[3] / "docs" / "api.md").read_text("utf-8")
BLOCKS = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
STARTER = tomllib.loads((FOLDER.parent / "starter" / "goldline.toml").read_text("utf-8"))


@pytest.fixture(params=BLOCKS, ids=lambda block: block.split("]")[0].strip("["))
def web(request: pytest.FixtureRequest) -> dict[str, object]:
    section: dict[str, object] = tomllib.loads(request.param)["web"]
    return section


def test_every_example_is_a_configuration(web: dict[str, object]) -> None:
    config = parse_config(STARTER | {"web": web}, "docs/api.md").web
    if "gate" in web:
        assert gate_settings(config.gate) == GateSettings(), "the page tells the defaults"
    if "oidc" in web:
        oidc = oidc_settings(config.oidc)
        assert oidc is not None
        assert oidc.roles["call-center/leads"] is Role.SUPERVISOR
        assert "..." not in repr(oidc)


def test_there_are_examples_of_both() -> None:
    assert ["gate" in BLOCKS[0], "oidc" in BLOCKS[1]] == [True, True]
