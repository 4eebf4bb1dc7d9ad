/** The shapes of the API that are no views of the floor: who is signed in, and the house. */

export type Role = "agent" | "supervisor" | "campaign_manager" | "administrator" | "read_only";
export type Theme = "system" | "light" | "dark";
export type Language = "en" | "zh-CN";

/** What a person chose; kept by the server, so that it is the same at every desk. */
export interface Preferences {
  readonly language: Language | "";
  readonly theme: Theme | "";
  readonly keys: Readonly<Record<string, string>>;
}

/** The person whose browser this is. */
export interface Caller extends Preferences {
  readonly login: string;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly agent_id: string | null;
  readonly csrf_token: string;
}

/** A business result an agent may choose. */
export interface DispositionCard {
  readonly label: string;
  readonly callback?: boolean;
}

/** The centre's fixed words. */
export interface House {
  readonly site: string;
  readonly region: string;
  readonly queues: Readonly<Record<string, { readonly name: string; readonly threshold_seconds: number; readonly target_share: number }>>;
  readonly tiers: readonly string[];
  readonly agents: readonly { readonly agent_id: string; readonly name: string }[];
  readonly not_ready_reasons: readonly string[];
  readonly skip_reasons: readonly string[];
  readonly dispositions: Readonly<Record<string, DispositionCard>>;
  readonly campaigns: readonly string[];
}
