import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

// Three pages share what lies in src/lib. Small pictures stay files: the pages' policy allows no data URLs.
export default defineConfig(({ mode }) => ({
  plugins: [svelte()],
  build: {
    outDir: "../static",
    emptyOutDir: true,
    manifest: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2023",
    rolldownOptions: { input: ["agent.html", "wall.html", "campaigns.html"] },
  },
  // The tests run the browser's half of Svelte.
  resolve: mode === "test" ? { conditions: ["browser"] } : {},
  server: { proxy: { "/api": { target: "http://127.0.0.1:8080", ws: true } } },
  test: { include: ["src/**/*.test.ts"] },
}));
