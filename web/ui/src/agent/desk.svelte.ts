/** The agent's own desk as the page sees it: the state, the records that popped up, what may be asked now. */

import { api } from "../lib/api";
import { live } from "../lib/live.svelte";
import { toasts } from "../lib/toasts.svelte";
import type { DeskView, RecordView, WorkView } from "../lib/types.gen";

const STATE = "state";
const ME = "/agents/me";

class Desk {
  #table = live.topic("desk");
  #chosen = $state("");

  get state(): DeskView | undefined {
    return this.#table.rows.get(STATE) as DeskView | undefined;
  }

  /** All records that are shown, the one of the call first. */
  get records(): readonly RecordView[] {
    const rows = [...this.#table.rows].filter(([key]) => key !== STATE).map(([, row]) => row as RecordView);
    const inCall = this.state?.contact_id;
    return rows.toSorted((one, other) => Number(other.contact_id === inCall) - Number(one.contact_id === inCall));
  }

  /** The record before the agent's eyes: the one they chose, else that of the call. */
  get shown(): RecordView | undefined {
    return this.records.find((record) => record.contact_id === this.#chosen) ?? this.records[0];
  }

  /** The record of the call in hand or offered; work besides calls has others. */
  get call(): RecordView | undefined {
    return this.records.find((record) => !this.workOf(record));
  }

  /** Return how it stands with a record of work besides the call, undefined where it is a call's. */
  workOf(record: RecordView): WorkView | undefined {
    return this.state?.work.find((work) => work.contact_id === record.contact_id);
  }

  choose(contactId: string): void {
    this.#chosen = contactId;
  }

  /** Show the record so many places further down. */
  move(step: number): void {
    const place = this.records.findIndex((record) => record === this.shown);
    this.#chosen = this.records.at((place + step) % this.records.length)?.contact_id ?? "";
  }

  /** Tell whether the engine would grant this request now; nothing can be asked over a lost connection. */
  can(request: string): boolean {
    return live.standing === "open" && (this.state?.legal.includes(request) ?? false);
  }

  /** Ask for something about the own desk; a refusal is shown. Return whether it was granted. */
  ask(path: string, body: object = {}): Promise<boolean> {
    return toasts.tell(() => api.post(ME + path, body));
  }

  /** Ask for something about the call in hand: a late click never meets the next one. */
  askOfCall(path: string, body: object = {}): Promise<boolean> {
    return this.ask(path, { contact_id: this.state?.contact_id ?? "", ...body });
  }

  /** Ask for something about an offer as it was shown. */
  askOfOffer(path: string, record: RecordView | undefined, body: object = {}): Promise<boolean> {
    const offer = record ? { offer_id: record.offer_id, version: record.version } : {};
    return this.ask(path, { ...offer, ...body });
  }
}

export const desk = new Desk();
