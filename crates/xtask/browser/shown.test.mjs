// What a case shows to judge it by: clear pictures in grey or colour, the text and the page at the
// service, and times in the reader's zone.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { CONTEXT, caseOf, decide, enter, fillWithCopies, join, keepPictures, takeNext, until } from "./fill.mjs";
import { checkLook, faults, launch, open, testServer } from "./support.mjs";

const { origin, as, mamori } = testServer(import.meta.url);

const LANGUAGES = ["en", "ja"];

let browser;
before(async () => {
  browser = await launch();
  const { context, page } = await open(browser, origin);
  await keepPictures(page, mamori);
  await context.close();
  await fillWithCopies(as, Array.from({ length: 8 }, (_, number) => `shown-${number}`), 2);
});
after(() => browser.close());

/** Holds the key of a clear view, and returns what `see` says of its canvas. */
async function during(page, see) {
  await page.keyboard.down("v");
  const canvas = page.locator(".frame canvas");
  await canvas.waitFor();
  const seen = await canvas.evaluate(see);
  await page.keyboard.up("v");
  await canvas.waitFor({ state: "detached" });
  return seen;
}

const look = (canvas) => ({ filter: getComputedStyle(canvas).filter, width: canvas.getBoundingClientRect().width });

for (const language of LANGUAGES) {
  test(`a clear picture is grey or coloured, medium or large, and one view each time, ${language}`, async () => {
    const { context, page, misdeeds } = await open(browser, origin);
    join(mamori, `looks-${language}`, "reviewer", language);
    await enter(page, mamori, `looks-${language}`);
    const begun = [];
    page.on("request", (request) => {
      if (request.method() === "POST" && new URL(request.url()).pathname.endsWith("/views")) begun.push(request.url());
    });
    await takeNext(page);
    await page.locator(".item[data-current]").waitFor();

    const grey = await during(page, look);
    await page.keyboard.press("c");
    const coloured = await during(page, look);
    await page.keyboard.press("l");
    const large = await during(page, look);

    assert.equal(grey.filter, "grayscale(1)");
    assert.equal(coloured.filter, "none");
    assert.ok(large.width > 2 * coloured.width, `${large.width} and ${coloured.width}`);
    assert.equal(begun.length, 3);

    await page.goto("/console/me");
    await page.locator("[name=tint]").selectOption("colour");
    await page.locator('form[action="/console/me"] button.act').click();
    await page.locator(".notice[role=status]").waitFor();
    await checkLook(page, "the page of settings after it was saved");
    await takeNext(page);
    await page.locator(".item[data-current]").waitFor();
    assert.equal((await during(page, look)).filter, "none", "the setting stays");
    assert.deepEqual(misdeeds, []);
    await context.close();
  });

  test(`the text of an item is shown, and its page is opened on record, ${language}`, async () => {
    const { context, page, misdeeds } = await open(browser, origin);
    join(mamori, `opens-${language}`, "reviewer", language);
    await enter(page, mamori, `opens-${language}`);
    const taken = await takeNext(page);
    assert.equal(await page.locator(".item .quote").first().innerText(), CONTEXT.text);
    const events = await page.locator(".history li").count();

    await page.locator("form.context button").first().click();
    await page.locator("body[data-page=context]").waitFor();
    const link = page.locator("a.act");
    assert.equal(await link.getAttribute("href"), CONTEXT.url);
    assert.match(await link.getAttribute("rel"), /noreferrer/);
    await checkLook(page, "the page with the address of an item's page");
    await page.locator('main a[href^="/console/cases/"]').click();

    assert.equal(caseOf(page), taken);
    assert.equal(await page.locator(".history li").count(), events + 1);
    assert.deepEqual(await faults(page), []);
    // The page at the service was not requested: that is up to the reviewer.
    assert.deepEqual(misdeeds, []);
    await context.close();
  });

  test(`times are in the zone of the browser, or in that of the setting, ${language}`, async () => {
    const { context, page, misdeeds } = await open(browser, origin, { timezoneId: "Asia/Tokyo" });
    join(mamori, `times-${language}`, "reviewer", language);
    await enter(page, mamori, `times-${language}`);
    await page.goto("/console/queue");
    const offsets = async () =>
      new Set(await page.locator("time").evaluateAll((all) => all.map((time) => time.title.split(" ").at(-1))));
    assert.deepEqual([...(await offsets())], ["+09:00"]);
    const [title, machine] = await page.locator("time").first().evaluate((time) => [time.title, time.dateTime]);
    const there = new Date(Date.parse(machine) + 9 * 3_600_000).toISOString();
    assert.equal(title, `${there.slice(0, 16).replace("T", " ")} +09:00`);

    await page.goto("/console/me");
    assert.equal(await page.locator("[name=zone]").getAttribute("placeholder"), "Asia/Tokyo");
    await page.locator("[name=zone]").fill("Africa/Lagos");
    await page.locator('form[action="/console/me"] button.act').click();
    await page.locator(".notice[role=status]").waitFor();
    await page.goto("/console/queue");
    assert.deepEqual([...(await offsets())], ["+01:00"]);

    await page.goto("/console/me");
    await page.locator("[name=zone]").fill("Mars/Olympus");
    await page.locator('form[action="/console/me"] button.act').click();
    await page.locator("#zone:focus").waitFor();
    assert.deepEqual(await faults(page), []);
    assert.deepEqual(misdeeds.filter((one) => !/status of 422/.test(one)), []);
    await context.close();
  });
}

test("earlier decisions about the account are shown as counts", async () => {
  const { context, page } = await open(browser, origin);
  join(mamori, "counts", "reviewer");
  await enter(page, mamori, "counts");
  const first = await takeNext(page);
  assert.match(await page.locator("dd.earlier").innerText(), /^None/);
  const account = (await as.service("GET", `/v1/cases/${first}`)).account_id;
  await page.locator(".item[data-current]").waitFor();
  await during(page, look);
  await decide(page, { outcome: "violates", items: "remove" });
  await fillWithCopies(as, [account], 3, "copies-again");

  await until(async () => {
    await page.goto("/console/bulk/new");
    return (await page.locator("input[name=case]").count()) > 0;
  }, "cases to choose");
  const id = await page.locator("input[name=case]").last().getAttribute("value");
  await page.goto(`/console/cases/${id}`);
  await page.locator("form[action$='/claim'] button").click();
  await page.locator("#decide-form").waitFor();

  assert.match(await page.locator("dd.earlier li").innerText(), /^Violates the policy: 1$/);
  await context.close();
});
