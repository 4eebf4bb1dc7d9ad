"""`goldline crm import` and `goldline crm score`: the customers' records, loaded and given their tiers."""

from __future__ import annotations

from pathlib import Path

from crm.import_customers import ImportResult, ImportSettings, import_customers
from crm.segmentation import ScoringSettings, TierChange, score_customers
from crm.store import SqlCrmStore, StoreSettings
from goldline.config import Config, load_config
from goldline.progress import progress_bar
from goldline.stores import open_database
from goldline.wall_clock import WallClock

REJECTS_SUFFIX = ".rejects.csv"


async def import_file(file: Path, config_path: Path, encoding: str = "") -> ImportResult:
    """Load the CSV `file` into the configured store, with a progress bar on a terminal.

    Why lines could not be loaded is also written beside the file: mend the list and load it again.
    """
    config = load_config(config_path)
    settings = ImportSettings(
        region=config.crm.region,
        encoding=encoding,
        tiers=tuple(config.tiers) or (config.rules.default_tier,),
        rejects_path=file.with_suffix(REJECTS_SUFFIX),
    )
    async with open_database(config) as database:
        store = SqlCrmStore(database, WallClock(), _store_settings(config))
        with progress_bar(f"loading {file.name}", wanted=True) as told:
            return await import_customers(
                store, file, settings, lambda done, size: told(done / size if size else 1.0)
            )


async def score_all(config_path: Path) -> list[TierChange]:
    """Give every customer the tier the facts on record earn; return whose tier changed."""
    async with open_database(load_config(config_path)) as database:
        return list(await score_customers(database, ScoringSettings()))


def _store_settings(config: Config) -> StoreSettings:
    return StoreSettings(region=config.crm.region)
