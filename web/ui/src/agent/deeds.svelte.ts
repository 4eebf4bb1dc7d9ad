/** All that can be done at a desk, in one table: which request it takes, its keys, and how it is asked.
 *
 * The keys are those of Twilio Flex, which many agents know, as far as browsers leave them to pages.
 */

import type { Deed } from "../lib/keys.svelte";
import { desk } from "./desk.svelte";
import { sheets } from "./sheets.svelte";
import { t } from "./words";

interface Row {
  readonly id: DeedId;
  /** The engine's request that has to be legal. */
  readonly request: string;
  readonly chord: string;
  readonly run: () => unknown;
}

const TABLE = [
  { id: "ready", request: "GoReady", chord: "", run: () => desk.ask("/ready") },
  { id: "status", request: "GoNotReady", chord: "Ctrl+Shift+KeyS", run: () => sheets.open("reasons") },
  { id: "log_out", request: "LogOut", chord: "Ctrl+Shift+KeyL", run: () => desk.ask("/log-out") },
  // Under the same keys, the first that is legal is meant: a lead to look at could be rejected, too.
  { id: "preview_dial", request: "PreviewDial", chord: "Ctrl+Shift+KeyA", run: () => desk.askOfOffer("/preview/dial", desk.call) },
  { id: "preview_skip", request: "PreviewSkip", chord: "Ctrl+Shift+KeyR", run: () => sheets.open("skip") },
  { id: "accept", request: "AcceptOffer", chord: "Ctrl+Shift+KeyA", run: () => desk.askOfOffer("/offer/accept", desk.shown) },
  { id: "reject", request: "RejectOffer", chord: "Ctrl+Shift+KeyR", run: () => desk.askOfOffer("/offer/reject", desk.shown) },
  { id: "hold", request: "HoldContact", chord: "Ctrl+Shift+KeyH", run: () => desk.askOfCall("/call/hold") },
  { id: "resume", request: "ResumeContact", chord: "Ctrl+Shift+KeyH", run: () => desk.askOfCall("/call/resume") },
  { id: "mute", request: "MuteContact", chord: "Ctrl+Shift+KeyM", run: () => desk.askOfCall("/call/mute") },
  { id: "unmute", request: "UnmuteContact", chord: "Ctrl+Shift+KeyM", run: () => desk.askOfCall("/call/unmute") },
  { id: "digits", request: "SendDigits", chord: "Ctrl+Shift+KeyD", run: () => sheets.open("digits") },
  { id: "transfer", request: "TransferContact", chord: "Ctrl+Shift+KeyF", run: () => sheets.open("transfer") },
  { id: "consult", request: "StartConsult", chord: "Ctrl+Shift+KeyU", run: () => sheets.open("consult") },
  { id: "consult_swap", request: "SwapConsult", chord: "Ctrl+Shift+KeyH", run: () => desk.askOfCall("/call/consult/swap") },
  { id: "consult_complete", request: "CompleteConsult", chord: "Ctrl+Shift+KeyF", run: () => desk.askOfCall("/call/consult/complete") },
  { id: "consult_cancel", request: "CancelConsult", chord: "Ctrl+Shift+KeyU", run: () => desk.askOfCall("/call/consult/cancel") },
  { id: "conference", request: "StartConference", chord: "Ctrl+Shift+KeyG", run: () => desk.askOfCall("/call/conference") },
  { id: "conference_leave", request: "LeaveConference", chord: "Ctrl+Shift+KeyG", run: () => desk.askOfCall("/call/conference/leave") },
  { id: "hang_up", request: "HangUpContact", chord: "Ctrl+Shift+Digit1", run: () => desk.askOfCall("/call/hang-up") },
  { id: "extend", request: "ExtendWrapUp", chord: "Ctrl+Shift+KeyE", run: () => desk.askOfCall("/wrap-up/extend") },
  { id: "dial", request: "DialNumber", chord: "Ctrl+Shift+KeyK", run: () => sheets.open("dial") },
] as const satisfies readonly { id: string; request: string; chord: string; run: () => unknown }[];

export type DeedId = (typeof TABLE)[number]["id"];

function made(row: Row): Deed {
  return {
    id: row.id,
    label: t(`deed.${row.id}`),
    chord: row.chord,
    enabled: desk.can(row.request),
    run: () => void row.run(),
  };
}

/** Moving between the records that are shown. */
function moves(): Deed[] {
  const several = desk.records.length > 1;
  return [
    { id: "next", label: t("deed.next"), chord: "Alt+ArrowDown", enabled: several, run: () => desk.move(1) },
    { id: "previous", label: t("deed.previous"), chord: "Alt+ArrowUp", enabled: several, run: () => desk.move(-1) },
    { id: "call", label: t("deed.call"), chord: "Alt+Digit1", enabled: !!desk.call, run: () => desk.choose("") },
  ];
}

/** Return everything the agent can do, legal now or not. */
export function deeds(): Deed[] {
  return [...TABLE.map(made), ...moves()];
}

/** Return one deed by its name. */
export function deed(id: DeedId): Deed {
  return made(TABLE.find((row) => row.id === id)!);
}

/** Return what the deed behind one of the engine's requests is called. */
export function nameOfRequest(request: string): string {
  const row = TABLE.find((each) => each.request === request);
  return row ? t(`deed.${row.id}`).replace("…", "") : request;
}
