import { describe, expect, it } from "vitest";
import { readSettings, USUAL, writeSettings } from "./settings";

describe("the address of a wall", () => {
  it("needs to say nothing", () => {
    expect(readSettings("")).toEqual(USUAL);
    expect(writeSettings(USUAL, "")).toBe("");
  });

  it("points a television at two queues", () => {
    const settings = { ...USUAL, tv: true, queues: ["cards", "loans"], rotateSeconds: 30 };
    expect(readSettings(writeSettings(settings, ""))).toEqual(settings);
  });

  it("keeps what others say in it", () => {
    expect(writeSettings({ ...USUAL, view: "floor" }, "?day=2026-03-02")).toBe("?day=2026-03-02&view=floor");
  });

  it.each(["view=garden", "level=best", "rotate=often", "rotate=-1", "rotate=1e9"])("passes over %s", (search) => {
    expect(readSettings(search)).toEqual(USUAL);
  });
});
