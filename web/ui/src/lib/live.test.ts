/** A table of views follows the server's by numbered changes. */
import { describe, expect, it } from "vitest";

import { Topic } from "./live.svelte";

const rows = (topic: Topic<string>) => Object.fromEntries(topic.rows);

describe("a topic", () => {
  it("takes the whole table, and forgets what is not in it", () => {
    const topic = new Topic<string>();
    topic.fill(3, { ann: "ready", bob: "away" });
    topic.fill(9, { bob: "ready" });
    expect(rows(topic)).toEqual({ bob: "ready" });
    expect(topic.seq).toBe(9);
  });

  it("takes changes in their order", () => {
    const topic = new Topic<string>();
    topic.fill(3, { ann: "ready", bob: "away" });
    expect(topic.change(4, { cy: "ready" }, ["ann"])).toBe(true);
    expect(rows(topic)).toEqual({ bob: "away", cy: "ready" });
  });

  it("takes no change twice, as after a break", () => {
    const topic = new Topic<string>();
    topic.fill(3, { ann: "ready" });
    expect(topic.change(3, { ann: "away" }, [])).toBe(true);
    expect(rows(topic)).toEqual({ ann: "ready" });
  });

  it("tells where a change is missing, and changes nothing", () => {
    const topic = new Topic<string>();
    topic.fill(3, { ann: "ready" });
    expect(topic.change(5, { ann: "away" }, [])).toBe(false);
    expect(rows(topic)).toEqual({ ann: "ready" });
  });
});
