"""Asks the store what a campaign came to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from core.kernel.clock import microseconds
from core.kernel.errors import ConfigError
from core.model.campaign_results import ALWAYS_US, Grouping
from crm.database import Database
from crm.leads.results import count_people, count_results, list_standings
from goldline.config import Config, load_config
from goldline.config_dispositions import dispositions_of
from goldline.stores import open_database
from metrics.campaign_results import by_disposition, figures_by_group, results


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked: a campaign, by what its results are parted, and of attempts from when until before when.

    Both are on the campaign's own clock, where they name no zone; None for without an end.
    """

    campaign: str
    by: Grouping = Grouping.LIST
    since: datetime | None = None
    until: datetime | None = None


async def campaign_results(question: Question, config_path: Path) -> dict[str, Any]:
    """Return the results of a campaign; raise `ConfigError` where there is none of that name."""
    config = load_config(config_path)
    async with open_database(config) as database:
        return await read_results(database, question, config)


async def read_results(database: Database, question: Question, config: Config) -> dict[str, Any]:
    """Return the results that a database holds."""
    campaign, section = question.campaign, config.campaigns.get(question.campaign)
    zone = ZoneInfo(section.zone) if section else ZoneInfo("UTC")
    when = _instant_us(question.since, zone, 0), _instant_us(question.until, zone, ALWAYS_US)
    standings = await list_standings(database, campaign)
    counts = await count_results(database, campaign, question.by, *when)
    if not (standings or counts):
        raise ConfigError("campaign", campaign, "a campaign that has leads, or has called somebody")
    people = await count_people(database, campaign, question.by, *when)
    everybody = await count_people(database, campaign, None, *when)
    dispositions = dispositions_of(config.dispositions)
    return results(
        campaign,
        question.by,
        figures_by_group(counts, people, dispositions),
        standings,
        everybody.get("", 0),
        by_disposition(counts, dispositions),
    )


def asked(campaign: str, by: str, since: datetime | None, until: datetime | None) -> Question:
    """Return the question as it was typed. Raises `ConfigError` for no grouping of ours."""
    try:
        grouping = Grouping(by.replace("-", "_"))
    except ValueError:
        raise ConfigError("--by", by, f"one of {', '.join(Grouping)}") from None
    return Question(campaign=campaign, by=grouping, since=since, until=until)


def _instant_us(told: datetime | None, zone: ZoneInfo, otherwise_us: int) -> int:
    if told is None:
        return otherwise_us
    return microseconds((told if told.tzinfo else told.replace(tzinfo=zone)).timestamp())
