"""The word of a checker that found something."""

from __future__ import annotations


class BrokenPromise(Exception):
    """What one checker found, before it is put into its context."""
