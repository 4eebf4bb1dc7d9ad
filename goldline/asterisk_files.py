"""`goldline asterisk-config`: what an Asterisk needs to work with us, written into a folder.

Without a configuration fresh secrets are made, and a `goldline.toml` to start from is written beside the
Asterisk files, holding the same secrets. No file that is already there is overwritten.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from core.kernel.errors import ConfigError
from core.kernel.whole_file import OWNER, write_whole
from cti.asterisk.dialplan import DialplanSettings, dialplan_files, new_secret
from goldline.config import load_config

STARTER_FILE = "goldline.toml"
STARTER_FLOW = "welcome.toml"
_TEMPLATES = Path(__file__).parent / "starter"


def write_asterisk_files(folder: Path, config_path: Path | None) -> Iterator[str]:
    """Write the files and yield, for each, a line that says what it is for.

    Raises `ConfigError` where a file is already there or the configuration is wrong.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if config_path is None:
        settings = DialplanSettings(
            agi_token=new_secret(), manager_secret=new_secret(), phones_secret=new_secret()
        )
        files = dialplan_files(settings) | _starter(settings)
    else:
        files = dialplan_files(_settings(config_path))
    _refuse_to_overwrite(folder, files)
    _write_all({folder / name: text for name, text in files.items()})
    for name in files:
        yield f"wrote {folder / name}"
    yield f"next: {folder / 'goldline_includes.txt'} names the three lines to add to Asterisk"


def _settings(config_path: Path) -> DialplanSettings:
    config = load_config(config_path)
    return DialplanSettings(
        agi_token=config.agi.token.get_secret_value(),
        manager_secret=config.pbx.secret.get_secret_value(),
        agi_host=config.agi.host,
        agi_port=config.agi.port,
        manager_name=config.pbx.username,
        manager_port=config.pbx.port,
        phones_name=config.pbx.phones_username,
        phones_secret=config.pbx.phones_secret.get_secret_value(),
    )


def _starter(settings: DialplanSettings) -> dict[str, str]:
    template = (_TEMPLATES / STARTER_FILE).read_text(encoding="utf-8")
    filled = (
        template.replace("@AGI_TOKEN@", settings.agi_token)
        .replace("@MANAGER_SECRET@", settings.manager_secret)
        .replace("@PHONES_SECRET@", settings.phones_secret)
        .replace("@DESK_TOKEN@", new_secret())
    )
    flow = (_TEMPLATES / STARTER_FLOW).read_text(encoding="utf-8")
    return {STARTER_FILE: filled, STARTER_FLOW: flow}


def _write_all(files: Mapping[Path, str]) -> None:
    """Write all files or none: half of them would be in the way of the next try."""
    try:
        for path, text in files.items():
            write_whole(path, text, OWNER)
    except OSError:
        for path in files:
            path.unlink(missing_ok=True)
        raise


def _refuse_to_overwrite(folder: Path, files: dict[str, str]) -> None:
    for name in files:
        if (folder / name).exists():
            raise ConfigError(str(folder / name), "a file", "move it away: nothing is overwritten")
