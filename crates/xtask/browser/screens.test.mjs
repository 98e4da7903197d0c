// The screenshots of the documentation. Every run of the browser tests takes them;
// `cargo xtask browser --screens` puts them into the repository.

import assert from "node:assert/strict";
import { mkdirSync, statSync } from "node:fs";
import { join as below } from "node:path";
import { after, before, test } from "node:test";
import { accounts, enter, fillWithPictures, join, keepPictures, takeNext } from "./fill.mjs";
import { testServer, launch, open } from "./support.mjs";

const { origin, as, mamori } = testServer(import.meta.url);
const FOLDER = process.env.MAMORI_SCREENS;

let browser;
before(async () => {
  mkdirSync(FOLDER, { recursive: true });
  browser = await launch();
  const { context, page } = await open(browser, origin);
  await keepPictures(page, mamori);
  await context.close();
  await fillWithPictures(as, accounts(24));
  for (const language of ["en", "ja"]) join(mamori, `shows-${language}`, "reviewer", language);
});
after(() => browser.close());

/** Saves a screenshot of the page; fails if the file is larger than 256 KiB. */
async function save(page, name) {
  const path = below(FOLDER, `${name}.png`);
  await page.screenshot({ path });
  assert.ok(statSync(path).size <= 256 * 1024, `${name} is too large`);
}

for (const language of ["en", "ja"]) {
  test(`screenshots of the queue and of a case, ${language}`, async () => {
    const { context, page } = await open(browser, origin, { height: 860 });
    const ending = language === "en" ? "" : `.${language}`;
    await enter(page, mamori, `shows-${language}`);
    await page.goto("/console/queue");
    await save(page, `queue${ending}`);
    await takeNext(page);
    await page.locator("input[name=outcome][value=violates]").check();
    await save(page, `case${ending}`);
    await context.close();
  });
}
