/** Which dialog of the desk is open; one at a time. */

export type Sheet = "reasons" | "skip" | "digits" | "transfer" | "consult" | "dial" | "callback" | "diagnostics";

class Sheets {
  shown = $state<Sheet | "">("");

  open(sheet: Sheet): void {
    this.shown = sheet;
  }

  close(): void {
    this.shown = "";
  }
}

export const sheets = new Sheets();
