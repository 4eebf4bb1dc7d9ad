import { describe, expect, it } from "vitest";
import { keptInPlace, placed } from "./steady";

const at = (...rows: [string, number][]) => new Map(rows);

describe("rows under the pointer", () => {
  it("stay where they were, whatever their order were by now, and new ones come below", () => {
    const before = placed(["a", "b"], at(["a", 1], ["b", 1]));
    const kept = keptInPlace(before, ["new", "b", "a"], at(["a", 2], ["b", 1], ["new", 1]));
    expect(kept.map(({ id, row }) => [id, row])).toEqual([["a", 2], ["b", 1], ["new", 1]]);
    expect(kept.some((each) => each.isGone)).toBe(false);
  });

  it("keep the place of who is gone, as seen last", () => {
    const before = placed(["a", "b"], at(["a", 1], ["b", 1]));
    const kept = keptInPlace(before, ["b"], at(["b", 2]));
    expect(kept).toEqual([
      { id: "a", row: 1, isGone: true },
      { id: "b", row: 2, isGone: false },
    ]);
    expect(keptInPlace(kept, ["b"], at(["b", 2]))[0]?.isGone).toBe(true);
  });

  it("are found by no id that has no row", () => expect(placed(["x"], at())).toEqual([]));
});
