/** The live connection: tables of views by key that follow the server's, over one WebSocket.
 *
 * Each table is a topic. It comes whole, then by numbered changes; after a break we ask from the number we
 * have. A change that does not follow the one before makes us ask for the whole table again.
 */

import { untrack } from "svelte";
import { SvelteMap } from "svelte/reactivity";

import { clock } from "./clock.svelte";
import { screenName } from "./screen";
import type {
  AgentView,
  AlertView,
  BeatFrame,
  CampaignView,
  ContactView,
  DeltaFrame,
  DeskView,
  EventFrame,
  EventView,
  GroupView,
  HeldElsewhereFrame,
  OwnContactView,
  OwnDayView,
  QueueView,
  RecordView,
  RefusedFrame,
  SnapshotFrame,
  WelcomeFrame,
  WishFrame,
} from "./types.gen";

/** The topics and what their rows are. */
export interface Rows {
  desk: DeskView | RecordView;
  own_day: OwnDayView | OwnContactView;
  queues: QueueView;
  tiers: GroupView;
  centre: GroupView;
  agents: AgentView;
  contacts: ContactView;
  campaigns: CampaignView;
  alerts: AlertView;
}
export type TopicName = keyof Rows;
/** Every one of them: a table that a derived value would have to make itself, it would not follow. */
const TOPICS: Record<TopicName, true> = {
  desk: true,
  own_day: true,
  queues: true,
  tiers: true,
  centre: true,
  agents: true,
  contacts: true,
  campaigns: true,
  alerts: true,
};
/** Of events there are no rows: each is told once. */
export type Followed = TopicName | "events";

export type Standing = "closed" | "connecting" | "open" | "lost";

/** What is older than this is shown as stale. */
export const STALE_AFTER_MS = 5_000;
const AGAIN_FIRST_MS = 300;
const AGAIN_MAX_MS = 8_000;
/** With this code the server lets go of somebody who signed out, or has other rights by now. */
const POLICY_VIOLATION = 1008;
/** What the diagnostics remember. */
const LOG_MAX = 200;

type Frame =
  | WelcomeFrame
  | BeatFrame
  | SnapshotFrame
  | DeltaFrame
  | EventFrame
  | HeldElsewhereFrame
  | RefusedFrame;

/** A table of views. */
export class Topic<V> {
  readonly rows = new SvelteMap<string, V>();
  /** The number of the last change, 0 where the table was not seen yet. */
  seq = $state(0);

  /** Take the whole table. */
  fill(seq: number, rows: Readonly<Record<string, V>>): void {
    for (const key of this.rows.keys()) if (!(key in rows)) this.rows.delete(key);
    for (const [key, view] of Object.entries(rows)) this.rows.set(key, view);
    this.seq = seq;
  }

  /** Take a change; return false where one before it is missing. */
  change(seq: number, set: Readonly<Record<string, V>>, gone: readonly string[]): boolean {
    if (seq <= this.seq) return true;
    if (seq !== this.seq + 1) return false;
    for (const key of gone) this.rows.delete(key);
    for (const [key, view] of Object.entries(set)) this.rows.set(key, view);
    this.seq = seq;
    return true;
  }

  /** Forget everything. */
  clear(): void {
    this.rows.clear();
    this.seq = 0;
  }
}

export class Live {
  standing = $state<Standing>("closed");
  /** Why the server closed the connection last, in its own words. */
  reason = $state("");
  /** Since when another screen shows the agent's desk; empty while this one does. */
  elsewhereSince = $state("");
  #heardMs = $state(0);
  #nowMs = $state(0);
  #topics = new Map<string, Topic<unknown>>(Object.keys(TOPICS).map((name) => [name, new Topic()]));
  #wanted = new Set<Followed>();
  /** The number of the last event, for coming back. */
  #eventSeq = 0;
  #socket: WebSocket | undefined;
  #again: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #onEvent: (event: EventView) => void = () => {};
  #onTurnedAway: () => void = () => {};
  #screen = "";
  /** What happened on the connection, newest last: for those who look after the system. */
  readonly log: string[] = [];

  /** Tell whether what is shown may be out of date. */
  get stale(): boolean {
    return this.standing !== "open" || this.#nowMs - this.#heardMs > STALE_AFTER_MS;
  }

  /** Return the table of a topic; it stays empty until the topic is followed. */
  topic<Name extends TopicName>(name: Name): Topic<Rows[Name]> {
    return this.#table(name) as Topic<Rows[Name]>;
  }

