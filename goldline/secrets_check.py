"""Who may read the secrets of a configuration: a file that anybody may read keeps none."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, SecretStr

from goldline.config import Config
from goldline.include import read_tables
from routing.checks.finding import Finding, Severity


def check_secrets(config: Config, path: Path) -> list[Finding]:
    """Return a warning for each file of the configuration at `path` whose secrets anybody may read."""
    tables = read_tables(path)
    files = {tables.file_of(where): where for where in _secrets(config)}
    return [
        Finding(
            Severity.WARNING, str(file), f"anybody on this machine may read {where}", f"chmod o= {file.name}"
        )
        for file, where in files.items()
        if file.stat().st_mode & stat.S_IROTH
    ]


def _secrets(section: BaseModel, within: str = "") -> Iterator[str]:
    """Yield the keys under `section` whose values are secret and set."""
    for name, value in section:
        where = f"{within}.{name}" if within else name
        if isinstance(value, SecretStr) and _tells(value.get_secret_value()):
            yield where
        elif isinstance(value, BaseModel):
            yield from _secrets(value, where)


def _tells(secret: str) -> bool:
    """Tell whether there is something to keep: the address of a database may hold no password."""
    return "@" in secret if "://" in secret else bool(secret)
