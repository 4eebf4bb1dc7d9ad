/** The customer's page in a CRM that is not ours, by the template of the house. */

const AUTO = "goldline.open_crm";

/** Return the address where it leads to a web page, empty for anything else a template may have become. */
export function webAddress(url: string): string {
  try {
    return ["http:", "https:"].includes(new URL(url, location.origin).protocol) && url ? url : "";
  } catch {
    return "";
  }
}

/** Tell whether the page of a customer opens by itself when the record pops up. */
export function opensByItself(): boolean {
  return localStorage.getItem(AUTO) === "1";
}

export function letOpenByItself(does: boolean): void {
  localStorage.setItem(AUTO, does ? "1" : "");
}

/** Return the address where it may stand in a frame: never a page of our own, which could reach out of it. */
export function framedAddress(url: string): string {
  const address = webAddress(url);
  return address && new URL(address, location.origin).origin !== location.origin ? address : "";
}

const HIDDEN = "goldline.crm_frame_hidden";

/** Tell whether the agent has the frame shown on this machine. */
export function showsFrame(): boolean {
  return localStorage.getItem(HIDDEN) !== "1";
}

export function letFrameShow(does: boolean): void {
  localStorage.setItem(HIDDEN, does ? "" : "1");
}

/** Open the page in the one window that is kept for it. */
export function openCrm(url: string): void {
  if (webAddress(url)) window.open(url, "_blank", "noopener,noreferrer");
}
