"""`goldline crm import` and `goldline crm score`: the customers' records, loaded and given their tiers."""

from __future__ import annotations

import sys
from pathlib import Path

from rich.progress import Progress

from crm.import_customers import ImportResult, ImportSettings, import_customers
from crm.segmentation import ScoringSettings, TierChange, score_customers
from crm.store import SqlCrmStore, StoreSettings
from goldline.config import Config, load_config
from goldline.live import open_database
from goldline.wall_clock import WallClock

REJECTS_SUFFIX = ".rejects.csv"


async def import_file(file: Path, config_path: Path) -> ImportResult:
    """Load the CSV `file` into the configured store, with a progress bar on a terminal.

    Why lines could not be loaded is also written beside the file: mend the list and load it again.
    """
    config = load_config(config_path)
    settings = ImportSettings(
        region=config.crm.region,
        tiers=tuple(config.tiers) or (config.rules.default_tier,),
        rejects_path=file.with_suffix(REJECTS_SUFFIX),
    )
    async with open_database(config) as database:
        store = SqlCrmStore(database, WallClock(), _store_settings(config))
        with Progress(transient=True, disable=not sys.stderr.isatty()) as bar:
            task = bar.add_task(f"loading {file.name}", total=None)
            return await import_customers(
                store, file, settings, lambda done, size: bar.update(task, completed=done, total=size)
            )


async def score_all(config_path: Path) -> list[TierChange]:
    """Give every customer the tier the facts on record earn; return whose tier changed."""
    async with open_database(load_config(config_path)) as database:
        return list(await score_customers(database, ScoringSettings()))


def _store_settings(config: Config) -> StoreSettings:
    return StoreSettings(region=config.crm.region)
