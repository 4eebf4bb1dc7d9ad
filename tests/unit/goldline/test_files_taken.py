"""The program takes as many files as the system lets it have."""

from __future__ import annotations

import resource

from goldline.serve import take_files


def test_all_files_that_may_be_had_are_taken() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (500, before[1]))
    try:
        take_files()
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (before[1], before[1])
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
