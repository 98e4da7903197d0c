// The pages on a telephone: 360 pixels wide, with a finger in the place of a pointer.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { enter, fillWithCopies, join, keepPictures, takeNext } from "./fill.mjs";
import { faults, launch, open, overhang, testServer } from "./support.mjs";

const { origin, as, mamori } = testServer(import.meta.url);

const PHONE = { width: 360, height: 740, hasTouch: true, isMobile: true };

let browser;
before(async () => {
  browser = await launch();
  const { context, page } = await open(browser, origin);
  await keepPictures(page, mamori);
  await context.close();
  await fillWithCopies(as, ["one", "two", "three"], 4);
});
after(() => browser.close());

/** Axe finds no fault on the page, in both colour schemes, and nothing overflows. */
async function checkPhone(page, what) {
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    assert.deepEqual(await faults(page), [], `${what}, ${colorScheme}`);
    assert.ok((await overhang(page)) <= 0, `${what} overflows`);
  }
  assert.equal(await page.locator("kbd:visible").count(), 0, `${what} shows keys`);
}

for (const language of ["en", "ja"]) {
  test(`the header has one row with a menu and a search, ${language}`, async () => {
    const { context, page, misdeeds } = await open(browser, origin, PHONE);
    join(mamori, `taps-${language}`, "reviewer", language);
    await enter(page, mamori, `taps-${language}`);
    const { height } = await page.locator("header.top").boundingBox();
    assert.ok(height <= 116, `the header is ${height} pixels high`);
    assert.equal(await page.locator("#menu a:visible").count(), 0);
    assert.equal(await page.locator("form.find:visible").count(), 0);
    await checkPhone(page, "the start page");

    await page.locator(".menu-button").tap();
    await page.locator('#menu a[href="/console/decisions"]').waitFor();
    await checkPhone(page, "the open menu");
    await page.locator('#menu a[href="/console/decisions"]').tap();
    await page.waitForURL((url) => url.pathname === "/console/decisions");
    await page.locator(".find-page").tap();
    await page.waitForURL((url) => url.pathname === "/console/find");
    await checkPhone(page, "the search");
    assert.deepEqual(misdeeds, []);
    await context.close();
  });

  test(`cases of a bulk decision are stacked and told apart, and a group is selected at once, ${language}`, async () => {
    const { context, page, misdeeds } = await open(browser, origin, PHONE);
    await enter(page, mamori, `taps-${language}`);
    await page.goto("/console/bulk/new");
    const boxes = await page.locator(".faces > li").evaluateAll((all) => all.map((row) => row.getBoundingClientRect().left));
    assert.ok(boxes.length >= 2 && new Set(boxes).size === 1, `one column: ${boxes}`);
    await page.locator(".faces img").first().scrollIntoViewIfNeeded();
    await page.waitForFunction(() => document.querySelector(".faces img").naturalWidth > 0);
    const side = await page.locator(".faces img").first().evaluate((image) => Math.max(image.naturalWidth, image.naturalHeight));
    assert.ok(side <= 32, `${side} pixels: it is blurred`);
    await checkPhone(page, "the list of a bulk decision");

    const count = await page.locator("input[name=case]").count();
    await page.locator("[data-select-all]").first().tap();
    assert.equal(await page.locator("input[name=case]:checked").count(), count);
    await page.locator("[data-select-all]").first().tap();
    assert.equal(await page.locator("input[name=case]:checked").count(), 0);
    assert.deepEqual(misdeeds, []);
    await context.close();
  });

  test(`a case is viewed and its form reached on a telephone, ${language}`, async () => {
    const { context, page, misdeeds } = await open(browser, origin, PHONE);
    await enter(page, mamori, `taps-${language}`);
    await takeNext(page);
    await checkPhone(page, "a claimed case");
    await page.locator("a.to-decision").tap();
    await page.waitForFunction(() => document.querySelector("#decide").getBoundingClientRect().top < innerHeight);
    await page.locator("input[name=outcome][value=violates]").tap();
    await page.locator("input[name=items][value=remove]").tap();
    await checkPhone(page, "the form of a decision");
    assert.deepEqual(misdeeds, []);
    await context.close();
  });
}
