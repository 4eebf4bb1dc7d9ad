"""Passwords: kept as argon2id hashes, checked in threads, a few at a time.

The costs are the library's, those of RFC 9106 for machines with little memory (64 MiB, three passes).
"""

from __future__ import annotations

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_NOBODYS = "$argon2id$v=19$m=65536,t=3,p=4$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
"""A hash no password has: nobody knows an input of argon2 that gives 32 zero bytes."""


def hash_password(password: str) -> str:
    """Return a salted hash of `password` that names its own costs; takes a third of a second."""
    return PasswordHasher().hash(password)


def password_matches(password: str, password_hash: str) -> bool:
    """Tell whether `password` is the one behind the hash; without a hash none is, after the same time."""
    try:
        return PasswordHasher().verify(password_hash or _NOBODYS, password)
    except (VerificationError, InvalidHashError):
        return False


class PasswordChecker:
    """Hashes and checks off the loop; who comes in a crowd waits for a place."""

    def __init__(self, at_once: int) -> None:
        self._places = asyncio.Semaphore(at_once)

    async def hash(self, password: str) -> str:
        """Return the hash to keep of `password`."""
        async with self._places:
            return await asyncio.to_thread(hash_password, password)

    async def matches(self, password: str, password_hash: str) -> bool:
        """Tell whether `password` is the one behind the hash."""
        async with self._places:
            return await asyncio.to_thread(password_matches, password, password_hash)
