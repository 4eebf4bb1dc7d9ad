import { describe, expect, it } from "vitest";
import { timeStanding } from "./thresholds";

const LIMITS = { wrap_up_seconds: 60, not_ready_seconds: null, talk_seconds: 600, critical_at: 2 };

describe("the time in a state", () => {
  it.each([
    ["wrap_up", 59, "plain"],
    ["wrap_up", 60, "near"],
    ["wrap_up", 120, "bad"],
    ["on_contact", 119, "plain"],
    ["not_ready", 9999, "plain"],
    ["ready", 9999, "plain"],
  ])("of %s for %d s is %s", (state, seconds, standing) => {
    expect(timeStanding(state, seconds, LIMITS)).toBe(standing);
  });
});
