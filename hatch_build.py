"""Puts the built pages into the package, be it a wheel, an archive of the sources or an editable one."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class BuildPages(BuildHookInterface[Any]):
    """Builds the pages before the files of the package are gathered."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build them, where they are not up to date."""
        script = Path(self.root, "scripts", "build_pages.py")
        runpy.run_path(str(script))["build"](Path(self.root))
