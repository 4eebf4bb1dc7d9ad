/** What the audit log's lines are called: for the acts of every day a word, for all others the request itself. */

import { word } from "../../lib/words.svelte";
import { t } from "../words";

const ACTS = {
  "POST /session": "act.sign_in",
  "DELETE /session": "act.sign_out",
  "PUT /session/password": "act.password",
  "POST /agents/{agent_id}/ready": "act.ready",
  "POST /agents/{agent_id}/not-ready": "act.not_ready",
  "POST /agents/{agent_id}/log-out": "act.log_out",
  "PUT /agents/{agent_id}/queues": "act.queues",
  "PUT /agents/{agent_id}/levels": "act.levels",
  "POST /agents/{agent_id}/listen": "act.listen",
  "POST /agents/{agent_id}/whisper": "act.whisper",
  "POST /agents/{agent_id}/barge": "act.barge",
  "POST /agents/{agent_id}/stop-listening": "act.stop",
  "POST /agents/{agent_id}/take-over": "act.take_over",
  "PUT /contacts/{contact_id}/priority": "act.move",
  "POST /callbacks": "act.book",
  "DELETE /callbacks/{contact_id}": "act.cancel",
  "POST /campaigns/{name}/start": "act.start",
  "POST /campaigns/{name}/pause": "act.pause",
  "PUT /campaigns/{name}/pacing": "act.pace",
} as const;

/** Return what an act is called. */
export function actText(action: string): string {
  return action in ACTS ? t(ACTS[action as keyof typeof ACTS]) : action;
}

/** Return how it came out, from a status and the code of a problem, such as `204` or `409 not_waiting`. */
export function outcomeText(outcome: string): string {
  const [status = "", code] = outcome.split(" ");
  if (code) return word("problem", code);
  return status.startsWith("2") ? t("audit.done") : status;
}
