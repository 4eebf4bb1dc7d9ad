/** What supervisors ask of the engine. An answer only says that it is granted: the page changes by what the
 * live connection tells. Each wish says why, for the audit. */

import { api } from "../../lib/api";

/** How a talk is heard: nobody hears the supervisor, the agent alone does, or both do. */
export const MODES = ["listen", "whisper", "barge"] as const;
export type Mode = (typeof MODES)[number];

/** At which phone an agent is heard, the one used last where none is named; `follow` means the next talks too. */
export interface Ear {
  readonly extension: string;
  readonly follow: boolean;
}

/** By how many seconds of waiting a contact is moved forward, or that it is the first of its queue. */
export type Move = { readonly credit_seconds: number } | { readonly to_front: true };

/** Skill levels in place of the configured ones, 0 for a skill taken away; null for all as configured. */
export type Levels = Readonly<Record<string, number>> | null;

const of = (agent: string, wish: string) => `/agents/${agent}/${wish}`;

export const commands = {
  hear: (agent: string, mode: Mode, ear: Ear, why = "") => api.post(of(agent, mode), { ...ear, why }),
  stopHearing: (agent: string) => api.post(of(agent, "stop-listening"), {}),
  takeOver: (agent: string, why: string) => api.post(of(agent, "take-over"), { why }),
  ready: (agent: string, why: string) => api.post(of(agent, "ready"), { why }),
  notReady: (agent: string, reason: string, why: string) => api.post(of(agent, "not-ready"), { reason, why }),
  logOut: (agent: string, why: string) => api.post(of(agent, "log-out"), { why }),
  serve: (agent: string, queues: readonly string[], why: string) => api.put(of(agent, "queues"), { queues, why }),
  setLevels: (agent: string, levels: Levels, forToday: boolean, why: string) =>
    api.put(of(agent, "levels"), { levels, for_today: forToday, why }),
  move: (contact: string, wish: Move, why: string) => api.put(`/contacts/${contact}/priority`, { ...wish, why }),
};
