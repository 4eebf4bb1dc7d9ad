import type { Standing } from "../standing";

/** How many minutes an agent may be in a state before it is looked at, and before it is too long. */
const MINUTES: Readonly<Record<string, readonly [near: number, bad: number]>> = {
  reserved: [0.5, 1],
  on_contact: [10, 20],
  wrap_up: [2, 4],
  not_ready: [15, 45],
};

/** Return how long in a state stands against what is usual; states that may last are never judged. */
export function timeStanding(state: string, seconds: number): Standing {
  const limits = MINUTES[state];
  if (!limits) return "plain";
  const [near, bad] = limits;
  return seconds >= bad * 60 ? "bad" : seconds >= near * 60 ? "near" : "plain";
}
