/** Languages: catalogues of JSON, one for all pages and one for each, and numbers and times by `Intl`.
 *
 * A page makes its own `t` with `translator(en, zh)`; the types hold both languages to the same keys.
 */

import type { Language } from "./contract";
import { preferences } from "./preferences.svelte";
import en from "./words/en.json";
import zh from "./words/zh-CN.json";

export type Values = Readonly<Record<string, string | number>>;
type Catalogue<Key extends string> = Readonly<Record<Key, string>>;
type SharedKey = keyof typeof en;

/** Return `text` with `{name}` replaced by the value of that name. */
export function filled(text: string, values: Values = {}): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** Return a function that says things in the language of whoever looks at the page. */
export function translator<Key extends string>(own: Catalogue<Key>, ownZh: NoInfer<Catalogue<Key>>) {
  const all: Record<Language, Catalogue<Key | SharedKey>> = { en: { ...en, ...own }, "zh-CN": { ...zh, ...ownZh } };
  return (key: Key | SharedKey, values?: Values): string => filled(all[preferences.language][key], values);
}

/** What all pages say alike. */
export const shared = translator({}, {});

/** Return the word of a catalogue for something the server names, or its own name where we have no word:
 * reasons and results are the house's to name. */
export function word(kind: "state" | "tier" | "problem" | "reason" | "role" | "channel" | "outcome" | "rule", name: string): string {
  const key = `${kind}.${name}`;
  return key in en ? shared(key as SharedKey) : name.replaceAll("_", " ");
}

const NUMBERS = new Map<string, Intl.NumberFormat>();

function numbers(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = preferences.language + JSON.stringify(options);
  const known = NUMBERS.get(key) ?? new Intl.NumberFormat(preferences.language, options);
  NUMBERS.set(key, known);
  return known;
}

const NONE = "–";

/** Return a number as it is written here. */
export function number(value: number | null | undefined, digits = 0): string {
  return value == null ? NONE : numbers({ maximumFractionDigits: digits }).format(value);
}

/** Return a share between 0 and 1 in percent. */
export function share(value: number | null | undefined, digits = 0): string {
  return value == null
    ? NONE
    : numbers({ style: "percent", minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
}

/** Return an amount of hundredths of `currency`. */
export function money(cents: number, currency: string): string {
  if (!currency) return number(cents / 100, 2);
  return numbers({ style: "currency", currency }).format(cents / 100);
}

/** Return a length such as 3:07 or 1:02:03. */
export function length(seconds: number | null | undefined): string {
  if (seconds == null) return NONE;
  const whole = Math.max(0, Math.floor(seconds));
  const parts = [Math.floor(whole / 60) % 60, whole % 60];
  const hours = Math.floor(whole / 3600);
  const [minutes = "", rest = ""] = parts.map((part) => String(part).padStart(2, "0"));
  return hours ? `${hours}:${minutes}:${rest}` : `${Number(minutes)}:${rest}`;
}

/** Return the time of day of an instant, on this machine's clock. */
export function time(instant: string): string {
  return new Date(instant).toLocaleTimeString(preferences.language, { hour: "2-digit", minute: "2-digit" });
}

/** Return day and time of an instant. */
export function dayAndTime(instant: string): string {
  return new Date(instant).toLocaleString(preferences.language, { dateStyle: "medium", timeStyle: "short" });
}
