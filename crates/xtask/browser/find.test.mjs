// The search with Ctrl-K on any page, with the keyboard alone.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accounts, decide, enter, fill, join, takeNext } from "./fill.mjs";
import { faults, testServer, launch, open, texts } from "./support.mjs";

const { origin, as, mamori } = testServer(import.meta.url);

let browser;
let decided;
let decision;
before(async () => {
  await fill(as, accounts(3));
  browser = await launch();
  join(mamori, "colleague", "reviewer");
  const { context, page } = await open(browser, origin);
  await enter(page, mamori, "colleague");
  decided = await takeNext(page);
  decision = await decide(page, { outcome: "violates", items: "remove" });
  await context.close();
});
after(() => browser.close());

/** Opens the search, and searches for `text`. */
async function search(page, text) {
  await page.keyboard.press("Control+k");
  await page.locator("dialog[open]").waitFor();
  await page.keyboard.type(text);
  await page.keyboard.press("Enter");
}

/** Waits for the page at `path`. */
const at = (page, path) => page.waitForURL((url) => url.pathname === path);

/** Searches for `text`, and returns the first result, which has the focus. */
async function firstOf(page, text) {
  await search(page, text);
  await page.waitForURL((url) => url.pathname === "/console/find" && url.searchParams.get("q") === text);
  const first = page.locator("main ul.list a").first();
  await first.and(page.locator(":focus")).waitFor();
  return first;
}

for (const language of ["en", "ja"]) {
  test(`the search finds a case, a decision, an item's case, a bank and a page, ${language}`, async () => {
    const { context, page, misdeeds } = await open(browser, origin);
    join(mamori, `searches-${language}`, "lead", language);
    await enter(page, mamori, `searches-${language}`);

    await page.keyboard.press("Control+k");
    const field = page.locator("dialog[open] input[name=q]");
    await field.waitFor();
    assert.ok(await field.evaluate((input) => input === document.activeElement), "the field has the focus");
    assert.deepEqual(await faults(page), []);
    await page.keyboard.press("Escape");
    assert.equal(await page.locator("dialog[open]").count(), 0);

    // With spaces around it, as text is often copied.
    await search(page, ` ${decided} `);
    await at(page, `/console/cases/${decided}`);
    await search(page, decision);
    await at(page, `/console/decisions/${decision}`);
    const item = await firstOf(page, "post-0/one");
    assert.equal(await item.getAttribute("href"), `/console/cases/${decided}`);
    await page.keyboard.press("Enter");
    await at(page, `/console/cases/${decided}`);
    const bank = await firstOf(page, "DRAW");
    assert.deepEqual(await faults(page), []);
    const address = await bank.getAttribute("href");
    assert.match(address, /^\/console\/banks\/bank_/);
    await page.keyboard.press("Enter");
    await at(page, address);
    assert.match(await page.locator("h1").innerText(), /drawn/);
    await firstOf(page, await page.locator('nav a[href="/console/webhooks"]').innerText());
    await page.keyboard.press("Enter");
    await at(page, "/console/webhooks");

    assert.deepEqual(misdeeds, []);
    await context.close();
  });
}

for (const [language, { policy, state, none, signOut }] of Object.entries({
  en: { policy: "Rehearsal", state: "Open", none: "No results.", signOut: "Sign out" },
  ja: { policy: "訓練用", state: "未判断", none: "見つかりませんでした。", signOut: "サインアウト" },
})) {
  test(`results appear while the text is typed, and the arrows reach them, ${language}`, async () => {
    const { context, page, misdeeds } = await open(browser, origin);
    join(mamori, `types-${language}`, "lead", language);
    await enter(page, mamori, `types-${language}`);
    const dialog = page.locator("dialog[open]");
    const type = async (text) => {
      await page.keyboard.press("Control+k");
      await dialog.waitFor();
      await dialog.locator("input[name=q]").fill(text);
    };

    await type("post-1/one");
    const found = dialog.locator("ul.list a");
    await found.first().waitFor();
    assert.equal(await found.count(), 1);
    assert.deepEqual(await texts(found.locator(".about")), [policy, state]);
    assert.deepEqual(await faults(page), []);
    const path = await found.getAttribute("href");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await at(page, path);

    await type("nothing is called so");
    await dialog.locator("[role=status]", { hasText: none }).waitFor();
    assert.equal(await found.count(), 0);
    await type(signOut);
    await dialog.locator("ul.list form button").click();
    await at(page, "/console/sign-in");

    assert.deepEqual(misdeeds, []);
    await context.close();
  });
}

test("a staff member is not found by name, and is listed on the staff page", async () => {
  const { context, page } = await open(browser, origin);
  join(mamori, "administers", "administrator");
  await enter(page, mamori, "administers");

  for (const text of ["colleague", "account-0", decided, decision]) {
    await search(page, text);
    await page.waitForURL((url) => url.searchParams.get("q") === text);
    assert.equal(await page.locator("main ul.list").count(), 0, text);
    assert.equal(await page.locator("main [role=status]").count(), 1, text);
  }
  await firstOf(page, await page.locator('nav a[href="/console/staff"]').innerText());
  await page.keyboard.press("Enter");
  await at(page, "/console/staff");
  const row = page.locator("main tr", { has: page.getByText("colleague", { exact: true }) }).first();
  await row.locator("a").focus();
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/console\/staff\/staff_/);

  assert.match(await page.locator("main dl").first().innerText(), /colleague/);
  await context.close();
});

test("without scripts the form in the header finds the same", async () => {
  const { context, page } = await open(browser, origin, { javaScriptEnabled: false });
  join(mamori, "plain", "lead");
  await enter(page, mamori, "plain");

  for (const [text, path] of [[decided, "cases"], [decision, "decisions"]]) {
    await page.locator("header form.find input[name=q]").fill(text);
    await page.locator("header form.find button").click();
    await at(page, `/console/${path}/${text}`);
  }
  await page.locator("header form.find input[name=q]").fill("drawn");
  await page.locator("header form.find button").click();
  await at(page, "/console/find");
  assert.equal(await page.locator("main input[name=q]").inputValue(), "drawn");
  await page.locator("main ul.list a").click();

  await page.waitForURL(/\/console\/banks\/bank_/);
  await context.close();
});
