import type { AgentView, GroupView, QueueView } from "../../lib/types.gen";
import type { Definition } from "../service_level";
import { againstLimit, againstTarget, type Standing } from "../standing";

/** What is promised to those who call: an answer within `thresholdSeconds` for `targetShare` of them. */
export interface Promised {
  readonly thresholdSeconds: number;
  readonly targetShare: number;
}

/** Of those who want to be served so many may give up: what planners of centres commonly allow. */
export const ABANDONED_MAX = 0.05;

/** Return what queues promise together: the longest of their waits, and the share there would be if each
 * kept its own promise to all that came to it. */
export function promisedBy(queues: readonly QueueView[]): Promised {
  const offered = sum(queues.map((queue) => queue.offered));
  const weight = (queue: QueueView) => (offered ? queue.offered / offered : 1 / queues.length);
  return {
    thresholdSeconds: Math.max(0, ...queues.map((queue) => queue.threshold_seconds)),
    targetShare: sum(queues.map((queue) => queue.target_share * weight(queue))),
  };
}

/** A service level, and how it stands. */
export interface Level {
  readonly share: number | null;
  readonly standing: Standing;
}

/** Return how a group keeps its promise, by the chosen definition. */
export function levelOf(group: GroupView, promised: Promised, level: Definition): Level {
  const share = group.service_levels[level] ?? null;
  return { share, standing: againstTarget(share, promised.targetShare) };
}

/** Return how long the first in line has waited at an instant of the server's clock; 0 where nobody waits. */
export function longestSeconds(group: GroupView, nowMs: number): number {
  return group.longest_since === null ? 0 : Math.max(0, (nowMs - Date.parse(group.longest_since)) / 1000);
}

/** Return how a length of waiting stands against the promise. */
export function waitStanding(seconds: number | null, promised: Promised): Standing {
  return againstLimit(seconds, promised.thresholdSeconds);
}

/** How many agents do what. */
export interface Staff {
  readonly ready: number;
  readonly busy: number;
  readonly away: number;
}

/** Count those who are logged in, and serve one of `queues` (all where there is none named). */
export function staffOf(agents: Iterable<AgentView>, queues: readonly string[]): Staff {
  const staff = { ready: 0, busy: 0, away: 0 };
  for (const agent of agents) {
    const serves = !queues.length || agent.queues.some((name) => queues.includes(name));
    const place = PLACES[agent.state];
    if (serves && place) staff[place] += 1;
  }
  return staff;
}

const PLACES: Readonly<Record<string, keyof Staff>> = {
  ready: "ready",
  reserved: "busy",
  on_contact: "busy",
  wrap_up: "busy",
  not_ready: "away",
};

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
