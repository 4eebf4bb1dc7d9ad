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
});
