"""Tell whether `requirements/` still answers to `pyproject.toml`; asks no network.

    python -m scripts.check_requirements

Every dependency must be pinned to a version within its range, every pin must have a hash, and no
address may stand in the files: whoever installs from them names a registry of their own.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator

from packaging.requirements import Requirement

from scripts.tree import ROOT

PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[.*\])?==(\S+)((?:.*\\\n)*.*)", re.MULTILINE)


def complaints(wanted: list[str], exported: str) -> Iterator[str]:
    """Return what is wrong with the text `exported`, given the `wanted` requirements."""
    pins = {_plain(name): version for name, version, _ in PIN.findall(exported)}
    for requirement in map(Requirement, wanted):
        pinned = pins.get(_plain(requirement.name))
        if pinned is None:
            yield f"{requirement.name} is not pinned"
        elif pinned not in requirement.specifier:
            yield f"{requirement.name} is pinned to {pinned}, outside of {requirement.specifier}"
    for name, _, rest in PIN.findall(exported):
        if "--hash=sha256:" not in rest:
            yield f"{name} has no hash"
    if "://" in exported:
        yield "an address stands in the file"


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def main() -> int:
    """Print every complaint; return 1 when there is one."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    base: list[str] = project["dependencies"]
    found = 0
    for name, wanted in (("base", base), ("dev", base + project["optional-dependencies"]["dev"])):
        exported = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8")
        for complaint in complaints(wanted, exported):
            print(f"requirements/{name}.txt: {complaint}; run `make requirements`")
            found += 1
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
