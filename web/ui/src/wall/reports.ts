/** The reports of the API: folded from the ledger, as the live figures are. */

import { address, api, type Page, type Query } from "../lib/api";

export const TABLES = ["queues", "tiers", "days", "intervals", "agents", "interactions"] as const;
export type TableName = (typeof TABLES)[number];

/** What is asked: whole days of the centre's calendar, such as `2026-03-02`; both ends count. */
export interface Asked {
  readonly from: string;
  readonly to: string;
  readonly queue: string;
  readonly tier: string;
}

const ROWS = 100;

export function report<Row>(table: TableName, asked: Partial<Asked>, cursor?: string): Promise<Page<Row>> {
  return api.get<Page<Row>>(`/reports/${table}`, { ...query(asked), limit: ROWS, cursor });
}

/** Return where the same is found for a spreadsheet, all of it. */
export function csvAddress(table: TableName, asked: Partial<Asked>): string {
  return address(`/reports/${table}.csv`, query(asked));
}

const query = (asked: Partial<Asked>): Query => ({ ...asked });
