/** Only web pages are opened, and only foreign ones stand in a frame of the desk. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { framedAddress, webAddress } from "./foreign_crm";

beforeEach(() => vi.stubGlobal("location", { origin: "https://desk.example" }));
afterEach(() => vi.unstubAllGlobals());

describe("the address of a customer's page", () => {
  it("is one of the web or none", () => {
    expect(webAddress("https://crm.example/?phone=%2B1")).toBe("https://crm.example/?phone=%2B1");
    for (const odd of ["", "javascript:alert(1)", "data:text/html,x", "https://"]) expect(webAddress(odd)).toBe("");
  });

  it("stands in a frame where it is foreign", () => {
    expect(framedAddress("https://crm.example/customers/7")).toBe("https://crm.example/customers/7");
    expect(framedAddress("https://desk.example/agent")).toBe("");
    expect(framedAddress("/agent")).toBe("");
    expect(framedAddress("javascript:alert(1)")).toBe("");
  });
});
