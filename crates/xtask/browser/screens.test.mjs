// The screenshots of the documentation. Every run of the browser tests takes them;
// `cargo xtask browser --screens` puts them into the repository.

import assert from "node:assert/strict";
import { mkdirSync, statSync } from "node:fs";
import { join as below } from "node:path";
import { after, before, test } from "node:test";
import { accounts, enter, fillWithCopies, fillWithPictures, join, keepPictures, takeNext } from "./fill.mjs";
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
    const { context, page } = await open(browser, origin, { height: 860, colorScheme: "light" });
    const ending = language === "en" ? "" : `.${language}`;
    await enter(page, mamori, `shows-${language}`);
    await page.goto("/console/queue");
    await save(page, `queue${ending}`);
    await takeNext(page);
    await page.locator("input[name=outcome][value=violates]").check();
    await save(page, `case${ending}`);
    await context.close();
  });

  test(`a screenshot of a case with stacks of copies, ${language}`, async () => {
    const { context, page } = await open(browser, origin, { height: 860, colorScheme: "light" });
    const ending = language === "en" ? "" : `.${language}`;
    const account = `stacks-${language}`;
    // Two pictures of other entries, and copies of a third one.
    await fillWithCopies(as, [account], 6, `copies-${language}`);
    await fillWithPictures(as, [account, account], `more-${language}`);
    join(mamori, `stacks-${language}`, "reviewer", language);
    await enter(page, mamori, `stacks-${language}`);
    await page.goto(`/console/find?q=${encodeURIComponent(`copies-${language}/${account}/0`)}`);
    await page.locator("main ul.list a").first().click();
    await page.locator("form[action$='/claim'] button").click();
    await page.locator("#decide-form").waitFor();

    const stacks = page.locator("section.group");
    const sizes = await stacks.evaluateAll((all) => all.map((stack) => stack.querySelectorAll(".item").length));
    assert.deepEqual(sizes.sort(), [1, 1, 6]);
    const largest = stacks.filter({ has: page.locator(".item:nth-child(6)") });
    await largest.evaluate((stack) => stack.scrollIntoView({ behavior: "instant" }));
    await page.waitForFunction(() => [...document.querySelectorAll(".item img")].every((image) => image.naturalWidth > 0));
    await save(page, `stacks${ending}`);
    await context.close();
  });
}
