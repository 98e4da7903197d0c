// A bulk decision: shown before it is made, approved by a second approver, undone as a whole.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accounts, enter, fill, join } from "./fill.mjs";
import { listen } from "./service.mjs";
import { faults, testServer, launch, open } from "./support.mjs";

const { origin, as, mamori } = testServer(import.meta.url);

let browser;
let service;
before(async () => {
  service = await listen(as);
  await fill(as, accounts(6));
  browser = await launch();
});
after(async () => {
  await browser.close();
  service.close();
});

/** The decisions of a bulk decision, as the service reads them. */
async function decisions(bulk) {
  const { data } = await as.service("GET", "/v1/decisions");
  return data.filter((row) => row.bulk_id === bulk);
}

/** The kinds of the actions that these decisions requested of the service. */
async function requestedKinds(made, each) {
  const requested = await Promise.all(made.map((row) => service.requested(row.id, each)));
  return requested.flat().map((action) => action.kind);
}

for (const language of ["en", "ja"]) {
  test(`a bulk decision on three cases is approved and undone as a whole, ${language}`, async () => {
    const first = await open(browser, origin);
    const second = await open(browser, origin);
    join(mamori, `many-${language}`, "reviewer", language);
    join(mamori, `second-${language}`, "lead", language);
    await enter(first.page, mamori, `many-${language}`);
    const before = service.actions().length;

    await first.page.goto("/console/bulk/new");
    assert.deepEqual(await faults(first.page), []);
    for (const number of [0, 1, 2]) await first.page.locator("input[name=case]").nth(number).check();
    await first.page.locator("input[name=outcome][value=violates]").check();
    await first.page.locator("input[name=items][value=remove]").check();
    await first.page.locator("#reason").fill("They are one picture.");
    await first.page.locator('form[action="/console/bulk"] button.act').click();
    await first.page.waitForURL(/\/console\/bulk\/bulk_/);
    const bulk = new URL(first.page.url()).pathname.split("/").at(-1);
    const does = await first.page.locator("section.does .notice").allInnerTexts();
    assert.deepEqual(does.map((sentence) => sentence.match(/\d+/g)), [["6"]], `${does}`);
    const affects = await first.page.locator("section.does + p").innerText();
    assert.deepEqual(affects.match(/\d+/g), ["3", "6", "3"], affects);
    assert.deepEqual(await faults(first.page), []);

    await first.page.locator('form[action$="/confirm"] button').click();
    await first.page.locator('form[action$="/confirm"]').waitFor({ state: "detached" });
    assert.equal(await first.page.locator('form[action$="/approve"]').count(), 0, "its author has no button");
    assert.deepEqual(await decisions(bulk), [], "the service does not see a proposed decision");
    assert.equal(service.actions().length, before, "the service has received no request");

    await enter(second.page, mamori, `second-${language}`);
    await second.page.goto(`/console/bulk/${bulk}`);
    assert.deepEqual(await faults(second.page), []);
    await second.page.locator('form[action$="/approve"] button').click();
    await second.page.locator('form[action$="/undo"]').waitFor();
    const made = await decisions(bulk);
    assert.equal(made.length, 3);
    assert.deepEqual(await requestedKinds(made, 2), Array(6).fill("remove_item"));

    await first.page.reload();
    await first.page.locator("#undo-text").fill("They are not.");
    await first.page.locator('form[action$="/undo"] button').click();
    await first.page.locator('form[action$="/undo"]').waitFor({ state: "detached" });
    const requested = await requestedKinds(made, 4);
    assert.equal(requested.filter((kind) => kind === "hold_item").length, 6);
    const after = await decisions(bulk);
    assert.deepEqual(after.map((row) => row.state), ["undone", "undone", "undone"]);
    for (const row of after) assert.equal((await as.service("GET", `/v1/cases/${row.case_id}`)).state, "open");
    assert.deepEqual([...first.misdeeds, ...second.misdeeds], []);
    await first.context.close();
    await second.context.close();
  });
}