  #table(name: string): Topic<unknown> {
    let found = this.#topics.get(name);
    if (!found) this.#topics.set(name, (found = new Topic<unknown>()));
    return found;
  }

  /** Follow `names` until the returned function is called. */
  follow(names: readonly Followed[]): () => void {
    for (const name of names) this.#wanted.add(name);
    // How the connection fares is no reason for an effect to follow anew: it is asked again by itself.
    if (untrack(() => this.standing) === "open") untrack(() => this.#subscribe(names));
    return () => {
      for (const name of names) this.#wanted.delete(name);
      this.#send({ unsubscribe: names });
    };
  }

  /** Hear of contacts' events as they happen. */
  onEvent(listener: (event: EventView) => void): void {
    this.#onEvent = listener;
  }

  /** Hear of a connection that was refused or ended by the server: who is signed in may be another matter now. */
  onTurnedAway(listener: () => void): void {
    this.#onTurnedAway = listener;
  }

  /** Connect, and stay connected until the returned function is called. */
  open(): () => void {
    const beating = setInterval(() => (this.#nowMs = performance.now()), 1000);
    let isWanted = true;
    void screenName().then((name) => {
      this.#screen = name;
      if (isWanted) this.#connect();
    });
    return () => {
      isWanted = false;
      clearInterval(beating);
      clearTimeout(this.#again);
      this.standing = "closed";
      this.#socket?.close();
      this.#forget();
    };
  }

  #forget(): void {
    this.elsewhereSince = "";
    for (const topic of this.#topics.values()) topic.clear();
  }

  /** Take the desk over from another page. */
  takeOver(): void {
    this.#send({ take_over: true });
  }

  /** Say that the record of an offer is before the agent's eyes: the phone rings then. */
  saw(offerId: string): void {
    this.#send({ seen: offerId });
  }

  #connect(): void {
    this.standing = this.#failures ? "lost" : "connecting";
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = (this.#socket = new WebSocket(`${scheme}://${location.host}/api/v1/events`));
    socket.onopen = () => this.#note("open");
    socket.onmessage = (message) => this.#hear(JSON.parse(message.data));
    socket.onclose = (event) => this.#lose(socket, event);
  }

  #lose(socket: WebSocket, event: CloseEvent): void {
    if (socket !== this.#socket || this.standing === "closed") return;
    this.#note(`closed ${event.code} ${event.reason}`);
    if (event.code === POLICY_VIOLATION) this.#forget(); // what is shown may not be theirs to see any more
    if (event.code === POLICY_VIOLATION || this.standing !== "open") this.#onTurnedAway();
    this.reason = event.reason;
    this.standing = "lost";
    const wait = Math.min(AGAIN_MAX_MS, AGAIN_FIRST_MS * 2 ** this.#failures++);
    // Not all at once: a server that comes back meets everybody.
    this.#again = setTimeout(() => this.#connect(), wait * (0.5 + Math.random()));
  }

  #hear(frame: Frame): void {
    this.#heardMs = this.#nowMs = performance.now();
    switch (frame.kind) {
      case "welcome":
        clock.hear(frame.server_time);
        return this.#welcome();
      case "beat":
        return clock.hear(frame.server_time);
      case "snapshot":
        return this.#fill(frame);
      case "delta":
        return this.#change(frame);
      case "event":
        this.#eventSeq = frame.seq;
        return this.#onEvent(frame.event);
      case "held_elsewhere":
        this.elsewhereSince = frame.since;
        return this.topic("desk").clear();
      case "refused":
        return this.#note(`refused ${frame.code} ${frame.what}`);
    }
  }

  #welcome(): void {
    this.#note("welcome");
    this.#failures = 0;
    this.reason = "";
    this.standing = "open";
    this.#subscribe([...this.#wanted]);
  }

  #fill(frame: SnapshotFrame): void {
    if (frame.topic === "desk") this.elsewhereSince = "";
    if (frame.topic === "events") this.#eventSeq = frame.seq;
    else this.#table(frame.topic).fill(frame.seq, frame.rows);
  }

  #change(frame: DeltaFrame): void {
    const topic = this.#table(frame.topic);
    if (topic.change(frame.seq, frame.set, frame.gone)) return;
    this.#note(`gap in ${frame.topic}: ${topic.seq} then ${frame.seq}`);
    topic.seq = 0;
    this.#subscribe([frame.topic as TopicName]);
  }

  #subscribe(names: readonly Followed[]): void {
    if (!names.length) return;
    const known = names.map((name) => [name, name === "events" ? this.#eventSeq : this.topic(name).seq] as const);
    this.#send({ subscribe: names, since: Object.fromEntries(known.filter(([, seq]) => seq)), screen: this.#screen });
  }

  #send(wish: Partial<WishFrame>): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(wish));
  }

  #note(text: string): void {
    this.log.push(`${new Date().toISOString()} ${text}`);
    if (this.log.length > LOG_MAX) this.log.shift();
  }
}

export const live = new Live();
