"""What is said of a campaign on the command line, held against the configuration before anything is done."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from core.kernel.errors import ConfigError
from core.model.list_import import LIST_NAME
from crm.leads.row import country_code
from goldline.config import Config, load_config


def config_with(campaign: str, config_path: Path) -> Config:
    """Return the configuration; raise `ConfigError` where it has no such campaign."""
    config = load_config(config_path)
    _check_known(campaign, config)
    return config


def config_for_lists(campaign: str, config_path: Path) -> Config:
    """Return the configuration; raise `ConfigError` where it has campaigns, and not this one.

    Lists may be there before any campaign is; a name beside those that are there is a slip of the keyboard.
    """
    config = load_config(config_path)
    if campaign and config.campaigns:
        _check_known(campaign, config)
    return config


def _check_known(campaign: str, config: Config) -> None:
    if campaign not in config.campaigns:
        known = ", ".join(config.campaigns) or "none"
        raise ConfigError("campaign", campaign, f"one of the campaigns: {known}")


def list_named(name: str) -> str:
    """Return a list's name; raise `ConfigError` for one that no address of the API could hold."""
    if LIST_NAME.fullmatch(name) is None:
        raise ConfigError("--list", name, "1 to 100 characters on one line, without /")
    return name


def country_named(text: str) -> str:
    """Return a country, or nothing where none is named; raise `ConfigError` for one that is none."""
    try:
        return country_code(text) if text else ""
    except ValueError:
        raise ConfigError("--country", text, "a country in two letters, such as US") from None


def day_named(option: str, text: str) -> date | None:
    """Return a day, None where none is named; raise `ConfigError` for one that is none."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise ConfigError(option, text, "a day such as 2026-11-01") from None
