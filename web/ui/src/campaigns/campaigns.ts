/** What the API has of campaigns, for this page. */

import { address, api, type Page } from "../lib/api";
import type {
  CampaignCardView,
  ColumnsView,
  ImportView,
  LeadAheadView,
  ListedNumberView,
  ListView,
  MappingView,
  PromisedCallView,
  ResultsView,
} from "../lib/types.gen";

export const GROUPINGS = ["list", "tier", "segment", "arm", "hour", "attempt", "agent", "caller_id"] as const;
export type Grouping = (typeof GROUPINGS)[number];
/** Encodings of CSV files that can be named, as the server calls them, and as the browser does. */
export const ENCODINGS = {
  "utf-8": "utf-8",
  gb18030: "gb18030",
  big5: "big5",
  cp932: "shift_jis",
  cp949: "euc-kr",
  cp1250: "windows-1250",
  cp1251: "windows-1251",
  cp1252: "windows-1252",
  cp1253: "windows-1253",
  cp1254: "windows-1254",
  cp1255: "windows-1255",
  cp1256: "windows-1256",
  cp1257: "windows-1257",
  cp1258: "windows-1258",
  cp874: "windows-874",
  "koi8-r": "koi8-r",
} as const;
export type Encoding = keyof typeof ENCODINGS;
export const DUPLICATES = ["list", "campaign", "system", "file", "none"] as const;

const AT_WORK = ["dialing", "dry"];

/** Tell whether a campaign in that state is at work, though it may have nobody left to call for now. */
export const isAtWork = (state: string): boolean => AT_WORK.includes(state);

/** How a campaign is to pace; what is left out stays as it is. */
export interface Pacing {
  mode?: string;
  lines_max?: number;
  lines_per_agent?: number;
  share_max?: number;
}
export const PACING: readonly (keyof Pacing)[] = ["mode", "lines_max", "lines_per_agent", "share_max"];

/** When a lead is to come up again after a result; what is left out stays as it is. */
export interface Outcome {
  delay_seconds?: number;
  spread_seconds?: number;
  attempts_max?: number;
}

/** How a campaign is to come back to its leads; what is left out stays as it is. */
export interface Recycling {
  attempts_max?: number;
  attempts_a_day_max?: number;
  outcomes?: Readonly<Record<string, Outcome>>;
}

/** When a list is to have its turn. */
export interface Turn {
  position: number;
  weight: number;
  is_active: boolean;
}

/** What is said of a list that is uploaded. */
export interface Upload {
  readonly campaign: string;
  readonly list: string;
  readonly filename: string;
  readonly country: string;
  /** Empty where the server is to find it out. */
  readonly encoding: Encoding | "";
  readonly position: number;
  readonly weight: number;
  readonly duplicates: string;
  readonly keep_listed: boolean;
  readonly mapping: string;
}

const of = (campaign: string) => `/campaigns/${encodeURIComponent(campaign)}`;

export const campaigns = {
  card: (name: string) => api.get<CampaignCardView>(of(name)),
  start: (name: string) => api.post(`${of(name)}/start`),
  pause: (name: string) => api.post(`${of(name)}/pause`),
  pace: (name: string, pacing: Pacing) => api.put(`${of(name)}/pacing`, pacing),
  paceAsConfigured: (name: string) => api.delete(`${of(name)}/pacing`),
  recycle: (name: string, recycling: Recycling) => api.put(`${of(name)}/recycling`, recycling),
  /** Let the configuration file hold again: after one result, or in all. */
  recycleAsConfigured: (name: string, outcome = "") =>
    api.delete(`${of(name)}/recycling${outcome && `?outcome=${encodeURIComponent(outcome)}`}`),
  arrange: (name: string, list: string, turn: Turn) => api.put(`${of(name)}/lists/${encodeURIComponent(list)}`, turn),
  lists: (name: string) => api.get<Page<ListView>>(`${of(name)}/lists`),
  results: (name: string, by: Grouping, since?: string) => api.get<ResultsView>(`${of(name)}/results`, { by, since }),
  callbacks: (name: string) => api.get<Page<PromisedCallView>>(`${of(name)}/callbacks`),
  /** Have a promised call made from another list. */
  move: (name: string, lead: string, list: string) =>
    api.put(`${of(name)}/callbacks/${encodeURIComponent(lead)}`, { list_name: list }),
  ahead: (name: string) => api.get<Page<LeadAheadView>>(`${of(name)}/next`),
  exported: (name: string, list: string) => address(`${of(name)}/lists/${encodeURIComponent(list)}/export.csv`),
  mappings: (name: string) => api.get<Page<MappingView>>(`${of(name)}/mappings`),
  keepMapping: (name: string, mapping: string, columns: Record<string, string>) =>
    api.put(`${of(name)}/mappings/${encodeURIComponent(mapping)}`, { columns }),
};

export const imports = {
  upload: (file: Blob, said: Upload) => api.create<ImportView>("/imports", file, { ...said }),
  newest: (campaign: string) => api.get<Page<ImportView>>("/imports", { campaign, limit: 20 }),
  find: (id: string) => api.get<ImportView>(`/imports/${id}`),
  columns: (id: string) => api.get<ColumnsView>(`/imports/${id}/columns`),
  map: (id: string, columns: Record<string, string>) => api.put<ImportView>(`/imports/${id}/mapping`, { columns }),
  commit: (id: string) => api.post<ImportView>(`/imports/${id}/commit`),
  cancel: (id: string) => api.delete<ImportView>(`/imports/${id}`),
  rejects: (id: string) => address(`/imports/${id}/rejects.csv`),
};

export const numbers = {
  listed: (cursor?: string) => api.get<Page<ListedNumberView>>("/do-not-call", { cursor, limit: 50 }),
  against: (number: string) => api.get<Page<ListedNumberView>>("/do-not-call", { number }),
  forbid: (texts: readonly string[], campaign: string, reason: string) =>
    api.post("/do-not-call", { numbers: texts, campaign, reason }),
  allow: (number: string, campaign: string) =>
    api.delete(address(`/do-not-call/${encodeURIComponent(number)}`, { campaign }).replace("/api/v1", "")),
};
