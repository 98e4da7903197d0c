// The page of a case with many items: few tab stops, keys, saved reasons, faults at their fields, and what
// follows a decision.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accounts, enter, fill, fillWithCopies, join, keepPictures, takeNext, until, writeDown } from "./fill.mjs";
import { checkLook, faults, launch, open, overhang, plain, testServer } from "./support.mjs";

const { origin, as, mamori } = testServer(import.meta.url);

const LANGUAGES = ["en", "ja"];
/** The most times that Tab is pressed from the top of the page to the button that decides. */
const TAB_STOPS_MAX = 15;

let browser;
before(async () => {
  browser = await launch();
  const { context, page } = await open(browser, origin);
  await keepPictures(page, mamori);
  await context.close();
  // A reviewer who decides one of them claims the next one.
  const cases = LANGUAGES.flatMap((language) => [`sixteen-${language}`, `next-${language}`]);
  await fillWithCopies(as, cases, 16);
  await fill(as, accounts(24));
  for (const language of LANGUAGES) {
    join(mamori, `tabs-${language}`, "reviewer", language);
    join(mamori, `works-${language}`, "reviewer", language);
    join(mamori, `leads-${language}`, "lead", language);
  }
});
after(() => browser.close());

/** The element that has the focus, by its name, id or whether it decides. */
const focused = (page) =>
  page.evaluate(() => {
    const { name, id, dataset } = document.activeElement;
    return { name, id, decides: "submit" in dataset };
  });

/** What the service reads of the decision about this case. */
async function decisionOn(id) {
  const { data } = await as.service("GET", "/v1/decisions");
  return data.find((row) => row.case_id === id);
}

/** What the page of the decision before says, to which the page of the next case links. */
async function previousDecision(page) {
  await page.locator(".notice.previous a[href*='/console/decisions/dec_']").click();
  await page.locator("body[data-page=decision]").waitFor();
  return plain(await page.locator("main").innerText());
}

for (const language of LANGUAGES) {
  test(`a case of 16 items is decided with at most ${TAB_STOPS_MAX} tab stops, ${language}`, async () => {
    const { context, page, misdeeds } = await open(browser, origin);
    await enter(page, mamori, `tabs-${language}`);
    const taken = await takeNext(page);
    assert.equal(await page.locator(".items > .item").count(), 16);
    assert.equal(await page.locator("section.group").count(), 1, "all are near one entry");
    await page.locator(".item[data-current]").waitFor();
    await page.locator("input[name=outcome][value=violates]").evaluate((input) => input.click());
    await page.evaluate(() => document.activeElement.blur());

    const stops = [];
    for (let at = {}; !at.decides; at = await focused(page)) {
      assert.ok(stops.length < 60, `Tab does not reach the button: ${JSON.stringify(stops)}`);
      if (stops.length === 1) await page.keyboard.press("Enter");
      if (at.name === "items") for (const key of ["ArrowDown", "ArrowDown"]) await page.keyboard.press(key);
      if (at.name === "reason") await page.keyboard.type("It is what the bank says.");
      await page.keyboard.press("Tab");
      stops.push(await focused(page));
    }
    await page.keyboard.press("Enter");
    await page.waitForURL((url) => !url.pathname.endsWith(taken));

    assert.ok(stops.length <= TAB_STOPS_MAX, `${stops.length} tab stops: ${JSON.stringify(stops)}`);
    const decision = await previousDecision(page);
    assert.ok(decision.includes(taken) && decision.includes("It is what the bank says."), decision);
    assert.deepEqual(misdeeds, []);
    await context.close();
  });
}

test("the items of a case are a grid, in which arrow keys move, and its button stays in sight", async () => {
  const { context, page, misdeeds } = await open(browser, origin);
  await fillWithCopies(as, ["grid"], 16, "more-copies");
  join(mamori, "grids", "reviewer");
  await enter(page, mamori, "grids");
  await page.goto("/console/bulk/new");
  const id = await page.locator("input[name=case]").last().getAttribute("value");
  await page.goto(`/console/cases/${id}`);
  await page.locator("form[action$='/claim'] button").click();
  await page.locator("#decide-form").waitFor();

  const boxes = await page.locator(".items > .item").evaluateAll((all) => all.map((item) => item.getBoundingClientRect().top));
  const columns = boxes.filter((top) => Math.abs(top - boxes[0]) < 2).length;
  assert.ok(columns >= 3, `${columns} columns at 1280 pixels`);
  const button = page.locator("[data-submit]");
  const inSight = () => button.evaluate((element) => {
    const { top, bottom } = element.getBoundingClientRect();
    return top >= 0 && bottom <= innerHeight;
  });
  assert.ok(await inSight(), "at the top of the page");
  await page.locator(".items > .item").last().scrollIntoViewIfNeeded();
  assert.ok(await inSight(), "at the last item");

  const place = () => page.locator(".item").evaluateAll((all) => all.findIndex((item) => "current" in item.dataset));
  const at = (wanted) => until(async () => (await place()) === wanted, `item ${wanted} as the current one`);
  await page.locator(".item-view button").first().focus();
  await at(0);
  for (const [key, wanted] of [["ArrowRight", 1], ["ArrowDown", 1 + columns], ["ArrowLeft", columns], ["ArrowUp", 0]]) {
    await page.keyboard.press(key);
    await at(wanted);
  }
  await checkLook(page, "a case of 16 items");
  await page.setViewportSize({ width: 360, height: 740 });
  assert.ok((await overhang(page)) <= 0, "nothing overflows at 360 pixels");
  assert.deepEqual(misdeeds, []);
  await context.close();
});

