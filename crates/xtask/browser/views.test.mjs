// A reviewer sees a picture clearly only while they hold a key, and each view is recorded.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accounts, enter, fillWithPictures, join, keepPictures, takeNext, until } from "./fill.mjs";
import { faults, testServer, launch, open } from "./support.mjs";

const { origin, as, mamori } = testServer(import.meta.url);

/** The longest side of a blurred picture, in pixels. */
const BLURRED_MAX = 32;

let browser;
before(async () => {
  browser = await launch();
  const { context, page } = await open(browser, origin);
  await keepPictures(page, mamori);
  await context.close();
  await fillWithPictures(as, accounts(6));
});
after(() => browser.close());

/** Collects the addresses of the clear pictures that the page requests from now on. */
function clearRequests(page) {
  const requested = [];
  page.on("request", (request) => {
    if (/\/views\/[^/]+\/picture$/.test(new URL(request.url()).pathname)) requested.push(request.url());
  });
  return requested;
}

/** The rows of the table of views on the page of the case. */
async function record(page) {
  await page.reload();
  return page.locator("details:has(th) tbody tr").evaluateAll((rows) =>
    rows.map((row) => [...row.cells].map((cell) => cell.textContent.trim())));
}

for (const language of ["en", "ja"]) {
  test(`a clear picture is requested only while the key is held, ${language}`, async () => {
    const { context, page, misdeeds } = await open(browser, origin);
    join(mamori, `views-${language}`, "reviewer", language);
    await enter(page, mamori, `views-${language}`);
    const requested = clearRequests(page);

    await takeNext(page);
    const blurred = page.locator(".frame img");
    const sides = () => blurred.evaluate((image) => [image.naturalWidth, image.naturalHeight]);
    await until(async () => (await sides())[0] > 0, "the blurred picture");
    assert.ok(Math.max(...(await sides())) <= BLURRED_MAX, `${await sides()}`);
    assert.deepEqual(requested, []);
    assert.deepEqual(await faults(page), []);
    const before = await record(page);

    await page.keyboard.down("v");
    const canvas = page.locator(".frame canvas");
    await canvas.waitFor();
    assert.deepEqual(await canvas.evaluate((drawn) => [drawn.width, drawn.height]), [256, 256]);
    assert.deepEqual(await faults(page), [], "during the view");
    await page.keyboard.up("v");
    await canvas.waitFor({ state: "detached" });

    assert.equal(requested.length, 1);
    const again = await page.evaluate(async (address) => (await fetch(address)).status, requested[0]);
    assert.equal(again, 410, "a picture is shown once for each view");
    const written = await until(async () => {
      const rows = await record(page);
      return rows.length >= before.length + 1 && rows;
    }, "the view in the record");
    const kinds = new Set(written.map(([, how]) => how));
    assert.equal(kinds.size, 2, `blurred and clear views: ${JSON.stringify(written)}`);
    assert.equal(misdeeds.filter((what) => !what.includes("410")).length, 0, `${misdeeds}`);
    await context.close();
  });
}

test("a clear view ends when the window loses the focus", async () => {
  const { context, page } = await open(browser, origin);
  join(mamori, "leaves", "reviewer");
  await enter(page, mamori, "leaves");
  await takeNext(page);

  await page.keyboard.down("v");
  await page.locator(".frame canvas").waitFor();
  await page.evaluate(() => dispatchEvent(new Event("blur")));

  await page.locator(".frame canvas").waitFor({ state: "detached" });
  await context.close();
});

test("in text-only mode no picture loads until its button is pressed", async () => {
  const { context, page } = await open(browser, origin);
  join(mamori, "reads", "reviewer");
  await enter(page, mamori, "reads");
  await page.goto("/console/me");
  await page.locator("[name=view]").selectOption("text");
  await page.locator("form:has([name=view]) button").click();
  await page.waitForURL((url) => url.pathname === "/console/me");
  const requested = [];
  page.on("request", (request) => requested.push(new URL(request.url()).pathname));

  await takeNext(page);

  assert.equal(await page.locator(".frame img").count(), 0);
  assert.deepEqual(requested.filter((path) => /blurred$|picture$/.test(path)), []);
  await page.locator("[data-blurred]").click();
  await until(() => requested.some((path) => path.endsWith("blurred")), "the blurred picture");
  await context.close();
});
