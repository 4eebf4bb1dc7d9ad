/** The agent's own day: figures and contacts by the live connection, callbacks when they may have changed. */

import { api, type Page } from "../lib/api";
import { live } from "../lib/live.svelte";
import type { CallbackView, OwnContactView, OwnDayView } from "../lib/types.gen";

const CALLBACKS_SHOWN = 25;
const DAY = "day";

class OwnDay {
  #table = live.topic("own_day");
  callbacks = $state.raw<readonly CallbackView[]>([]);

  get figures(): OwnDayView | undefined {
    return this.#table.rows.get(DAY) as OwnDayView | undefined;
  }

  /** The last contacts, the newest first. */
  get contacts(): readonly OwnContactView[] {
    const rows = [...this.#table.rows].filter(([key]) => key !== DAY).map(([, row]) => row as OwnContactView);
    return rows.toSorted((one, other) => other.ended.localeCompare(one.ended));
  }

  /** Ask for the callbacks that wait for this agent. */
  async readCallbacks(agentId: string): Promise<void> {
    const query = { agent_id: agentId, limit: CALLBACKS_SHOWN };
    this.callbacks = (await api.get<Page<CallbackView>>("/callbacks", query)).items;
  }
}

export const ownDay = new OwnDay();
