// A bulk decision: shown before it is made, approved by a second approver, undone as a whole.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accounts, enter, fill, fillWithCopies, join, until, writeDown } from "./fill.mjs";
import { listen } from "./service.mjs";
import { checkLook, faults, launch, open, plain, testServer, texts } from "./support.mjs";

const { origin, as, mamori } = testServer(import.meta.url);

let browser;
let service;
before(async () => {
  service = await listen(as);
  await fill(as, accounts(12));
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

/** Prepares a bulk decision on the first three cases of the list, and returns its id. */
async function prepare(page, form) {
  await page.goto("/console/bulk/new");
  assert.deepEqual(await faults(page), []);
  for (const number of [0, 1, 2]) await page.locator("input[name=case]").nth(number).check();
  await writeDown(page, { ...form, reason: "They are one picture." });
  await page.locator('form[action="/console/bulk"] button.act').click();
  await page.waitForURL(/\/console\/bulk\/bulk_/);
  return new URL(page.url()).pathname.split("/").at(-1);
}

for (const language of ["en", "ja"]) {
  test(`a bulk decision on three cases is approved and undone as a whole, ${language}`, async () => {
    const first = await open(browser, origin);
    const second = await open(browser, origin);
    join(mamori, `many-${language}`, "reviewer", language);
    join(mamori, `second-${language}`, "lead", language);
    await enter(first.page, mamori, `many-${language}`);
    const before = service.actions().length;

    const bulk = await prepare(first.page, { outcome: "violates", items: "remove" });
    const does = await first.page.locator("section.does .notice").allInnerTexts();
    assert.deepEqual(does.map((sentence) => sentence.match(/\d+/g)), [["6"]], `${does}`);
    const affects = await first.page.locator("section.does + p").innerText();
    assert.deepEqual(affects.match(/\d+/g), ["3", "6"], affects);
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

const SUSPENSIONS = {
  en: {
    sentences: [/^Suspend 3 accounts without an end date \((.+)\)\.$/, /^Remove 6 items\.$/],
    propose: "Propose: remove 6 items and suspend 3 accounts",
    approve: "Approve: remove 6 items and suspend 3 accounts",
    separator: ", ",
    unviewed: "Decided without viewing",
  },
  ja: {
    sentences: [/^3件のアカウントを無期限で停止します[（(](.+)[)）]。$/, /^6件のアイテムを削除します。$/],
    propose: "提案する：アイテム6件を削除、アカウント3件を停止",
    approve: "承認する：アイテム6件を削除、アカウント3件を停止",
    separator: "、",
    unviewed: "閲覧せずに判断",
  },
};

for (const [language, says] of Object.entries(SUSPENSIONS)) {
  test(`a bulk suspension says first which accounts it suspends, and a lead approves it, ${language}`, async () => {
    const first = await open(browser, origin);
    const second = await open(browser, origin);
    join(mamori, `suspends-${language}`, "reviewer", language);
    join(mamori, `agrees-${language}`, "lead", language);
    await enter(first.page, mamori, `suspends-${language}`);
    await enter(second.page, mamori, `agrees-${language}`);
    const before = service.actions().length;

    /** Checks the page, and what it says that the decision does; returns the accounts that it names. */
    const check = async (page, what) => {
      const sentences = await texts(page.locator("section.does .notice"));
      assert.equal(sentences.length, 2, `${sentences}`);
      for (const [place, sentence] of sentences.entries()) assert.match(sentence, says.sentences[place]);
      const warnings = await texts(page.locator("section.does .notice.bad"));
      assert.deepEqual(warnings, [sentences[0]], "only the suspensions have the tone of a warning");
      await checkLook(page, what);
      return sentences[0].match(says.sentences[0])[1].split(says.separator).sort();
    };

    const bulk = await prepare(first.page, { outcome: "violates", items: "remove", account: "suspend" });
    const aliases = await check(first.page, "the page that confirms a bulk suspension");
    const listed = await first.page.locator("main tbody td:nth-child(2)").allInnerTexts();
    assert.deepEqual(aliases, listed.sort(), "before the proposal, the accounts have the aliases of the list");
    const confirm = first.page.locator('form[action$="/confirm"] button');
    assert.equal(plain(await confirm.innerText()), says.propose);
    await confirm.click();
    await confirm.waitFor({ state: "detached" });

    await second.page.goto(`/console/bulk/${bulk}`);
    const shown = await check(second.page, "the page that approves a bulk suspension");
    assert.deepEqual(shown, aliases, "the approver can find them in the list");
    assert.deepEqual(await decisions(bulk), [], "the service does not see a proposed decision");
    assert.equal(service.actions().length, before, "the service has received no request");
    const approve = second.page.locator('form[action$="/approve"] button');
    assert.equal(plain(await approve.innerText()), says.approve);
    await approve.click();
    await second.page.locator('form[action$="/undo"]').waitFor();
    assert.deepEqual(await check(second.page, "the page of a bulk suspension in effect"), aliases);
    // No bytes of these items are stored, so no view was possible.
    const unviewed = await second.page.locator("main tbody .state.care").allInnerTexts();
    assert.deepEqual(unviewed, Array(3).fill(says.unviewed));
    const made = await decisions(bulk);
    const requested = (await Promise.all(made.map((row) => service.requested(row.id, 3)))).flat();
    assert.equal(requested.filter((action) => action.kind === "remove_item").length, 6);
    const suspended = requested.filter((action) => action.kind === "suspend_account");
    assert.ok(requested.every((action) => action.decided_without_viewing));
    const accounts = await Promise.all(made.map((row) => as.service("GET", `/v1/cases/${row.case_id}`)));
    const names = accounts.map((row) => row.account_id).sort();
    assert.deepEqual(suspended.map((action) => action.account_id).sort(), names, "these accounts are suspended");
    assert.deepEqual([...first.misdeeds, ...second.misdeeds], []);
    await first.context.close();
    await second.context.close();
  });
}

test("a button selects the cases of its entry, and none of another entry", async () => {
  const { context, page, misdeeds } = await open(browser, origin);
  await fillWithCopies(as, ["pair-one", "pair-two"], 1);
  join(mamori, "selects", "reviewer");
  await enter(page, mamori, "selects");
  const pair = page.locator("section.group", { has: page.locator("li:nth-child(2) input[name=case]") });
  await until(async () => {
    await page.goto("/console/bulk/new");
    return (await pair.count()) === 1;
  }, "two cases with one entry");
  assert.ok((await page.locator("section.group").count()) >= 2, "other entries have groups of their own");
  const button = pair.locator("[data-select-all]");
  const checked = async () => [
    await pair.locator("input[name=case]:checked").count(),
    await page.locator("input[name=case]:checked").count(),
  ];
  const selectAll = await button.innerText();

  await button.click();
  assert.deepEqual(await checked(), [2, 2]);
  assert.notEqual(await button.innerText(), selectAll, "it now selects none");
  await pair.locator("input[name=case]").first().uncheck();
  assert.equal(await button.innerText(), selectAll);
  const other = page.locator("section.group").first().locator("[data-select-all]");
  await other.click();
  assert.deepEqual(await checked(), [1, 2]);
  assert.equal(await button.innerText(), selectAll, "each group has its own button");
  await button.click();
  assert.deepEqual(await checked(), [2, 3]);
  await checkLook(page, "the list of a bulk decision with two groups selected");
  await button.click();
  assert.deepEqual(await checked(), [0, 1]);
  assert.deepEqual(misdeeds, []);
  await context.close();
});
