// A suspension needs a second approver.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accounts, decide, enter, fill, join, takeNext } from "./fill.mjs";
import { listen } from "./service.mjs";
import { faults, testServer, launch, open } from "./support.mjs";

const { origin, as, mamori } = testServer(import.meta.url);

let browser;
let service;
before(async () => {
  service = await listen(as);
  await fill(as, accounts(6));
  for (const language of ["en", "ja"]) {
    join(mamori, `proposes-${language}`, "reviewer", language);
    join(mamori, `leads-${language}`, "lead", language);
  }
  browser = await launch();
});
after(async () => {
  await browser.close();
  service.close();
});

async function propose(page, name) {
  await enter(page, mamori, name);
  await takeNext(page);
  return decide(page, { outcome: "violates", items: "remove", account: "suspend" });
}

for (const language of ["en", "ja"]) {
  test(`a suspension waits for a lead who did not propose it, ${language}`, async () => {
    const first = await open(browser, origin);
    const second = await open(browser, origin);
    const decision = await propose(first.page, `proposes-${language}`);
    const address = `/console/decisions/${decision}`;

    await first.page.goto(address);
    assert.equal(await first.page.locator('form[action$="/approve"]').count(), 0, "its author has no button");
    const forged = await first.page.evaluate(async (action) => {
      const csrf = document.querySelector("meta[name=csrf]").content;
      return (await fetch(action, { method: "POST", body: new URLSearchParams({ csrf }) })).status;
    }, `${address}/approve`);
    assert.equal(forged, 404, "nor can its author send the form without a button");
    assert.deepEqual(service.actions().filter((action) => action.decision_id === decision), []);

    await enter(second.page, mamori, `leads-${language}`);
    await second.page.goto("/console/decisions?state=proposed");
    await second.page.locator(`a[href="${address}"]`).click();
    assert.deepEqual(await faults(second.page), []);
    await second.page.locator('form[action$="/approve"] button').click();
    const requested = await service.requested(decision, 3);

    assert.deepEqual(requested.map((action) => action.kind).sort(), ["remove_item", "remove_item", "suspend_account"]);
    await first.page.reload();
    assert.equal(await first.page.locator("main tbody tr").count(), 3);
    assert.deepEqual(second.misdeeds, []);
    await first.context.close();
    await second.context.close();
  });
}

test("a refused suspension is never requested, and its case is open for leads", async () => {
  const first = await open(browser, origin);
  const second = await open(browser, origin);
  const decision = await propose(first.page, "proposes-en");
  await enter(second.page, mamori, "leads-en");
  await second.page.goto(`/console/decisions/${decision}`);

  await second.page.locator("details:has(#refuse-text) > summary").click();
  await second.page.locator("#refuse-text").fill("It is a drawing.");
  await second.page.locator('form[action$="/refuse"] button').click();

  await second.page.waitForURL((url) => url.pathname.endsWith(decision));
  assert.match(await second.page.locator("main").innerText(), /It is a drawing\./);
  assert.deepEqual(service.actions().filter((action) => action.decision_id === decision), []);
  await first.context.close();
  await second.context.close();
});