for (const language of LANGUAGES) {
  test(`a fault is shown at its field, which has the focus, ${language}`, async () => {
    const { context, page } = await open(browser, origin);
    await enter(page, mamori, `works-${language}`);
    await takeNext(page);

    await writeDown(page, { outcome: "violates", items: "limit" });
    await page.locator("#countries").fill("Japan");
    await page.locator("#decide-form button.act").click();
    await page.locator("#problem-decide-countries").waitFor();

    assert.equal((await focused(page)).id, "countries");
    assert.equal(await page.locator("#countries").inputValue(), "Japan");
    assert.equal(await page.locator("#countries").getAttribute("aria-invalid"), "true");
    assert.equal(await page.locator("#reason").inputValue(), "It is what the bank says.");
    await checkLook(page, "a case whose form has a wrong field");
    await context.close();
  });

  test(`a question mark lists the keys, and Ctrl+Enter decides, ${language}`, async () => {
    const { context, page, misdeeds } = await open(browser, origin);
    await enter(page, mamori, `works-${language}`);
    const taken = await takeNext(page);

    await page.keyboard.press("?");
    const dialog = page.locator("#keys-help[open]");
    await dialog.waitFor();
    const keys = await dialog.locator("kbd").allInnerTexts();
    for (const key of ["1", "2", "3", "Q", "E", "T", "Z", "X", "?", "Ctrl ↵"]) assert.ok(keys.includes(key), `${key}: ${keys}`);
    assert.equal(new Set(keys).size, keys.length, "each key has one meaning");
    assert.deepEqual(await faults(page), []);
    await page.keyboard.press("2");
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    assert.equal(await page.locator("input[name=outcome]:checked").count(), 0, "the list is open: a key does nothing");

    for (const key of ["1", "e", "t"]) await page.keyboard.press(key);
    await page.keyboard.type("It is what the bank says.");
    await page.keyboard.press("Control+Enter");
    await page.waitForURL((url) => !url.pathname.endsWith(taken));
    assert.equal((await decisionOn(taken)).outcome, "violates");
    assert.deepEqual(misdeeds, []);
    await context.close();
  });

  test(`a reviewer chooses a reason that a lead saved, ${language}`, async () => {
    const lead = await open(browser, origin);
    await enter(lead.page, mamori, `leads-${language}`);
    await lead.page.goto("/console/policies/rehearsal");
    await lead.page.locator('a[href^="/console/reasons"]').click();
    await lead.page.locator("#reason-1").fill(`Saved <${language}>.`);
    await checkLook(lead.page, "the saved reasons");
    await lead.page.locator('form[action="/console/reasons"][method=post] button.act').click();
    await lead.page.locator(".notice[role=status]").waitFor();
    const { context, page, misdeeds } = await open(browser, origin);
    await enter(page, mamori, `works-${language}`);
    const taken = await takeNext(page);

    await page.locator("input[name=outcome][value=allowed]").check();
    await page.locator("#saved").selectOption(`Saved <${language}>.`);
    assert.equal(await page.locator("#reason").inputValue(), `Saved <${language}>.`);
    assert.equal((await focused(page)).id, "reason");
    await page.locator("#decide-form button.act").click();
    await page.waitForURL((url) => !url.pathname.endsWith(taken));

    assert.equal((await decisionOn(taken)).reason, `Saved <${language}>.`);
    assert.deepEqual([...lead.misdeeds, ...misdeeds], []);
    await lead.context.close();
    await context.close();
  });

  test(`after "decide and stop" the queue offers to undo the decision, ${language}`, async () => {
    const { context, page, misdeeds } = await open(browser, origin);
    await enter(page, mamori, `works-${language}`);
    const taken = await takeNext(page);

    await writeDown(page, { outcome: "allowed" });
    await page.locator("#decide-form button[name=next][value=stop]").click();
    await page.waitForURL((url) => url.pathname === "/console/queue");
    assert.deepEqual(await faults(page), []);
    assert.equal(await page.locator(".case #decide-form").count(), 0, "no further case is claimed");
    await page.locator(".notice.previous form[action$='/undo'] button").click();
    await page.waitForURL(/\/console\/decisions\/dec_/);

    assert.equal((await decisionOn(taken)).state, "undone");
    assert.equal((await as.service("GET", `/v1/cases/${taken}`)).state, "open");
    assert.deepEqual(misdeeds, []);
    await context.close();
  });
}

test("without a script a saved reason is sent in the place of an empty one", async () => {
  const { context, page } = await open(browser, origin, { javaScriptEnabled: false });
  await enter(page, mamori, "works-en");
  const taken = await takeNext(page);

  await page.locator("input[name=outcome][value=allowed]").check();
  await page.locator("#saved").selectOption("Saved <en>.");
  await page.locator("#decide-form button.act").click();
  await page.waitForURL((url) => !url.pathname.endsWith(taken));

  assert.equal((await decisionOn(taken)).reason, "Saved <en>.");
  await context.close();
});

test("the page warns before the claim lapses", async () => {
  const { context, page } = await open(browser, origin);
  await enter(page, mamori, "works-en");
  await page.clock.install();
  // The keep-alives do not arrive.
  await page.route("**/extend-claim", (route) => route.abort());
  await takeNext(page);
  const left = page.locator(".claim .left");
  const soon = page.locator(".claim-soon");
  assert.equal(await soon.isVisible(), false);
  assert.match(await left.innerText(), /\b10 min/);

  await page.clock.runFor("08:30");
  await soon.waitFor();
  assert.match(await soon.innerText(), /less than two minutes/);
  assert.match(await left.innerText(), /\b2 min/);
  await page.clock.runFor("02:00");
  await until(async () => /has lapsed/.test(await soon.innerText()), "the notice that the claim has lapsed");
  assert.deepEqual(await faults(page), []);
  await context.close();
});
