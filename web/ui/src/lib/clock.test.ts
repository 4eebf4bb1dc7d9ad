/** Timers go by the server's clock, also where that runs fast. */
import { describe, expect, it } from "vitest";

import { Clock } from "./clock.svelte";

const NINE = "2026-11-20T09:00:00Z";
const at = (seconds: number) => Date.parse(NINE) + seconds * 1000;

describe("the clock", () => {
  it("is the server's, whatever this machine says", () => {
    const clock = new Clock();
    clock.hear(NINE, 50_000);
    clock.tick(53_000);
    expect(clock.now).toBe(at(3));
  });

  it("takes a late message for no change of pace", () => {
    const clock = new Clock();
    clock.hear(NINE, 0);
    clock.hear("2026-11-20T09:00:10Z", 10_080);
    clock.tick(20_080);
    expect(clock.now).toBe(at(20));
  });

  it("runs as fast as a demonstration's day", () => {
    const clock = new Clock();
    clock.hear(NINE, 0);
    clock.hear("2026-11-20T09:01:40Z", 2_000);
    clock.tick(3_000);
    expect(clock.now).toBe(at(150));
  });
});
