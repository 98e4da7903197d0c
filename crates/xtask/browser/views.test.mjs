// A reviewer sees a picture clearly only while they hold a key, each view is recorded, and a break stops both
// claims and views.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accounts, enter, fillWithPictures, join, keepPictures, takeNext, until } from "./fill.mjs";
import { checkLook, faults, testServer, launch, open } from "./support.mjs";

const { origin, as, mamori } = testServer(import.meta.url);

/** The longest side of a blurred picture, in pixels. */
const BLURRED_MAX = 32;

let browser;
before(async () => {
  browser = await launch();
  const { context, page } = await open(browser, origin);
  await keepPictures(page, mamori);
  await context.close();
  await fillWithPictures(as, accounts(8));
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

const BREAKS = {
  en: {
    about: /A case that you have claimed goes back to the queue\. It lasts 10 minutes\. You cannot end it earlier;/,
    left: (minutes) => `(${minutes} min left)`,
    refused: "You are on a break",
  },
  ja: {
    about: /担当中の案件はキューに戻ります。\s*休憩は10分間です。途中で終えることはできず/,
    left: (minutes) => `(あと${minutes}分)`,
    refused: "休憩中です",
  },
};

for (const [language, says] of Object.entries(BREAKS)) {
  test(`a break says before it what it does, and then how long it lasts, ${language}`, async () => {
    const { context, page, misdeeds } = await open(browser, origin);
    join(mamori, `rests-${language}`, "reviewer", language);
    await enter(page, mamori, `rests-${language}`);
    await page.clock.install();
    await takeNext(page);
    await page.goto("/console/me");
    const box = page.locator("section[aria-labelledby=break]");
    assert.match(await box.innerText(), says.about);
    await checkLook(page, "the page that offers a break");

    await box.locator("button").click();
    await box.locator("time").waitFor();
    const left = (minutes) =>
      until(async () => (await box.innerText()).includes(says.left(minutes)), `${minutes} minutes left`);
    await left(10);
    await page.clock.runFor("01:30");
    await left(9);
    assert.equal(await box.locator("form, button").count(), 0, "nothing ends it");
    await checkLook(page, "the page of a break");

    await page.goto("/console/queue");
    await page.locator('main [data-key="n"]').click();
    await page.locator("body[data-page=fault]").waitFor();
    assert.equal(await page.locator("h1").innerText(), says.refused);
    assert.deepEqual(misdeeds.filter((what) => !/status of 403/.test(what)), []);
    await context.close();
  });
}

test("a browser whose clock is ahead does not reload the page of a break at once", async () => {
  const { context, page } = await open(browser, origin);
  join(mamori, "ahead", "reviewer");
  await enter(page, mamori, "ahead");
  await page.goto("/console/me");
  await page.locator("section[aria-labelledby=break] button").click();
  await page.locator("[data-break]").waitFor();
  await page.clock.install({ time: Date.now() + 3_600_000 });
  let loads = 0;
  page.on("load", () => (loads += 1));

  await page.goto("/console/me");
  await until(async () => /\(0 min left\)/.test(await page.locator("[data-break]").innerText()), "the end");
  await page.clock.runFor("00:10");

  assert.equal(loads, 1);
  await context.close();
});
