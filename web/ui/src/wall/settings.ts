/** What a wall shows, as its address says it: a television is pointed at an address and needs nobody. */

import { DEFINITIONS, type Definition } from "./service_level";

export const VIEWS = ["board", "floor", "day", "history"] as const;
export type View = (typeof VIEWS)[number];

export interface Settings {
  readonly view: View;
  /** Nothing but the board, as large as the screen. */
  readonly tv: boolean;
  /** How the service level is defined. */
  readonly level: Definition;
  /** The queues that are shown; empty for all. */
  readonly queues: readonly string[];
  /** Seconds for each screen of the board; 0 stays on one. */
  readonly rotateSeconds: number;
}

export const USUAL: Settings = {
  view: "board",
  tv: false,
  level: DEFINITIONS[0],
  queues: [],
  rotateSeconds: 15,
};

export const ROTATE_SECONDS_MAX = 3600;

/** Read the settings of an address (`location.search`); what is none of ours is passed over. */
export function readSettings(search: string): Settings {
  const said = new URLSearchParams(search);
  return {
    view: VIEWS.find((name) => name === said.get("view")) ?? USUAL.view,
    tv: said.get("tv") === "1",
    level: DEFINITIONS.find((name) => name === said.get("level")) ?? USUAL.level,
    queues: said.get("queues")?.split(",").filter(Boolean) ?? USUAL.queues,
    rotateSeconds: readSeconds(said.get("rotate")),
  };
}

/** Return the query that says `settings`: usual ones are left out, what else `search` says is kept. */
export function writeSettings(settings: Settings, search: string): string {
  const said = new URLSearchParams(search);
  const say = (name: string, value: string, usual: string) =>
    value === usual ? said.delete(name) : said.set(name, value);
  say("view", settings.view, USUAL.view);
  say("tv", settings.tv ? "1" : "0", "0");
  say("level", settings.level, USUAL.level);
  say("queues", settings.queues.join(","), "");
  say("rotate", String(settings.rotateSeconds), String(USUAL.rotateSeconds));
  return said.size ? `?${said}` : "";
}

function readSeconds(text: string | null): number {
  const seconds = Number(text ?? NaN);
  const isSound = Number.isInteger(seconds) && seconds >= 0 && seconds <= ROTATE_SECONDS_MAX;
  return isSound ? seconds : USUAL.rotateSeconds;
}
