import { describe, expect, it } from "vitest";
import { EVERYBODY, found, inShort } from "./roster";
import { ANN, ANYBODY } from "./team";

const BOB = { ...ANYBODY, agent_id: "a-2", name: "Bob", since: "2026-03-02T09:01:00Z", queues: ["loans"] };
const CAO = { ...ANYBODY, agent_id: "a-3", name: "曹宁", state: "logged_out", since: "2026-03-01T17:00:00Z" };
const TEAM = [ANN, BOB, CAO];

describe("looking for agents", () => {
  it("shows first who has been in a state the longest, and last who went home", () => {
    expect(found(TEAM, EVERYBODY)).toEqual([BOB, ANN, CAO]);
  });

  it("finds a name by any part of it, and an agent by the id", () => {
    expect(found(TEAM, { ...EVERYBODY, words: " 宁" })).toEqual([CAO]);
    expect(found(TEAM, { ...EVERYBODY, words: "A-2" })).toEqual([BOB]);
  });

  it("finds those who serve a queue, or talk to its customer just now", () => {
    const lent = { ...ANN, queue: "loans" };
    expect(found([lent, BOB, CAO], { ...EVERYBODY, queue: "loans" })).toEqual([BOB, lent]);
  });

  it("puts the busiest first where asked to", () => {
    expect(found(TEAM, { ...EVERYBODY, order: "handled", state: "ready" })).toEqual([ANN, BOB]);
  });
});

describe("the queues of an agent", () => {
  it("are all named where they are few, and counted where they are many", () => {
    expect(inShort([])).toBe("");
    expect(inShort(["a", "b", "c", "d"])).toBe("a, b, c, d");
    expect(inShort(Array.from({ length: 300 }, (_, n) => `q${n}`))).toBe("q0, q1, q2, q3 +296");
  });
});
