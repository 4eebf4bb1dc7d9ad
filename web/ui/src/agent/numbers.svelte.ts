/** The agent's own day: figures, calls and callbacks, read anew whenever a contact is over. */

import { api, type Page } from "../lib/api";
import type { AgentReportView, CallbackView, InteractionReportView } from "../lib/types.gen";

const CALLS_SHOWN = 25;

class Numbers {
  today = $state.raw<AgentReportView>();
  calls = $state.raw<readonly InteractionReportView[]>([]);
  callbacks = $state.raw<readonly CallbackView[]>([]);

  async read(): Promise<void> {
    const [today, calls, callbacks] = await Promise.all([
      api.get<AgentReportView>("/agents/me/day"),
      api.get<Page<InteractionReportView>>("/agents/me/interactions", { limit: CALLS_SHOWN }),
      api.get<Page<CallbackView>>("/agents/me/callbacks", { limit: CALLS_SHOWN }),
    ]);
    this.today = today;
    this.calls = calls.items;
    this.callbacks = callbacks.items;
  }
}

export const numbers = new Numbers();
