import type { AgentView } from "../../lib/types.gen";

/** How a supervisor looks for agents: by words of the name, by state, by queue, in an order. */
export interface Search {
  words: string;
  state: string;
  queue: string;
  order: Order;
}

export const ORDERS = ["time_in_state", "name", "handled", "occupancy"] as const;
export type Order = (typeof ORDERS)[number];

export const EVERYBODY: Search = { words: "", state: "", queue: "", order: "time_in_state" };

/** The states of agents in the order in which a shift is read. */
export const AGENT_STATES = ["ready", "reserved", "on_contact", "wrap_up", "not_ready", "logged_out"];

const BEFORE: Record<Order, (one: AgentView, other: AgentView) => number> = {
  time_in_state: (one, other) => Date.parse(one.since) - Date.parse(other.since),
  name: (one, other) => one.name.localeCompare(other.name),
  handled: (one, other) => other.handled - one.handled,
  occupancy: (one, other) => (other.occupancy ?? -1) - (one.occupancy ?? -1),
};

/** Return the agents that `search` finds, in its order; those who have gone home come last in any. */
export function found(agents: readonly AgentView[], search: Search): AgentView[] {
  const words = search.words.trim().toLowerCase();
  const before = BEFORE[search.order];
  return agents
    .filter((agent) => !search.state || agent.state === search.state)
    .filter((agent) => !search.queue || agent.queues.includes(search.queue) || agent.queue === search.queue)
    .filter((agent) => `${agent.name} ${agent.agent_id}`.toLowerCase().includes(words))
    .sort((one, other) => Number(isGone(one)) - Number(isGone(other)) || before(one, other));
}

/** So many names tell whom an agent serves; the rest is counted. */
const NAMED_MAX = 4;

/** Return the names of queues in a line, of many only the first. */
export function inShort(names: readonly string[]): string {
  const more = names.length - NAMED_MAX;
  return names.slice(0, NAMED_MAX).join(", ") + (more > 0 ? ` +${more}` : "");
}

function isGone(agent: AgentView): boolean {
  return agent.state === "logged_out";
}
