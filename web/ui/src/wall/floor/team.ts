/** Agents for the tests of the floor. */
import type { AgentView } from "../../lib/types.gen";

export const ANYBODY: AgentView = {
  agent_id: "", name: "", state: "ready", reason: "", since: "2026-03-02T09:00:00Z", next_state: null,
  extension: "", desk: true, on_hold: false, contact_id: "", queue: "", tier: "", queues: ["cards"],
  handled: 0, talk_seconds: 0, hold_seconds: 0, wrap_up_seconds: 0, occupancy: null, asked_by: "",
  because: "", supervisors: {}, no_longer: {},
  skills: { cards: 3 }, set_levels: {}, levels_until: null,
};
export const ANN = { ...ANYBODY, agent_id: "a-1", name: "Ann", since: "2026-03-02T09:05:00Z", handled: 3 };
