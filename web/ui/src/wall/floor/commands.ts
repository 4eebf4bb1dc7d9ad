/** What supervisors ask of the engine. An answer only says that it is granted: the page changes by what the
 * live connection tells. */

import { api } from "../../lib/api";

/** How a talk is heard: nobody hears the supervisor, the agent alone does, or both do. */
export const MODES = ["listen", "whisper", "barge"] as const;
export type Mode = (typeof MODES)[number];

export const commands = {
  hear: (agent: string, mode: Mode, extension: string) => api.post(`/agents/${agent}/${mode}`, { extension }),
  stopHearing: (agent: string) => api.post(`/agents/${agent}/stop-listening`),
  takeOver: (agent: string, because: string) => api.post(`/agents/${agent}/take-over`, { because }),
  ready: (agent: string, because: string) => api.post(`/agents/${agent}/ready`, { because }),
  notReady: (agent: string, reason: string, because: string) =>
    api.post(`/agents/${agent}/not-ready`, { reason, because }),
  logOut: (agent: string, because: string) => api.post(`/agents/${agent}/log-out`, { because }),
  /** Let the agent serve these queues of those its skills allow; null for all of them. */
  serve: (agent: string, queues: readonly string[] | null, because: string) =>
    api.put(`/agents/${agent}/queues`, { queues, because }),
  /** Let a waiting contact stand so much further forward, or before everybody. */
  move: (contact: string, wish: { credit_seconds: number } | { to_front: true }, because: string) =>
    api.put(`/contacts/${contact}/priority`, { ...wish, because }),
};
