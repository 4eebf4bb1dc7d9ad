/** Scripts are read into pieces; what is no mark of ours stays text. */
import { describe, expect, it } from "vitest";

import { blocks, pieces } from "./script";

describe("a script", () => {
  it("has paragraphs, headings and lists", () => {
    const read = blocks("# Greeting\n\nGood day,\nthis is the bank.\n\n- ask for the name\n- ask for the birthday\n");
    expect(read.map((block) => [block.kind, block.lines.length])).toEqual([["heading", 1], ["paragraph", 2], ["list", 2]]);
  });

  it("has bold and slanted words", () => {
    expect(pieces("say **our loans** *slowly*.")).toEqual([
      { kind: "plain", text: "say " },
      { kind: "bold", text: "our loans" },
      { kind: "plain", text: " " },
      { kind: "slanted", text: "slowly" },
      { kind: "plain", text: "." },
    ]);
  });

  it("takes markup and stray stars for text", () => {
    const evil = "<img src=x onerror=alert(1)> 2 * 3 ** 4 [x](javascript:alert(1))";
    expect(pieces(evil).map((piece) => piece.text).join("")).toBe(evil);
    expect(pieces("5 * 3")).toEqual([{ kind: "plain", text: "5 * 3" }]);
  });

  it("has what is known of the call filled in", () => {
    const known = { name: "Ms. Lee", plan: "**gold** {agent}", agent: "Ann" };
    expect(pieces("**{name}**, {agent} here: {Plan}.", known)).toEqual([
      { kind: "bold", text: "Ms. Lee" },
      { kind: "plain", text: ", " },
      { kind: "plain", text: "Ann" },
      { kind: "plain", text: " here: " },
      { kind: "plain", text: "**gold** {agent}" },
      { kind: "plain", text: "." },
    ]);
    const [heading] = blocks("# Good day {name}", known);
    expect(heading?.lines[0]?.map((piece) => piece.text).join("")).toBe("Good day Ms. Lee");
  });

  it("shows a gap for what nothing is known of, and leaves other braces alone", () => {
    expect(pieces("{first_name}{}{ x }{toString}")).toEqual([
      { kind: "gap", text: "first_name" },
      { kind: "plain", text: "{}{ x }" },
      { kind: "gap", text: "toString" },
    ]);
  });
});
