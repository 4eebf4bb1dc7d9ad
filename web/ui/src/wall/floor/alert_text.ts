import { live } from "../../lib/live.svelte";
import type { AlertView } from "../../lib/types.gen";
import { length, number, share } from "../../lib/words.svelte";
import { t } from "../words";

type Writing = (value: number | null) => string;

/** How the value of each kind of alert is written. */
const KINDS = {
  longest_wait: length,
  waiting: (value) => number(value),
  service_level: (value) => share(value),
  nobody_ready: length,
  wrap_up: length,
  not_ready: length,
  talk: length,
  campaign_cap: (value) => share(value, 1),
  no_trunk: () => "",
  calls_fail: () => "",
  away: () => "",
} satisfies Record<string, Writing>;
type Kind = keyof typeof KINDS;

/** The parts of the program that can be away. */
const PARTS = ["pbx", "database", "bus", "engine"] as const;

/** Return what an alert says: what it is about, and how that stands against its limit. */
export function alertText(alert: AlertView): string {
  const subject = subjectOf(alert);
  if (!(alert.kind in KINDS)) return `${alert.kind.replaceAll("_", " ")}: ${subject}`;
  const kind = alert.kind as Kind;
  const write: Writing = KINDS[kind];
  return t(`alert.${kind}`, { subject, value: write(alert.value), limit: write(alert.limit) });
}

function subjectOf({ subject }: AlertView): string {
  const part = PARTS.find((name) => name === subject);
  if (part) return t(`part.${part}`);
  return live.topic("agents").rows.get(subject)?.name || subject;
}
