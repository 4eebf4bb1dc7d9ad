/** Every text of every page is there in both languages, says the same values, and is said somewhere. */
import { describe, expect, it } from "vitest";

import { filled, length } from "./words.svelte";

type Catalogue = Record<string, string>;
const catalogues = import.meta.glob<Catalogue>("../*/words/*.json", { eager: true, import: "default" });
const sources = import.meta.glob<string>(["../**/*.{ts,svelte}", "!../**/*.test.ts"], {
  eager: true,
  query: "?raw",
  import: "default",
});
const said = Object.values(sources).join("\n");
/** Keys that are put together: `state.${name}`, and kinds of words that are looked up by what the server names. */
const templates = [...said.matchAll(/`((?:\$\{[^}`]*\}\.)?\w[\w.]*(?:\$\{[^}`]*\}[\w.]*)*)`/g)].map(([, text]) => text!);
const kinds = [...said.matchAll(/(?:type Kind =|\bkind:)([^;,)]*)/g)].flatMap(([, union]) =>
  [...union!.matchAll(/"(\w+)"/g)].map(([, kind]) => `${kind}.\${name}`),
);
const patterns = [...templates, ...kinds].map(
  (text) => new RegExp(`^${text.replaceAll(".", "\\.").replace(/\$\{[^}]*\}/g, "[^.]+")}$`),
);

const folders = [...new Set(Object.keys(catalogues).map((path) => path.replace(/\/[^/]+$/, "")))];
const names = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

function isSaid(key: string): boolean {
  return said.includes(`"${key}"`) || patterns.some((pattern) => pattern.test(key));
}

describe.each(folders)("%s", (folder) => {
  const en = catalogues[`${folder}/en.json`]!;
  const zh = catalogues[`${folder}/zh-CN.json`]!;

  it("says everything in both languages", () => {
    expect(Object.keys(zh).sort()).toEqual(Object.keys(en).sort());
    expect(Object.values({ ...en, ...zh }).filter((text) => !text.trim())).toEqual([]);
  });

  it("fills in the same values in both", () => {
    for (const [key, text] of Object.entries(en)) expect(names(zh[key]!), key).toEqual(names(text));
  });

  it("says nothing that nobody says", () => {
    expect(Object.keys(en).filter((key) => !isSaid(key))).toEqual([]);
  });
});

describe("words", () => {
  it("fills in values and leaves unknown names alone", () => {
    expect(filled("{name} waits {seconds} s, {other}", { name: "Ann", seconds: 0 })).toBe("Ann waits 0 s, {other}");
  });

  it("writes lengths as clocks do", () => {
    expect([0, 59.9, 61, 3599, 3600, 3_723].map(length)).toEqual(["0:00", "0:59", "1:01", "59:59", "1:00:00", "1:02:03"]);
    expect(length(null)).toBe("–");
  });
});
