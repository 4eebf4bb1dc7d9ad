"""Rule packs of the house: files beside the configuration, part of it from then on."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.kernel.errors import ConfigError
from goldline.app import build_brain, configured_agents
from goldline.config import Config, load_config, parse_config
from goldline.flows import load_flows
from goldline.journal_head import rules_table
from goldline.own_packs import law_under

FLOW = """\
schema = 1
name = "sorry"
start = "bye"
[nodes.bye]
kind = "hang_up"
"""
PACK = """\
name = "ours"
title = "Our own"
countries = ["*"]
[[rules]]
kind = "ring"
id = "ours-ring"
at_least_s = 22
source = "good manners"
"""


def written(folder: Path, laws: str = '"house", "ours.toml"', pack: str = PACK, more: str = "") -> Path:
    """Write a configuration with one campaign under these laws."""
    (folder / "ours.toml").write_text(pack, "utf-8")
    (folder / "sorry.toml").write_text(FLOW, "utf-8")
    path = folder / "goldline.toml"
    path.write_text(
        f"""\
schema = 1
[queues.sales]
[campaigns.winter]
queue = "sales"
laws = [{laws}]
safe_harbour = "sorry"
{more}
[ivr]
flows = ["sorry.toml"]
default = "sorry"
""",
        "utf-8",
    )
    return path


def build(path: Path) -> Config:
    config = load_config(path)
    build_brain(config, load_flows(config, path.parent), configured_agents(config), run=1)
    return config


def test_own_pack_holds_beside_the_shipped_ones(tmp_path: Path) -> None:
    config = build(written(tmp_path))
    law = law_under(config.campaigns["winter"].laws, config.packs, "campaigns.winter")
    assert law.ring_min_us == 22_000_000
    assert [pack.name for pack in law.packs] == ["house", "ours"]


def test_own_pack_is_part_of_what_a_journal_holds(tmp_path: Path) -> None:
    config = build(written(tmp_path))
    (tmp_path / "ours.toml").unlink()
    again = parse_config(rules_table(config), "journal")
    assert law_under(["ours.toml"], again.packs, "here").ring_min_us == 22_000_000


def test_campaign_that_says_less_than_its_own_pack_asks_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"campaigns\.winter\.ring_timeout_s: found 20\.0; at least 22"):
        build(written(tmp_path, more="ring_timeout_s = 20"))


@pytest.mark.parametrize(
    ("laws", "pack", "said"),
    [
        ('"hous"', PACK, r"campaigns\.winter\.laws: rule pack: found 'hous'; one of au, ca-crtc"),
        ('"theirs.toml"', PACK, "a readable file"),
        (
            '"ours.toml"',
            PACK.replace("at_least_s = 22", "at_least_s = 220"),
            r"campaigns\.winter\.laws: ours\.toml",
        ),
        ('"ours.toml", "ours.toml"', PACK, "an id that no other rule has"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, laws: str, pack: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        build(written(tmp_path, laws=laws, pack=pack))


def test_pack_for_a_country_that_is_none_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, pack=PACK.replace('["*"]', '["GB", "UK"]'))
    with pytest.raises(ConfigError, match=r"ours.toml: countries: found 'UK'; .* such as US or GB"):
        build(path)
