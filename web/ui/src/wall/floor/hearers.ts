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
