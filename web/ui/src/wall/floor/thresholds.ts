import type { LimitsView } from "../../lib/types.gen";
import type { Standing } from "../standing";

/** Which of the house's limits a state of an agent has; other states may last. */
const LIMITS: Readonly<Record<string, keyof LimitsView>> = {
  on_contact: "talk_seconds",
  wrap_up: "wrap_up_seconds",
  not_ready: "not_ready_seconds",
};

/** Return how a time in a state stands against the house's limits. */
export function timeStanding(state: string, seconds: number, limits: LimitsView): Standing {
  const name = LIMITS[state];
  const limit = name && limits[name];
  if (!limit || seconds < limit) return "plain";
  return seconds < limit * limits.critical_at ? "near" : "bad";
}
