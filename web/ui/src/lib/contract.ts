/** Words of the API that the generated types leave open, and who is signed in. */

import type { SignedInView } from "./types.gen";

export type Role = "agent" | "supervisor" | "campaign_manager" | "administrator" | "read_only";
export type Theme = "system" | "light" | "dark";
export type Language = "en" | "zh-CN";

/** What a person chose; kept by the server, so that it is the same at every desk. */
export interface Preferences {
  readonly language: string;
  readonly theme: string;
  readonly keys: Readonly<Record<string, string>>;
}

/** The person whose browser this is. */
export type Caller = SignedInView;
