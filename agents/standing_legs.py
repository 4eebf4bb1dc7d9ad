"""Standing legs: the phone of an agent who has one is rung once, and the call stands until log-out.

The leg is brought up when its agent logs in, and whenever it is found down as its agent becomes ready. An
agent whose leg is gone is not ready (`LEG_DOWN`) and comes back by itself once it is up again; so nobody is
offered a contact who cannot be joined with it. A lost leg is rung again after a delay, so many times, while
its agent is at work; one who is away finds the phone quiet.

What we write on the leg names its agent: after a restart of ours it is found by that, and goes on. A
standing leg that nobody expects is hung up as soon as it is in our hands; until then it may be talking.

Who joins the leg with a customer's is the offer desk's business.
"""

from __future__ import annotations

from agents.agent import Agent
from agents.roster import Roster
from agents.standing_leg import StandingLeg, StandingRules
from core.engine import Engine
from core.model.agent import BUSY_STATES, AgentState, AgentTrigger
from core.model.commands import CancelTimer, HangUpLeg, PlayMusic, RingLeg, StartTimer
from core.model.events import (
    AgentStateChanged,
    DialogueClosed,
    DialogueOpened,
    LegAnswered,
    LegEnded,
    LegEvent,
    LegFailed,
    LegTagged,
    PbxLost,
    PbxSynced,
    TimerFired,
)
from core.model.ids import NO_LEG, AgentId, Ids, LegId, TimerKey
from core.model.message import Event
from core.model.standing_leg import StandingState, StandingTrigger
from core.model.tag import STANDING, Tag, decode_tag

LEG_DOWN = "leg_down"
"""Why an agent is not ready whose standing leg is gone, or not up yet."""
WAITING_STEP = "standing:music"


