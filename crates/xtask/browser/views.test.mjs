// A reviewer sees a picture clearly only while they hold a key, and the record says so.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accounts, enter, fillWithPictures, join, keepPictures, takeNext, until } from "./fill.mjs";
import { faults, testServer, launch, open } from "./support.mjs";

const { origin, as, mamori } = testServer(import.meta.url);

/** The longest side of a blurred picture, in pixels: what is not there cannot be seen. */
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

/** The addresses of clear pictures that a page asks for, from now on. */
function clearOnes(page) {
  const asked = [];
  page.on("request", (request) => {
    if (/\/views\/[^/]+\/picture$/.test(new URL(request.url()).pathname)) asked.push(request.url());
  });
  return asked;
}

/** How the views of the case stand in its record: a row each. */
async function record(page) {
  await page.reload();
  return page.locator("details:has(th) tbody tr").evaluateAll((rows) =>
    rows.map((row) => [...row.cells].map((cell) => cell.textContent.trim())));
}

for (const language of ["en", "ja"]) {
  test(`nothing clear is asked for before the key is held, or after, ${language}`, async () => {
    const { context, page, misdeeds } = await open(browser, origin);
    join(mamori, `views-${language}`, "reviewer", language);
    await enter(page, mamori, `views-${language}`);
    const asked = clearOnes(page);

    await takeNext(page);
    const blurred = page.locator(".frame img");
    const sides = () => blurred.evaluate((image) => [image.naturalWidth, image.naturalHeight]);
    await until(async () => (await sides())[0] > 0, "the blurred picture");
    assert.ok(Math.max(...(await sides())) <= BLURRED_MAX, `${await sides()}`);
    assert.deepEqual(asked, []);
    assert.deepEqual(await faults(page), []);
    const before = await record(page);

    await page.keyboard.down("v");
    const canvas = page.locator(".frame canvas");
    await canvas.waitFor();
    assert.deepEqual(await canvas.evaluate((drawn) => [drawn.width, drawn.height]), [256, 256]);
    assert.deepEqual(await faults(page), [], "while it is seen");
    await page.keyboard.up("v");
    await canvas.waitFor({ state: "detached" });

    assert.equal(asked.length, 1);
    const again = await page.evaluate(async (address) => (await fetch(address)).status, asked[0]);
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

test("a picture that is held goes when the window is left", async () => {
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

test("who chose text sees no picture until they ask for it", async () => {
  const { context, page } = await open(browser, origin);
  join(mamori, "reads", "reviewer");
  await enter(page, mamori, "reads");
  await page.goto("/console/me");
  await page.locator("[name=view]").selectOption("text");
  await page.locator("form:has([name=view]) button").click();
  await page.waitForURL((url) => url.pathname === "/console/me");
  const asked = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));

  await takeNext(page);

  assert.equal(await page.locator(".frame img").count(), 0);
  assert.deepEqual(asked.filter((path) => /blurred$|picture$/.test(path)), []);
  await page.locator("[data-blurred]").click();
  await until(() => asked.some((path) => path.endsWith("blurred")), "the blurred picture, once asked for");
  await context.close();
});
