// A case from the match, through a clear view and a decision, to the service's answer, and its undoing.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accounts, decide, enter, fillWithPictures, join, keepPictures, takeNext, until } from "./fill.mjs";
import { listen } from "./service.mjs";
import { faults, testServer, launch, open } from "./support.mjs";

const { origin, as, mamori } = testServer(import.meta.url);

let browser;
let service;
before(async () => {
  service = await listen(as);
  browser = await launch();
  const { context, page } = await open(browser, origin);
  await keepPictures(page, mamori);
  await context.close();
  await fillWithPictures(as, accounts(6));
});
after(async () => {
  await browser.close();
  service.close();
});

/** The states of the actions on the page of a decision, as text. */
const states = (page) => page.locator("main tbody td:nth-child(3) > .state").allInnerTexts();

for (const language of ["en", "ja"]) {
  test(`a decision's actions are requested, answered, shown and undone, ${language}`, async () => {
    const { context, page, misdeeds } = await open(browser, origin);
    join(mamori, `decides-${language}`, "reviewer", language);
    await enter(page, mamori, `decides-${language}`);

    const taken = await takeNext(page);
    const items = await page.locator(".items > li").count();
    await page.keyboard.down("v");
    await page.locator(".frame canvas").waitFor();
    await page.keyboard.up("v");
    await page.locator(".frame canvas").waitFor({ state: "detached" });
    const decision = await decide(page, { outcome: "violates", items: "remove" });
    const removals = await service.requested(decision, items);

    assert.equal(items, 1);
    assert.ok(removals.every((action) => action.kind === "remove_item" && action.case_id === taken));
    await page.goto(`/console/decisions/${decision}`);
    await until(async () => {
      await page.reload();
      const shown = await states(page);
      return shown.length === items && new Set(shown).size === 1 && (await page.locator("td .quote").count()) === items;
    }, "the service's answer on the page");
    assert.match(await page.locator("td .quote").first().innerText(), /as requested/);
    assert.deepEqual(await faults(page), []);

    await page.locator("#undo-text").fill("It was another picture.");
    await page.locator('form[action$="/undo"] button').click();
    const all = await service.requested(decision, 2 * items);
    const back = all.slice(items);
    assert.deepEqual(back.map((action) => action.kind), ["hold_item"]);
    assert.deepEqual(back.map((action) => action.undoes).sort(), removals.map((action) => action.action_id).sort());
    assert.deepEqual(back.map((action) => action.item_id).sort(), removals.map((action) => action.item_id).sort());
    assert.match(await page.locator("main").innerText(), /It was another picture\./);
    const opened = await as.service("GET", `/v1/cases/${taken}`);
    assert.equal(opened.state, "open");
    assert.deepEqual(misdeeds, []);
    await context.close();
  });
}

test("a form that is sent twice decides once", async () => {
  const { context, page } = await open(browser, origin);
  join(mamori, "twice", "reviewer");
  await enter(page, mamori, "twice");
  const taken = await takeNext(page);
  const form = await page.locator("#decide-form").evaluate((form) => new URLSearchParams(new FormData(form)).toString());
  const fields = new URLSearchParams(form);
  for (const [name, value] of [["outcome", "allowed"], ["reason", "Twice."]]) fields.set(name, value);

  const sent = await page.evaluate(async ([action, body]) => {
    const send = () => fetch(action, { method: "POST", body: new URLSearchParams(body) });
    return (await Promise.all([send(), send()])).map((answer) => answer.status);
  }, [`/console/cases/${taken}/decide`, fields.toString()]);

  const decisions = await as.service("GET", "/v1/decisions");
  const standing = decisions.data.filter((row) => row.case_id === taken && row.state === "standing");
  assert.equal(standing.length, 1, `${sent}`);
  assert.deepEqual(sent, [200, 200], "each is redirected to the next case");
  await context.close();
});
