import { describe, expect, it } from "vitest";
import { whyNoLonger } from "./hearers";
import { ANN } from "./team";

describe("hearing an agent", () => {
  it("says to whom it has ended, and why", () => {
    const agent = { ...ANN, no_longer: { boss: "not_taken_over", chief: "stopped" } };
    expect(whyNoLonger(agent, "boss")).toContain("The call of Ann was not taken over");
    expect(whyNoLonger(agent, "chief")).toBe("");
    expect(whyNoLonger(agent, "else")).toBe("");
  });
});
