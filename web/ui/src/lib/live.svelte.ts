/** The live connection: tables of views by key that follow the server's, over one WebSocket.
 *
 * Each table is a topic. It comes whole, then by numbered changes; after a break we ask from the number we
 * have. A change that does not follow the one before makes us ask for the whole table again.
 */

import { SvelteMap } from "svelte/reactivity";

import { clock } from "./clock.svelte";
import type {
  AgentView,
  AlertView,
  CampaignView,
  ContactView,
  DeskView,
  GroupView,
  QueueView,
  RecordView,
} from "./types.gen";

/** The topics and what their rows are. */
export interface Rows {
  desk: DeskView | RecordView;
  queues: QueueView;
  tiers: GroupView;
  agents: AgentView;
  contacts: ContactView;
  campaigns: CampaignView;
  alerts: AlertView;
}
export type TopicName = keyof Rows;

/** How the connection is: `elsewhere` is an agent's second desk, which shows nothing before it takes over. */
export type Standing = "closed" | "connecting" | "open" | "lost" | "elsewhere";

/** What is older than this is shown as stale. */
export const STALE_AFTER_MS = 5_000;
const AGAIN_FIRST_MS = 300;
const AGAIN_MAX_MS = 8_000;
/** What the diagnostics remember. */
const LOG_MAX = 200;

type View = Rows[TopicName];
interface Frame {
  readonly kind: string;
  readonly topic?: TopicName;
  readonly seq?: number;
  readonly rows?: Record<string, View>;
  readonly set?: Record<string, View>;
  readonly gone?: readonly string[];
  readonly server_time?: string;
  readonly since?: string;
  readonly code?: string;
}

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

export type Heard = Readonly<Record<string, unknown>> & { readonly kind: string };

export class Live {
  standing = $state<Standing>("closed");
  /** Why the server closed the connection last, in its own words. */
  reason = $state("");
  /** Since when the agent's desk is open elsewhere. */
  elsewhereSince = $state("");
  #heardMs = $state(0);
  #nowMs = $state(0);
  #topics = new Map<TopicName, Topic<unknown>>();
  #wanted = new Set<TopicName>();
  #socket: WebSocket | undefined;
  #again: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #onEvent: (event: Heard) => void = () => {};
  /** What happened on the connection, newest last: for those who look after the system. */
  readonly log: string[] = [];

  /** Tell whether what is shown may be out of date. */
  get stale(): boolean {
    return this.standing !== "open" || this.#nowMs - this.#heardMs > STALE_AFTER_MS;
  }

  /** Return the table of a topic; it stays empty until the topic is followed. */
  topic<Name extends TopicName>(name: Name): Topic<Rows[Name]> {
    let found = this.#topics.get(name);
    if (!found) this.#topics.set(name, (found = new Topic<unknown>()));
    return found as Topic<Rows[Name]>;
  }

  /** Follow `names` until the returned function is called. */
  follow(names: readonly TopicName[]): () => void {
    for (const name of names) this.#wanted.add(name);
    if (this.standing === "open") this.#subscribe(names);
    return () => {
      for (const name of names) this.#wanted.delete(name);
      if (this.standing === "open") this.#send({ unsubscribe: names });
    };
  }

  /** Hear of contacts' events as they happen. */
  onEvent(listener: (event: Heard) => void): void {
    this.#onEvent = listener;
  }

  /** Connect, and stay connected until the returned function is called. */
  open(): () => void {
    const beating = setInterval(() => (this.#nowMs = performance.now()), 1000);
    this.#connect();
    return () => {
      clearInterval(beating);
      clearTimeout(this.#again);
      this.standing = "closed";
      this.#socket?.close();
      for (const topic of this.#topics.values()) topic.clear();
    };
  }

  /** Take the desk over from another page. */
  takeOver(): void {
    this.#send({ take_over: true });
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
    this.reason = event.reason;
    this.standing = "lost";
    const wait = Math.min(AGAIN_MAX_MS, AGAIN_FIRST_MS * 2 ** this.#failures++);
    // Not all at once: a server that comes back meets everybody.
    this.#again = setTimeout(() => this.#connect(), wait * (0.5 + Math.random()));
  }

  #hear(frame: Frame): void {
    this.#heardMs = this.#nowMs = performance.now();
    if (frame.server_time) clock.hear(frame.server_time);
    switch (frame.kind) {
      case "welcome":
        return this.#welcome();
      case "snapshot":
        return this.topic(frame.topic!).fill(frame.seq!, frame.rows as never);
      case "delta":
        return this.#change(frame.topic!, frame);
      case "held_elsewhere":
        this.standing = "elsewhere";
        this.elsewhereSince = frame.since ?? "";
        return;
      case "event":
        return this.#onEvent(frame as unknown as Heard);
      case "refused":
        return this.#note(`refused ${frame.code}`);
    }
  }

  #welcome(): void {
    this.#note("welcome");
    this.#failures = 0;
    this.reason = "";
    this.standing = "open";
    this.#subscribe([...this.#wanted]);
  }

  #change(name: TopicName, frame: Frame): void {
    const topic = this.topic(name);
    if (topic.change(frame.seq!, (frame.set ?? {}) as never, frame.gone ?? [])) return;
    this.#note(`gap in ${name}: ${topic.seq} then ${frame.seq}`);
    topic.seq = 0;
    this.#subscribe([name]);
  }

  #subscribe(names: readonly TopicName[]): void {
    if (!names.length) return;
    const since: Partial<Record<TopicName, number>> = {};
    for (const name of names) if (this.topic(name).seq) since[name] = this.topic(name).seq;
    this.#send({ subscribe: names, since });
  }

  #send(wish: object): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(wish));
  }

  #note(text: string): void {
    this.log.push(`${new Date().toISOString()} ${text}`);
    if (this.log.length > LOG_MAX) this.log.shift();
  }
}

export const live = new Live();
