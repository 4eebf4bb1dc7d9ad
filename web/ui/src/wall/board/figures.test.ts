import { describe, expect, it } from "vitest";
import type { GroupView, QueueView } from "../../lib/types.gen";
import { levelOf, longestSeconds, promisedBy, staffOf, waitStanding } from "./figures";

const GROUP: GroupView = {
  name: "gold", waiting: 1, longest_since: "2026-03-02T09:00:00Z", offered: 10, answered: 9, abandoned: 1,
  service_levels: { all_count: 0.75, abandoned_excluded: null }, mean_wait_seconds: 12, abandoned_share: 0.1,
};
const QUEUE: QueueView = {
  ...GROUP, ready: 1, working: 2, threshold_seconds: 20, target_share: 0.8, expected_wait_seconds: null, tiers: {},
};
const PROMISED = { thresholdSeconds: 20, targetShare: 0.8 };

describe("the big numbers", () => {
  it("promise together what each queue promises, in proportion to who came", () => {
    const loans = { ...QUEUE, offered: 30, threshold_seconds: 60, target_share: 0.9 };
    expect(promisedBy([QUEUE, loans])).toEqual({ thresholdSeconds: 60, targetShare: 0.875 });
  });

  it("promise something before anybody came", () => {
    expect(promisedBy([{ ...QUEUE, offered: 0 }]).targetShare).toBe(0.8);
  });

  it("judge a service level by the chosen definition", () => {
    expect(levelOf(GROUP, PROMISED, "all_count")).toEqual({ share: 0.75, standing: "near" });
    expect(levelOf(GROUP, PROMISED, "abandoned_excluded")).toEqual({ share: null, standing: "plain" });
  });

  it("count a wait from the arrival, by the server's clock", () => {
    const seconds = longestSeconds(GROUP, Date.parse("2026-03-02T09:00:25Z"));
    expect([seconds, waitStanding(seconds, PROMISED)]).toEqual([25, "near"]);
  });

  it("count who is ready, busy and away", () => {
    const agent = (state: string, queues = ["cards"]) => ({ state, queues }) as never;
    const states = ["ready", "wrap_up", "not_ready", "logged_out"];
    const floor = [...states.map((state) => agent(state)), agent("ready", ["loans"])];
    expect(staffOf(floor, [])).toEqual({ ready: 2, busy: 1, away: 1 });
    expect(staffOf(floor, ["cards"])).toEqual({ ready: 1, busy: 1, away: 1 });
  });
});
