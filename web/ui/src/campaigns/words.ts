/** What this page says, in every language. */
import { translator } from "../lib/words.svelte";
import en from "./words/en.json";
import zh from "./words/zh-CN.json";

export const t = translator(en, zh);
