/** What this page says, in every language. */
import { translator } from "../lib/words.svelte";
import en from "./words/en.json";
import zh from "./words/zh-CN.json";

export const t = translator(en, zh);

type Kind = "state" | "mode" | "hindrance" | "window" | "import" | "verdict" | "fault" | "remark" | "by" | "meaning" | "encoding" | "turn" | "system" | "set";

/** Return the word for something that the server names, or its own name where we have none. */
export function named(kind: Kind, name: string): string {
  const key = `${kind}.${name}`;
  return key in en ? t(key as keyof typeof en) : name.replaceAll("_", " ");
}

/** Return what a result is called: in our words where no agent tells it, else as the house labels it. */
export function result(code: string, label: string): string {
  return `system.${code}` in en || !label ? named("system", code) : label;
}
