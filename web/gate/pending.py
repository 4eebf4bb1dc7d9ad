"""An attempt to sign in elsewhere, which the browser itself keeps until it is back."""

from __future__ import annotations

from dataclasses import dataclass

from web.gate.tokens import new_token

SEPARATOR = "."


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """One attempt of a browser: what comes back must show `state`, hold `nonce` and belong to `verifier`."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def new(cls) -> Pending:
        """Return an attempt nobody can guess."""
        return cls(state=new_token(), nonce=new_token(), verifier=new_token())

    @classmethod
    def read(cls, text: str) -> Pending | None:
        """Return the attempt that a browser kept, None where it kept none of ours."""
        parts = text.split(SEPARATOR)
        return cls(state=parts[0], nonce=parts[1], verifier=parts[2]) if len(parts) == 3 else None

    def text(self) -> str:
        """Return what the browser keeps."""
        return SEPARATOR.join((self.state, self.nonce, self.verifier))
