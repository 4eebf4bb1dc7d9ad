import type { AgentView } from "../../lib/types.gen";
import { t } from "../words";
import { MODES } from "./commands";

/** Return who hears the agent's talks, and how. */
export function hearers(agent: AgentView): string[] {
  return Object.entries(agent.supervisors).map(([login, told]) => {
    const mode = MODES.find((name) => name === told);
    return t("agents.heard", { login, mode: mode ? t(`hear.${mode}`) : told });
  });
}

/** How it may end that somebody hears an agent, besides by their own wish. */
const ENDS = ["hung_up", "talk_over", "agent_left", "not_answered", "failed", "taken_over", "not_taken_over"] as const;

/** Return why `login` hears the agent no longer; nothing where they do, never did, or wished it so. */
export function whyNoLonger(agent: AgentView, login: string): string {
  const end = ENDS.find((name) => name === agent.no_longer[login]);
  return end ? t(`hear.ended.${end}`, { agent: agent.name || agent.agent_id }) : "";
}
