/** Who is signed in on this browser, and the house they work in. */

import { api, ProblemRaised, signAs } from "./api";
import type { Caller, Role } from "./contract";
import { preferences } from "./preferences.svelte";
import type { HouseView } from "./types.gen";

type Standing = "unknown" | "signed_out" | "signed_in";

class SignedIn {
  standing = $state<Standing>("unknown");
  #caller = $state.raw<Caller>();
  #house = $state.raw<HouseView>();

  /** Who looks at the page; only asked for behind the sign-in. */
  get caller(): Caller {
    if (!this.#caller) throw new Error("nobody is signed in");
    return this.#caller;
  }

  get house(): HouseView {
    if (!this.#house) throw new Error("nobody is signed in");
    return this.#house;
  }

  /** Tell whether the caller has one of `roles`; an administrator may whatever anybody may. */
  may(...roles: Role[]): boolean {
    return this.caller.roles.includes("administrator") || roles.some((role) => this.caller.roles.includes(role));
  }

  /** Take over what the server was told of the caller since they signed in. */
  learn(change: Partial<Caller>): void {
    this.#caller = { ...this.caller, ...change };
  }

  /** Find out whether the browser is signed in already. */
  async recall(): Promise<void> {
    try {
      await this.#enter(await api.get<Caller>("/session"));
    } catch (error) {
      if (!(error instanceof ProblemRaised) || error.status !== 401) throw error;
      this.standing = "signed_out";
    }
  }

  async signIn(login: string, password: string): Promise<void> {
    await this.#enter(await api.post<Caller>("/session", { login, password }));
  }

  async signOut(): Promise<void> {
    await api.delete("/session");
    this.#leave();
  }

  async #enter(caller: Caller): Promise<void> {
    signAs(caller.csrf_token, () => this.#leave());
    preferences.learn(caller);
    this.#house = await api.get<HouseView>("/house");
    this.#caller = caller;
    this.standing = "signed_in";
  }

  #leave(): void {
    this.standing = "signed_out";
    signAs("", () => {});
  }
}

export const signedIn = new SignedIn();
