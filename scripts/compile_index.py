"""Compile the modules that find pairs, by mypyc, for the package of one machine and one Python.

    python -m scripts.compile_index FOLDER        put the compiled modules into FOLDER, beside no sources

The build hook of the package (`hatch_build.py`) runs this where `GOLDLINE_COMPILE=1` is set: the same
sources, a third more events a second (docs/decisions/0012). Needs mypy, setuptools and a C compiler.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = (
    "core/kernel/ordered.py",
    "routing/channel.py",
    "routing/demand.py",
    "routing/index.py",
    "routing/kept_scores.py",
    "routing/pools.py",
    "routing/queue_line.py",
    "routing/ratios.py",
    "routing/shelf.py",
    "routing/shortlist.py",
    "routing/staff.py",
)
"""What every decision goes through; compiled together, for then they call each other without Python."""
NEEDS = ("mypy>=1.13,<3", "setuptools>=70")
"""What has to be installed to compile, beside a C compiler and the headers of this Python."""
OPTIONS = ("--config-file=", "--python-version=3.11", "--ignore-missing-imports")


class CompileFailed(Exception):
    """The modules cannot be compiled here; the message says why."""


def compile_into(folder: Path, root: Path = ROOT) -> list[Path]:
    """Compile the modules of the checkout `root` into `folder`; return the files, relative to it.

    Raises `CompileFailed` without mypy, setuptools or a compiler, or where one of them finds fault.
    """
    with tempfile.TemporaryDirectory(prefix="goldline-compile-") as temporary:
        _build(root, folder, Path(temporary))
    return sorted(path.relative_to(folder) for path in folder.rglob("*.so"))


def _build(root: Path, folder: Path, temporary: Path) -> None:
    try:
        from mypyc.build import mypycify
        from setuptools import Distribution
        from setuptools.errors import BaseError, CompileError, LinkError
    except ImportError as error:
        raise CompileFailed(f"needs {' and '.join(NEEDS)}: {error}") from None
    sources = [str(root / module) for module in MODULES]
    options = [*OPTIONS, f"--cache-dir={temporary / 'cache'}"]
    try:
        extensions = mypycify(
            [*options, *sources], target_dir=str(temporary), group_name="goldline", opt_level="3"
        )
        distribution = Distribution({"name": "goldline", "packages": [], "ext_modules": extensions})
        command = distribution.get_command_obj("build_ext")
        command.build_lib, command.build_temp = str(folder), str(temporary)
        command.ensure_finalized()
        command.run()
    except (BaseError, CompileError, LinkError, SystemExit) as error:
        raise CompileFailed(f"cannot compile the index: {error}") from error


def main(words: Iterable[str]) -> None:
    """Compile into the folder given on the command line."""
    (folder,) = words
    try:
        for path in compile_into(Path(folder).resolve()):
            print(path)
    except CompileFailed as error:
        sys.exit(f"compile_index: {error}")


if __name__ == "__main__":
    main(sys.argv[1:])
