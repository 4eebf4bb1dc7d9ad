"""The files of a recorded time, a month or a year of them, as one list of calls."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from core.kernel.errors import ConfigError
from goldline.estimate.bank_calls import is_bank, read_bank
from goldline.estimate.calls import ERRORS_KEPT_MAX, CallList, read_calls, read_header

SUFFIXES = (".csv", ".csv.gz")


def is_recorded(path: Path) -> bool:
    """Tell whether a file of this name holds calls."""
    return path.name.lower().endswith(SUFFIXES)


def read_recorded(paths: Sequence[Path]) -> CallList:
    """Return the calls of all files by arrival, each ours or the bank's; raise `ConfigError` for another."""
    whole = CallList(name=_name(paths))
    for path in paths:
        found = _read(path)
        whole.calls += found.calls
        whole.refused += found.refused
        whole.errors += found.errors
    whole.calls.sort(key=lambda call: call.arrived_us)
    del whole.errors[ERRORS_KEPT_MAX:]
    return whole


def _read(path: Path) -> CallList:
    if not is_recorded(path):
        raise ConfigError(str(path), path.suffix or "no suffix", f"calls in {' or '.join(SUFFIXES)}")
    return read_bank(path) if is_bank(read_header(path)) else read_calls(path)


def _name(paths: Sequence[Path]) -> str:
    return paths[0].name if len(paths) == 1 else f"{paths[0].name} to {paths[-1].name}"
