// A case from the queue to its decision, without a pointer.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accounts, caseOf, fill, join } from "./fill.mjs";
import { testServer, launch, open } from "./support.mjs";

const { origin, as, mamori } = testServer(import.meta.url);

let browser;
before(async () => {
  await fill(as, accounts(6));
  browser = await launch();
});
after(() => browser.close());

/** Presses Tab until `selector` has the focus. */
async function tabTo(page, selector) {
  for (let count = 0; count < 100; count += 1) {
    await page.keyboard.press("Tab");
    if (await page.locator(selector).first().evaluate((element) => element === document.activeElement)) return;
  }
  throw new Error(`Tab never reaches ${selector}`);
}

for (const language of ["en", "ja"]) {
  test(`a case is claimed and decided with the keyboard alone, ${language}`, async () => {
    const { context, page, misdeeds } = await open(browser, origin);
    join(mamori, `types-${language}`, "reviewer", language);
    await page.goto(mamori("staff", "sign-in-link", `types-${language}`));
    await tabTo(page, "main form button");
    await page.keyboard.press("Enter");
    await page.waitForURL((url) => url.pathname === "/console");

    await page.keyboard.press("n");
    await page.waitForURL(/\/console\/cases\/case_/);
    const taken = caseOf(page);
    for (const key of ["1", "e", "t"]) await page.keyboard.press(key);
    // Typed text triggers no shortcut; it contains the key of each.
    await page.keyboard.type("decide 123 skip never read v");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+Enter");
    await page.waitForURL((url) => !url.pathname.endsWith(taken));

    const decisions = await as.service("GET", "/v1/decisions");
    const decision = decisions.data.find((row) => row.case_id === taken);
    assert.deepEqual([decision.outcome, decision.reason], ["violates", "decide 123 skip never read v"]);
    assert.deepEqual(misdeeds, []);
    await context.close();
  });
}

test("the focus is visible, and the first link skips the menu", async () => {
  const { context, page } = await open(browser, origin);
  join(mamori, "skips", "reviewer");
  await page.goto(mamori("staff", "sign-in-link", "skips"));
  await tabTo(page, "main form button");
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => url.pathname === "/console");

  await page.keyboard.press("Tab");
  const first = await page.evaluate(() => {
    const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
    return { goes: document.activeElement.getAttribute("href"), outlineStyle, outlineWidth };
  });
  await page.keyboard.press("Enter");

  assert.equal(first.goes, "#main");
  assert.notEqual(first.outlineStyle, "none");
  assert.ok(parseFloat(first.outlineWidth) >= 2, first.outlineWidth);
  assert.equal(await page.evaluate(() => document.activeElement.id), "main");
  await context.close();
});

test("single-key shortcuts that are switched off do nothing", async () => {
  const { context, page } = await open(browser, origin);
  join(mamori, "speaks", "reviewer");
  await page.goto(mamori("staff", "sign-in-link", "speaks"));
  await page.locator("main form button").click();
  await page.waitForURL((url) => url.pathname === "/console");
  await page.goto("/console/me");
  await page.locator("input[name=has_keys]").uncheck();
  await page.locator('form[action="/console/me"] button.act').click();

  await page.goto("/console/queue");
  await page.keyboard.press("n");

  // A shortcut would have left the page by the time of this answer.
  await page.evaluate(() => fetch("/console/queue"));
  assert.equal(new URL(page.url()).pathname, "/console/queue");
  assert.equal(await page.locator("kbd:visible").count(), 0);
  await context.close();
});
