"""Check the browser's sources: types, tests, lengths, the lock file, and what each page makes a browser load.

    python -m scripts.check_pages

The pages must be built (`python -m scripts.build_pages`).
"""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from scripts.build_pages import PACKAGES, SOURCES, node_and_environment
from scripts.tree import ROOT
from web.pages import PAGES, STATIC

SCRIPT_BYTES_MAX = 60 * 1024
"""What the scripts of an opened page may weigh, packed: it is there within a second on a bad line."""
LINES_MAX = 400
WRITTEN = ".gen.ts"
"""What is written from Python may be as long as it is."""
SUFFIXES = frozenset({".ts", ".svelte", ".css"})
COMMANDS = (
    ("svelte-check/bin/svelte-check", "--fail-on-warnings", "--output", "human"),
    ("vitest/vitest.mjs", "run", "--reporter", "dot"),
)


def weights(folder: Path = STATIC) -> dict[str, int]:
    """Return the packed bytes of the scripts with which each page opens; views fetch more when chosen."""
    manifest = json.loads((folder / ".vite" / "manifest.json").read_text("utf-8"))
    return {
        page: sum(
            len(gzip.compress((folder / manifest[chunk]["file"]).read_bytes()))
            for chunk in sorted(_chunks(manifest, f"{page}.html"))
        )
        for page in PAGES
    }


def _chunks(manifest: Mapping[str, Any], first: str) -> set[str]:
    """Return the parts that `first` needs, itself among them."""
    found: set[str] = set()
    waiting = [first]
    while waiting:
        chunk = waiting.pop()
        if chunk not in found:
            found.add(chunk)
            waiting += manifest[chunk].get("imports", [])
    return found


def complaints() -> Iterator[str]:
    """Return what is wrong with the files themselves."""
    for page, weight in weights().items():
        if weight > SCRIPT_BYTES_MAX:
            yield f"/{page} loads {weight:,} bytes of scripts, {SCRIPT_BYTES_MAX:,} at most"
    for path in sorted((ROOT / SOURCES / "src").rglob("*")):
        if path.suffix in SUFFIXES and not path.name.endswith(WRITTEN):
            lines = len(path.read_text("utf-8").splitlines())
            if lines > LINES_MAX:
                yield f"{path.relative_to(ROOT)}: {lines} lines, {LINES_MAX} at most"
    lock = json.loads((ROOT / SOURCES / "package-lock.json").read_text("utf-8"))
    if any("resolved" in package for package in lock["packages"].values()):
        yield "package-lock.json names a registry: npm install with omit-lockfile-registry-resolved"


def main() -> int:
    """Run the checks; return 1 where one fails."""
    found = list(complaints())
    weighed = ", ".join(f"/{page} {weight / 1024:.1f} KB" for page, weight in weights().items())
    print(f"scripts, packed: {weighed}", *found, sep="\n", flush=True)
    node, environment = node_and_environment()
    failed = bool(found)
    for script, *options in COMMANDS:
        command = [str(node), str(Path(PACKAGES, script)), *options]
        failed |= subprocess.run(command, cwd=ROOT / SOURCES, env=environment, check=False).returncode != 0
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
