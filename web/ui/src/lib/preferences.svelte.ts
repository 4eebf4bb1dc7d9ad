/** What the person before the screen chose: language, theme, keys.
 *
 * The server keeps it; the browser remembers it too, for the page before signing in.
 */

import { api } from "./api";
import type { Language, Preferences, Theme } from "./contract";

const STORED_AS = "goldline.preferences";
export const LANGUAGES: Readonly<Record<Language, string>> = { en: "English", "zh-CN": "简体中文" };
export const THEMES: readonly Theme[] = ["system", "light", "dark"];

function remembered(): Partial<Preferences> {
  try {
    return JSON.parse(localStorage.getItem(STORED_AS) ?? "{}");
  } catch {
    return {};
  }
}

const isLanguage = (word: string | undefined): word is Language => word !== undefined && word in LANGUAGES;
const isTheme = (word: string | undefined): word is Theme => THEMES.some((theme) => theme === word);

function spoken(): Language {
  return typeof navigator !== "undefined" && navigator.language.startsWith("zh") ? "zh-CN" : "en";
}

class Chosen {
  language = $state<Language>("en");
  theme = $state<Theme>("system");
  keys = $state<Readonly<Record<string, string>>>({});

  constructor() {
    if (typeof localStorage === "undefined") return;
    const { language, theme } = remembered();
    this.language = isLanguage(language) ? language : spoken();
    if (isTheme(theme)) this.theme = theme;
    this.#show();
  }

  /** Take over what the server has of the person; what it does not know stays as it is. */
  learn(known: Preferences): void {
    if (isLanguage(known.language)) this.language = known.language;
    if (isTheme(known.theme)) this.theme = known.theme;
    this.keys = known.keys;
    this.#show();
  }

  /** Choose, here and (for somebody who is signed in) at every other desk. */
  async choose(change: Partial<Preferences>, signedIn: boolean): Promise<void> {
    this.learn({ language: this.language, theme: this.theme, keys: this.keys, ...change });
    if (signedIn) await api.patch("/session", change);
  }

  #show(): void {
    localStorage.setItem(STORED_AS, JSON.stringify({ language: this.language, theme: this.theme }));
    document.documentElement.lang = this.language;
    document.documentElement.dataset.theme = this.theme;
  }
}

export const preferences = new Chosen();