class StandingLegs:
    """The feature that keeps agents' standing legs up."""

    def __init__(self, engine: Engine, roster: Roster, ids: Ids, rules: StandingRules) -> None:
        self._engine = engine
        self._roster = roster
        self._ids = ids
        self._rules = rules
        self._by_leg: dict[LegId, Agent] = {}
        self._linked = False
        engine.subscribe(LegTagged, self._tagged)
        engine.subscribe(LegAnswered, self._answered)
        engine.subscribe(DialogueOpened, self._opened)
        engine.subscribe(DialogueClosed, self._closed)
        engine.subscribe(LegFailed, self._gone)
        engine.subscribe(LegEnded, self._gone)
        engine.on_timer("standing_leg", self._try_again)
        engine.subscribe(PbxLost, self._link_lost)
        engine.subscribe(PbxSynced, self._synced)

    # --- agents come and go ---------------------------------------------------------------------------

    def follow(self, agent: Agent, leg: StandingLeg, event: AgentStateChanged) -> None:
        """Bring the leg of an agent up or let it go, as the agent comes or leaves."""
        if agent.state is AgentState.LOGGED_OUT:
            self._let_go(agent, leg)
        elif event.old is AgentState.LOGGED_OUT or (agent.state is AgentState.READY and not leg.stands):
            if leg.state is StandingState.DOWN:
                self._bring_up(agent, leg)
            self._tell(agent, leg, event)

    def _bring_up(self, agent: Agent, leg: StandingLeg) -> None:
        """Ring the phone; while nothing is known of it, wait for the snapshot that may show the leg."""
        leg.attempts = 0
        if self._linked:
            self._ring(agent, leg)
        else:
            leg.move(StandingTrigger.EXPECT)

    def _ring(self, agent: Agent, leg: StandingLeg) -> None:
        leg.move(StandingTrigger.RING)
        leg.attempts += 1
        self._take(agent, leg, LegId(self._ids.new("L")))
        self._engine.send(
            RingLeg(
                leg_id=leg.leg_id,
                address=agent.extension,
                ring_timeout_us=self._rules.ring_timeout_us,
                tag=Tag(role=STANDING, agent=agent.profile.agent_id).encode(),
            )
        )

    def _take(self, agent: Agent, leg: StandingLeg, leg_id: LegId) -> None:
        leg.leg_id = leg_id
        self._by_leg[leg_id] = agent

    def _let_go(self, agent: Agent, leg: StandingLeg) -> None:
        agent.standing_leg = None
        self._engine.send(CancelTimer(key=_timer(agent)))
        if self._by_leg.pop(leg.leg_id, None) is not None:
            self._engine.send(HangUpLeg(leg_id=leg.leg_id))
        leg.move(StandingTrigger.LET_GO)

    def _tell(self, agent: Agent, leg: StandingLeg, why: Event) -> None:
        """Tell how the leg is: an agent is not ready without it, and is again once it can be joined."""
        is_kept_away = agent.state is AgentState.NOT_READY and agent.reason == LEG_DOWN
        if is_kept_away and leg.in_hand:
            self._roster.move(agent, AgentTrigger.COME_BACK, why)
        elif not leg.stands and (is_kept_away or agent.state is AgentState.READY):
            until_us = 0 if leg.state is StandingState.DOWN else why.at_us + self._rules.patience_us
            self._roster.move(agent, AgentTrigger.GO_NOT_READY, why, LEG_DOWN, until_us)
        else:
            self._roster.tell(agent, why)

    # --- the leg comes up -----------------------------------------------------------------------------

    def _answered(self, event: LegAnswered) -> None:
        if event.leg_id in self._by_leg:
            self._moved(event, StandingTrigger.ANSWER)

    def _opened(self, event: DialogueOpened) -> None:
        """Have the leg in our hands: music, and its agent can be had; hang up one that nobody expects."""
        if event.leg_id not in self._by_leg:
            tag = decode_tag(event.tag)
            if tag is None or tag.role != STANDING:
                return
            self._find(event.leg_id, tag)
        moved = self._moved(event, StandingTrigger.OPEN)
        if moved is None:
            self._engine.send(HangUpLeg(leg_id=event.leg_id))
            return
        agent, leg = moved
        self._engine.send(PlayMusic(leg_id=event.leg_id, step=WAITING_STEP, music=self._rules.music))
        was_rung, leg.attempts = leg.attempts > 0, 0
        if was_rung or agent.state not in BUSY_STATES:  # else it is merely back from a talk
            self._tell(agent, leg, event)

    def _closed(self, event: DialogueClosed) -> None:
        if event.leg_id not in self._by_leg:
            return
        moved = self._moved(event, StandingTrigger.CLOSE)
        if moved is not None and moved[0].state is AgentState.READY:
            self._tell(*moved, event)

    def _moved(self, event: LegEvent, trigger: StandingTrigger) -> tuple[Agent, StandingLeg] | None:
        """Move the standing leg that the event is about; return it, None where nothing changes."""
        agent = self._by_leg.get(event.leg_id)
        leg = agent.standing_leg if agent is not None else None
        if agent is None or leg is None or not leg.allows(trigger):
            return None
        leg.move(trigger)
        return agent, leg

    # --- the leg is lost ------------------------------------------------------------------------------

    def _gone(self, event: LegEnded | LegFailed) -> None:
        if event.leg_id not in self._by_leg:
            return
        moved = self._moved(event, StandingTrigger.LOSE)
        del self._by_leg[event.leg_id]
        if moved is None:
            return
        agent, leg = moved
        leg.leg_id = NO_LEG
        if leg.attempts < self._rules.attempts_max and _is_wanted(agent):
            self._engine.send(StartTimer(key=_timer(agent), at_us=event.at_us + self._rules.retry_delay_us))
        else:
            leg.move(StandingTrigger.GIVE_UP)
        self._tell(agent, leg, event)

    def _try_again(self, event: TimerFired) -> None:
        agent = self._roster[AgentId(event.key[1])]
        leg = agent.standing_leg
        if leg is None or leg.state is not StandingState.LOST:
            return
        if not self._linked:
            leg.move(StandingTrigger.EXPECT)
        else:
            self._ring_if_wanted(agent, leg, event)

    def _ring_if_wanted(self, agent: Agent, leg: StandingLeg, why: Event) -> None:
        if _is_wanted(agent):
            self._ring(agent, leg)
        else:
            leg.move(StandingTrigger.GIVE_UP)
        self._tell(agent, leg, why)

    # --- the link, and an earlier run -----------------------------------------------------------------

    def _tagged(self, event: LegTagged) -> None:
        tag = decode_tag(event.tag)
        if tag is not None and tag.role == STANDING:
            self._find(event.leg_id, tag)
            self._moved(event, StandingTrigger.FIND)

    def _find(self, leg_id: LegId, tag: Tag) -> None:
        """Take up a leg that an earlier run left, if its agent expects one."""
        agent = self._roster.find(AgentId(tag.agent))
        leg = agent.standing_leg if agent is not None else None
        if agent is not None and leg is not None and leg.state is StandingState.EXPECTED:
            self._take(agent, leg, leg_id)

    def _link_lost(self, event: PbxLost) -> None:
        self._linked = False

    def _synced(self, event: PbxSynced) -> None:
        """Ring the legs that were expected and that the snapshot has not shown."""
        self._linked = True
        for agent in self._roster:
            leg = agent.standing_leg
            if leg is not None and leg.state is StandingState.EXPECTED:
                self._ring_if_wanted(agent, leg, event)


def _is_wanted(agent: Agent) -> bool:
    """Tell whether the phone may be rung again: not of one who is away for a reason of their own."""
    return agent.state is not AgentState.NOT_READY or agent.reason == LEG_DOWN


def _timer(agent: Agent) -> TimerKey:
    return ("standing_leg", agent.profile.agent_id)
