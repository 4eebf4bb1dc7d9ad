"""Puts what is built into the package: the pages, and with `GOLDLINE_COMPILE=1` the compiled index."""

from __future__ import annotations

import os
import runpy
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class BuildParts(BuildHookInterface[Any]):
    """Builds the pages, and compiles the index, before the files of the package are gathered."""

    _compiled: tempfile.TemporaryDirectory[str] | None = None

    def dependencies(self) -> list[str]:
        """Return what has to be installed for that, beside what `pyproject.toml` asks for anyway."""
        return [*self._script("compile_index")["NEEDS"], "msgspec>=0.20,<1"] if self._is_compiling() else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the pages, where they are not up to date; compile the index, where it is asked for."""
        self._script("build_pages")["build"](Path(self.root))
        if self._is_compiling():
            self._compile(build_data)

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Leave nothing behind."""
        if self._compiled is not None:
            self._compiled.cleanup()

    def _is_compiling(self) -> bool:
        return self.target_name == "wheel" and os.environ.get("GOLDLINE_COMPILE") == "1"

    def _compile(self, build_data: dict[str, Any]) -> None:
        self._compiled = tempfile.TemporaryDirectory(prefix="goldline-compiled-")
        folder = Path(self._compiled.name)
        files = self._script("compile_index")["compile_into"](folder, Path(self.root))
        build_data["pure_python"], build_data["infer_tag"] = False, True
        build_data["force_include"].update({str(folder / path): str(path) for path in files})

    def _script(self, name: str) -> dict[str, Any]:
        return runpy.run_path(str(Path(self.root, "scripts", f"{name}.py")))
