// Shared by the tests: the server of a test file, a browser, and checks of a page.
//
// Times are upper limits of waiting for a condition, never fixed waits.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";

const packages = createRequire(join(process.env.MAMORI_PACKAGES, "package.json"));
const { chromium } = packages("playwright-core");
const axe = readFileSync(packages.resolve("axe-core/axe.min.js"), "utf8");

/** The longest time to wait for a condition, in milliseconds. */
export const PATIENCE_MS = 30_000;

/** The Mamori of a test file: `testServer(import.meta.url)`. */
export function testServer(url) {
  const file = basename(new URL(url).pathname, ".test.mjs");
  const lines = readFileSync(process.env.MAMORI_TEST_SERVERS, "utf8").trim().split("\n");
  const words = lines.map((line) => line.split("\t")).find(([name]) => name === file);
  const [, address, admin, service, program, config] = words;
  const port = address.split(":").at(-1);
  return {
    // Passkeys need a host name, not an address, and browsers treat `localhost` as secure.
    origin: `http://localhost:${port}`,
    as: {
      admin: caller(`http://${address}`, admin),
      service: caller(`http://${address}`, service),
    },
    /** The standard output of `mamori …` on this server's configuration. */
    mamori: (command, ...args) => {
      const done = spawnSync(program, [command, "--config", config, ...args], { encoding: "utf8" });
      if (done.status !== 0) throw new Error(`mamori ${command} ${args.join(" ")}: ${done.stderr}`);
      return done.stdout.trim();
    },
    /** Moves the installation's beginning back: within its first day no change needs a second actor. */
    passFirstDay: () => {
      const database = join(dirname(config), "mamori.sqlite");
      const done = spawnSync("python3", ["-c", PASS_FIRST_DAY, database], { encoding: "utf8" });
      if (done.status !== 0) throw new Error(`the installation's beginning was not changed: ${done.stderr}`);
    },
  };
}

// Drops the trigger that forbids the update, and creates it again. Python, because Node 18 has no SQLite.
const PASS_FIRST_DAY = `
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], timeout=30)
trigger, = database.execute("SELECT sql FROM sqlite_master WHERE name = 'installation_update'").fetchone()
database.executescript(f"""BEGIN IMMEDIATE; DROP TRIGGER installation_update;
    UPDATE installation SET began_at = 0; {trigger}; COMMIT;""")
`;

/** Returns a function that calls the API with a key; it throws if the answer is not a success. */
function caller(address, key) {
  return async (method, path, body) => {
    const isBytes = body instanceof Uint8Array;
    const isForm = body instanceof FormData;
    const headers = { authorization: `Bearer ${key}` };
    // For a form, `fetch` sets the content type with its boundary.
    if (body && !isForm) headers["content-type"] = isBytes ? "application/octet-stream" : "application/json";
    const sent = isBytes || isForm || body === undefined ? body : JSON.stringify(body);
    const answer = await fetch(address + path, { method, headers, body: sent });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : undefined;
  };
}

/** Connects to the browser that the step started for all files; closing it ends the connection. */
export async function launch() {
  return chromium.connect(process.env.MAMORI_BROWSER);
}

/** Opens a page in a new context without cookies; `misdeeds` collects what no page may do. */
export async function open(browser, origin, options = {}) {
  const { width = 1280, height = 900, ...more } = options;
  const viewport = { width, height };
  const context = await browser.newContext({ baseURL: origin, viewport, serviceWorkers: "block", ...more });
  context.setDefaultTimeout(PATIENCE_MS);
  const misdeeds = [];
  context.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(`${origin}/`) && !url.startsWith("blob:")) misdeeds.push(`requested ${url}`);
  });
  const page = await context.newPage();
  page.on("console", (message) => {
    if (message.type() === "error") misdeeds.push(`logged: ${message.text()}`);
  });
  page.on("pageerror", (error) => misdeeds.push(`failed: ${error.message}`));
  page.on("dialog", async (dialog) => {
    misdeeds.push(`opened a dialog: ${dialog.message()}`);
    await dialog.dismiss();
  });
  return { context, page, misdeeds };
}

/** The faults that axe finds on the page, a line each. */
export async function faults(page) {
  // Evaluated from outside the page, so its content security policy stays in force.
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe);
  const found = await page.evaluate(() => {
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    return window.axe.run(document, { runOnly: { type: "tag", values: tags }, resultTypes: ["violations"] });
  });
  if (found.passes.length === 0) throw new Error("axe checked nothing");
  return found.violations.map((rule) => {
    const where = rule.nodes.slice(0, 3).map((node) => node.target.join(" ")).join(", ");
    return `${rule.id}: ${rule.help} (${rule.nodes.length}: ${where})`;
  });
}

/** How many pixels of the page lie beyond its right edge. */
export async function overhang(page) {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/** Text without the marks that isolate the direction of a variable. */
export const plain = (text) => text.replace(/[\u2068\u2069]/g, "").trim();

/** The texts of the elements, each without these marks. */
export const texts = async (locator) => (await locator.allInnerTexts()).map(plain);

/** Axe finds no fault on the page, in both colour schemes and widths, and nothing overflows at 320 pixels. */
export async function checkLook(page, what) {
  for (const width of [1280, 320]) {
    await page.setViewportSize({ width, height: 900 });
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      assert.deepEqual(await faults(page), [], `${what}, ${colorScheme}, ${width} pixels wide`);
    }
    assert.ok((await overhang(page)) <= 0, `${what} overflows at ${width} pixels`);
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize({ width: 1280, height: 900 });
}
