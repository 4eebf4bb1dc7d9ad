"""What agents wish for a call in hand: each wish is granted and begun, or refused with a code.

| code | |
|---|---|
| `no_conversation` | the agent talks to nobody now |
| `other_contact` | the agent talks with somebody else by now |
| `not_now` | the conversation is not where this can be done: the desk shows what can |
| `bad_digits` | no keys of a telephone |
| as `Targets.check` says | whom the wish names cannot be had |
"""

from __future__ import annotations

import re

from core.engine import Engine
from core.kernel.errors import RequestRefused
from core.model.commands import PlayKeys
from core.model.control import (
    CancelConsult,
    CompleteConsult,
    ConsultOutcome,
    HoldContact,
    LeaveConference,
    MuteContact,
    ResumeContact,
    SendDigits,
    StartConference,
    StartConsult,
    SwapConsult,
    TargetRequest,
    TransferContact,
    UnmuteContact,
)
from core.model.requests import CallRequest
from cti.control.saga import Sagas
from cti.control.talk import Talk, Third
from cti.control.talks import Talks
from cti.control.targets import ControlRules, Targets


class ControlDesk:
    """The feature that serves the wishes."""

    def __init__(
        self, engine: Engine, talks: Talks, sagas: Sagas, targets: Targets, rules: ControlRules
    ) -> None:
        self._engine = engine
        self._talks = talks
        self._sagas = sagas
        self._targets = targets
        self._digits = re.compile(rf"[0-9A-D*#]{{1,{rules.digits_max}}}")
        engine.serve(HoldContact, self._hold)
        engine.serve(ResumeContact, self._resume)
        engine.serve(MuteContact, self._mute)
        engine.serve(UnmuteContact, self._unmute)
        engine.serve(SendDigits, self._send_digits)
        engine.serve(TransferContact, self._transfer)
        engine.serve(StartConsult, self._consult)
        engine.serve(SwapConsult, self._swap)
        engine.serve(CompleteConsult, self._complete)
        engine.serve(CancelConsult, self._cancel)
        engine.serve(StartConference, self._confer)
        engine.serve(LeaveConference, self._leave)

    def _hold(self, request: HoldContact) -> None:
        self._sagas.hold(self._meant(request), request)

    def _resume(self, request: ResumeContact) -> None:
        self._sagas.resume(self._meant(request), request)

    def _mute(self, request: MuteContact) -> None:
        self._sagas.mute(self._meant(request), True, request)

    def _unmute(self, request: UnmuteContact) -> None:
        self._sagas.mute(self._meant(request), False, request)

    def _send_digits(self, request: SendDigits) -> None:
        """Play the keys to whom the agent talks with."""
        talk = self._meant(request)
        if not self._digits.fullmatch(request.digits):
            raise RequestRefused("bad_digits", f"keys are {self._digits.pattern}")
        self._engine.send(PlayKeys(leg_id=talk.heard_leg, digits=request.digits))

    def _transfer(self, request: TransferContact) -> None:
        talk = self._meant(request)
        self._targets.check(talk.contact, request)
        self._sagas.pass_on(talk, _named(request), request)

    def _consult(self, request: StartConsult) -> None:
        talk = self._meant(request)
        self._targets.check(talk.contact, request)
        self._sagas.hold(talk, request, call=_named(request))

    def _swap(self, request: SwapConsult) -> None:
        self._sagas.swap(self._meant(request), request)

    def _complete(self, request: CompleteConsult) -> None:
        self._sagas.complete(self._meant(request), request)

    def _cancel(self, request: CancelConsult) -> None:
        self._sagas.cancel(self._meant(request), ConsultOutcome.CANCELLED, request)

    def _confer(self, request: StartConference) -> None:
        self._sagas.confer(self._meant(request), request)

    def _leave(self, request: LeaveConference) -> None:
        self._sagas.leave(self._meant(request), request)

    def _meant(self, request: CallRequest) -> Talk:
        """Return the conversation that the desk means; refuse where the wish does not fit it now.

        A wish that was granted takes the place of the last one, and of what is told of that.
        """
        talk = self._talks.of_agent(request.agent_id)
        if talk is None:
            raise RequestRefused("no_conversation", "this agent talks to nobody now")
        if request.contact_id not in ("", talk.contact.contact_id):
            raise RequestRefused("other_contact", f"this agent talks to {talk.contact.contact_id} by now")
        if type(request).__name__ not in talk.legal():
            raise RequestRefused("not_now", f"the conversation is {talk.state} now")
        talk.undone = ""
        return talk


def _named(request: TargetRequest) -> Third:
    return Third(to=request.to, name=request.target)
