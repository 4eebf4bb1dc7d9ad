/** The settings of this wall; a change shows in the address at once, so that a copied link shows the same. */

import { readSettings, type Settings, writeSettings } from "./settings";

class Chosen {
  settings = $state.raw<Settings>(readSettings(location.search));

  change(part: Partial<Settings>): void {
    this.settings = { ...this.settings, ...part };
    history.replaceState(null, "", location.pathname + writeSettings(this.settings, location.search));
  }
}

export const chosen = new Chosen();
