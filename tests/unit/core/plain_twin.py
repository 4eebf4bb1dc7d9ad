"""The core a second time, on the structs of Python alone: as it is on an interpreter without msgspec."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import ModuleType

OURS = ("core", "dialer")
"""The packages that are loaded anew."""


def loaded_plain(*names: str) -> list[ModuleType]:
    """Return these modules as they are on PyPy; those in use stay as they were."""
    with _set_aside():
        importlib.import_module("core.kernel.interpreter").COMPILED = False  # type: ignore[attr-defined]
        found = [importlib.import_module(name) for name in names]
        _look_up_types()
    return found


def _look_up_types() -> None:
    """Let each record know its fields' types, which are looked up by the names of modules, but once."""
    text = importlib.import_module("core.kernel.json_text")
    for kind in _heirs(importlib.import_module("core.kernel.record").Record):
        with suppress(text.DecodeError):
            text.decode(b"{}", type=kind)


def _heirs(kind: type) -> Iterator[type]:
    for heir in kind.__subclasses__():
        yield heir
        yield from _heirs(heir)


@contextmanager
def _set_aside() -> Iterator[None]:
    kept = _loaded()
    for name in kept:
        del sys.modules[name]
    try:
        yield
    finally:
        for name in _loaded():
            del sys.modules[name]
        sys.modules.update(kept)


def _loaded() -> dict[str, ModuleType]:
    return {name: module for name, module in sys.modules.items() if name.partition(".")[0] in OURS}
