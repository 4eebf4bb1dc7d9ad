import { translator } from "../lib/words.svelte";
import en from "./words/en.json";
import zh from "./words/zh-CN.json";

/** What the wall says, in the language of whoever looks at it. */
export const t = translator(en, zh);
