"""Files that are written whole or not at all, for whoever may write any: the engine itself never does."""

from __future__ import annotations

import os
from pathlib import Path

EVERYBODY, OWNER = 0o666, 0o600
"""Who may read a file that is new, as far as the umask lets them."""


def write_whole(path: Path, text: str, mode: int = EVERYBODY) -> None:
    """Write `text` to `path`; where that cannot be done, what was there stays, and nothing else is left.

    Raises `OSError` that names the file, which that of a full disk does not.
    """
    target = path.resolve()
    try:
        if target.exists() and not target.is_file():  # a terminal, a pipe
            target.write_text(text, encoding="utf-8")
        else:
            _take_the_place(target, text, target.stat().st_mode & 0o777 if target.exists() else mode)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error


def _take_the_place(target: Path, text: str, mode: int) -> None:
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with open(
            os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w", encoding="utf-8"
        ) as file:
            file.write(text)
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
