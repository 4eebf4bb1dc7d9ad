import { describe, expect, it } from "vitest";
import { columns } from "./plot";

describe("the columns of a chart", () => {
  it("end with the last interval, not where it begins", () => {
    const drawing = { starts: [0, 900], lines: [{ label: "Offered", values: [3, null] }], unit: "count" as const };
    expect(columns(drawing)).toEqual([
      [0, 900, 1800],
      [3, null, null],
    ]);
  });

  it("give the only interval the usual length", () => {
    const drawing = { starts: [0], lines: [{ label: "Offered", values: [3] }], unit: "count" as const };
    expect(columns(drawing)).toEqual([
      [0, 1800],
      [3, 3],
    ]);
  });

  it("are empty before anything began", () => {
    expect(columns({ starts: [], lines: [{ label: "Offered", values: [] }], unit: "count" })).toEqual([[], []]);
  });
});
