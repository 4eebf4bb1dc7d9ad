/** The course of one upload: chosen, checked, mended, loaded. The server's import says how far it is. */

import type { ColumnView, ImportView } from "../../lib/types.gen";
import { imports, type Upload } from "../campaigns";
import { chosen } from "../chosen.svelte";

const LOOK_EVERY_MS = 400;
const AT_WORK = ["received", "checking", "loading"];

export class Course {
  import = $state.raw<ImportView>();
  columns = $state.raw<readonly ColumnView[]>([]);
  meanings = $state.raw<readonly string[]>([]);
  /** What each column of the file holds, by its name; nothing for one that is left out. */
  mapping = $state<Record<string, string>>({});
  error = $state<unknown>();
  isBusy = $state(false);
  #looking: ReturnType<typeof setTimeout> | undefined;
  #isOver = false;

  get isAtWork(): boolean {
    return this.isBusy || AT_WORK.includes(this.import?.state ?? "");
  }

  /** Tell whether columns are meant otherwise than they were checked. */
  get isRemapped(): boolean {
    return this.columns.some((column) => this.mapping[column.name] !== column.mapped);
  }

  /** Upload a file, and have it checked. */
  upload(file: Blob, said: Upload): Promise<void> {
    return this.#do(() => imports.upload(file, said));
  }

  /** Go on with an import that has begun already. */
  goOn(begun: ImportView): Promise<void> {
    return this.#do(() => imports.find(begun.import_id));
  }

  /** Have it checked again, with the columns as they are meant now. */
  check(): Promise<void> {
    return this.#do(() => imports.map(this.#id, { ...this.mapping }));
  }

  /** Load what was checked. */
  commit(): Promise<void> {
    return this.#do(() => imports.commit(this.#id));
  }

  /** Give it up, as far as there is something to give up. */
  async cancel(): Promise<void> {
    const state = this.import?.state;
    if (state && state !== "loaded" && state !== "cancelled") await this.#do(() => imports.cancel(this.#id));
  }

  /** Look no more. */
  leave(): void {
    this.#isOver = true;
    clearTimeout(this.#looking);
  }

  get #id(): string {
    return this.import?.import_id ?? "";
  }

  async #do(deed: () => Promise<ImportView>): Promise<void> {
    this.isBusy = true;
    this.error = undefined;
    try {
      await this.#hear(await deed());
    } catch (failure) {
      this.error = failure;
    } finally {
      this.isBusy = false;
    }
  }

  async #hear(told: ImportView): Promise<void> {
    const was = this.import?.state;
    this.import = told;
    if (AT_WORK.includes(told.state)) {
      clearTimeout(this.#looking);
      if (!this.#isOver) this.#looking = setTimeout(() => void this.#look(), LOOK_EVERY_MS);
      return;
    }
    if (was !== told.state || !this.columns.length) await this.#readColumns(told);
    chosen.news += 1;
  }

  async #look(): Promise<void> {
    try {
      await this.#hear(await imports.find(this.#id));
    } catch (failure) {
      this.error = failure;
    }
  }

  async #readColumns(told: ImportView): Promise<void> {
    const { columns, meanings } = await imports.columns(told.import_id);
    this.columns = columns;
    this.meanings = meanings;
    this.mapping = Object.fromEntries(columns.map((column) => [column.name, column.mapped]));
  }
}
