import type { AlertView } from "../../lib/types.gen";
import { number } from "../../lib/words.svelte";

/** Return what an alert says: what it is about, and how far beyond its limit that is. */
export function alertText(alert: AlertView): string {
  return `${alert.kind} ${alert.subject} ${number(alert.value)} / ${number(alert.limit)}`;
}
