/** The sound of alerts on this machine: one room wants it, the next does not. */

import { CHIMES, type Chime } from "./chime";

const STORED_AS = "goldline.alert_sound";

class Sound {
  chime = $state<Chime>(CHIMES.find((name) => name === localStorage.getItem(STORED_AS)) ?? "silent");

  choose(chime: Chime): void {
    this.chime = chime;
    localStorage.setItem(STORED_AS, chime);
  }
}

export const sound = new Sound();
