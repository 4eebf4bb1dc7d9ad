/** The API as the pages use it: JSON in and out, and every error a `ProblemRaised` with a stable code. */

const ROOT = "/api/v1";

/** What the server says when it does not do what was asked (RFC 9457); `code` is for programs. */
export class ProblemRaised extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly errors: readonly { where: string; what: string }[] = [],
  ) {
    super(`${code}: ${detail}`);
  }
}

/** The code of a request that did not reach the server. */
export const UNREACHABLE = "unreachable";

export type Query = Record<string, string | number | boolean | undefined>;
/** A part of a list; `next` asks for the part after it. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
interface Sent {
  readonly body?: unknown;
  readonly query?: Query | undefined;
  /** A request that creates something may be sent twice under one key: it is done once. */
  readonly key?: string;
}

let csrfToken = "";
let onSignedOut: () => void = () => {};

/** Use this token for writes from now on, and call `signedOut` when the server does not know us any more. */
export function signAs(token: string, signedOut: () => void): void {
  csrfToken = token;
  onSignedOut = signedOut;
}

/** Return the path of a resource with its query. */
export function address(path: string, query: Query = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== "");
  const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
  return ROOT + path + (search.size ? `?${search}` : "");
}

function headers(sent: Sent): Headers {
  const all = new Headers({ Accept: "application/json" });
  if (sent.body !== undefined) {
    all.set("Content-Type", sent.body instanceof Blob ? "application/octet-stream" : "application/json");
  }
  if (csrfToken) all.set("X-CSRF-Token", csrfToken);
  if (sent.key) all.set("Idempotency-Key", sent.key);
  return all;
}

async function send(method: Method, path: string, sent: Sent): Promise<Response> {
  const body = sent.body instanceof Blob ? sent.body : JSON.stringify(sent.body);
  try {
    return await fetch(address(path, sent.query), {
      method,
      headers: headers(sent),
      body: sent.body === undefined ? null : body,
    });
  } catch (error) {
    throw new ProblemRaised(0, UNREACHABLE, String(error));
  }
}

async function ask<Answer>(method: Method, path: string, sent: Sent = {}): Promise<Answer> {
  const response = await send(method, path, sent);
  if (!response.ok) throw await problem(response);
  if (response.status === 204) return undefined as Answer;
  return (await response.json()) as Answer;
}

/** Return what a failed answer says; one that says nothing readable is known by its status. */
export async function problem(response: Response): Promise<ProblemRaised> {
  const told = await response.json().catch(() => ({}));
  const code = told.code ?? `http_${response.status}`;
  if (response.status === 401 && code === "not_signed_in") onSignedOut();
  return new ProblemRaised(response.status, code, told.detail ?? told.title ?? "", told.errors);
}

/** Return a key under which a request is done once. `randomUUID` is there on secure pages only. */
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Create something, once: where no answer comes the request is sent again under the same key. */
async function create<Answer = void>(path: string, body?: unknown, query?: Query): Promise<Answer> {
  const sent = { body, query, key: newKey() };
  try {
    return await ask<Answer>("POST", path, sent);
  } catch (error) {
    if (error instanceof ProblemRaised && error.code === UNREACHABLE) return ask<Answer>("POST", path, sent);
    throw error;
  }
}

export const api = {
  get: <Answer>(path: string, query?: Query) => ask<Answer>("GET", path, { query }),
  post: <Answer = void>(path: string, body?: unknown, query?: Query) => ask<Answer>("POST", path, { body, query }),
  put: <Answer = void>(path: string, body?: unknown) => ask<Answer>("PUT", path, { body }),
  patch: <Answer = void>(path: string, body?: unknown) => ask<Answer>("PATCH", path, { body }),
  delete: <Answer = void>(path: string) => ask<Answer>("DELETE", path),
  create,
};
