"""A configuration of several files: joined by tables, no key twice, a mistake named with its own file."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.kernel.errors import ConfigError
from goldline.config import Config, load_config

MAIN = """
include = ["rules.toml", "people.toml"]
[tiers.gold]
head_start_s = 90
[tiers.standard]
[queues.sales]
[ivr]
flows = ["menu.toml"]
default = "menu"
"""
RULES = """
schema = 1
[tiers.gold]
choose = "highest_level"
[queues.sales]
length_max = 10
"""
PEOPLE = """
[agents.ann]
skills = { sales = 3 }
"""


def loaded(folder: Path, main: str = MAIN, rules: str = RULES, people: str = PEOPLE) -> Config:
    for name, text in (("goldline", main), ("rules", rules), ("people", people)):
        (folder / f"{name}.toml").write_text(text)
    return load_config(folder / "goldline.toml")


def test_tables_of_one_name_are_joined(tmp_path: Path) -> None:
    config = loaded(tmp_path)
    gold = config.tiers["gold"]
    assert (gold.head_start_s, gold.choose) == (90, "highest_level")
    assert config.queues["sales"].length_max == 10
    assert config.agents["ann"].skills == {"sales": 3}


@pytest.mark.parametrize(
    ("written", "instead", "line"),
    [
        ("length_max = 10", "length_max = 0", "rules.toml: queues.sales.length_max: found 0; a whole number"),
        ("length_max = 10", "length_maxx = 1", "rules.toml: queues.sales.length_maxx: found an unknown key"),
        ("sales = 3", "sales = 30", "people.toml: agents.ann.skills.sales: found 30; a whole number from 1"),
        ("head_start_s = 90", "head_start_s = -1", "goldline.toml: tiers.gold.head_start_s: found -1; a num"),
        (
            'choose = "highest_level"',
            "head_start_s = 60",
            "rules.toml: tiers.gold.head_start_s: found 60;",
        ),
        (
            "schema = 1",
            'include = ["a.toml"]',
            "rules.toml: include: found a list; an included",
        ),
        ('"people.toml"', '"nobody.toml"', "nobody.toml: found 'No such file or directory'; a readable file"),
        (
            '["rules.toml", "people.toml"]',
            '"rules.toml"',
            "goldline.toml: include: found 'rules.toml';",
        ),
        ("[agents.ann]", "[agents.ann", "people.toml: found "),
    ],
)
def test_mistake_is_named_with_the_file_it_stands_in(
    tmp_path: Path, written: str, instead: str, line: str
) -> None:
    texts = [text.replace(written, instead) for text in (MAIN, RULES, PEOPLE)]
    assert texts != [MAIN, RULES, PEOPLE]
    with pytest.raises(ConfigError) as refused:
        loaded(tmp_path, *texts)
    assert str(refused.value).startswith(f"{tmp_path}/{line}")
