"""Puts the agents' side together: states, reservations, calls, other work, wrap-ups.

The features subscribe in the order in which they are built; `goldline.app` says what hangs on that.
"""

from __future__ import annotations

from agents.consequences import Consequences
from agents.conversations import Conversations
from agents.lost_desks import LostDesks
from agents.misses import Misses
from agents.previews import Previews
from agents.required_results import RequiredResults
from agents.reservations import Reservations
from agents.roster import Roster
from agents.standing_legs import StandingLegs
from agents.wishes import Wishes
from agents.workload import Workload
from agents.wrap_up import WrapUp
from core.kernel.clock import microseconds
from goldline.build_dialer import Campaigns, dialing_agents
from goldline.config import Config
from goldline.config_agents import miss_rules, standing_rules, work_rules, wrap_up_limits
from goldline.config_dispositions import required_results
from goldline.ground import Ground


def build_agents_side(ground: Ground, config: Config, campaigns: Campaigns) -> None:
    """Build what keeps the agents' states, their calls, their other work and their wrap-ups."""
    engine, contacts = ground.engine, ground.contacts
    dialing = dialing_agents(campaigns.rules, ground.agents)
    roster = Roster(engine, ground.agents, work_rules(config.work), dialing, config.pbx.phones_answer)
    legs = StandingLegs(engine, roster, ground.ids, standing_rules(config.standing))
    misses = Misses(engine, roster, miss_rules(config.offers))
    Wishes(engine, roster, misses, config.rules.not_ready_reasons)
    desks = LostDesks(engine, roster, microseconds(config.desk.grace_s))
    Reservations(engine, contacts, roster, misses, microseconds(config.desk.seen_within_s))
    Conversations(engine, roster)
    Previews(engine, contacts, roster, config.rules.skip_reasons)
    required = RequiredResults(required_results(config.queues, config.dispositions))
    workload = Workload(engine, contacts, roster, misses, required)
    Consequences(engine, roster, legs, desks, workload)
    WrapUp(engine, contacts, roster, wrap_up_limits(config.queues), required, campaigns.results)
