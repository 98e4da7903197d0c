// What must be viewed before a decision, and what the pages say that the decision does: the page that
// confirms it, and the page on which a lead approves it.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ask, enter, fillWithPictures, join, keepPictures, takeNext, until, writeDown } from "./fill.mjs";
import { checkLook, faults, launch, open, plain, testServer, texts } from "./support.mjs";

const { origin, as, mamori } = testServer(import.meta.url);

const LANGUAGES = {
  en: {
    progress: ["0 of 1 needed views", "1 of 1 needed views"],
    suspend: /^Suspend one account without an end date \(suspended-en\)\.$/,
    remove: /^Remove one item\.$/,
    propose: /^Propose: remove one item and suspend one account$/,
    approve: /^Approve: remove one item and suspend one account$/,
    future: "What the service will be asked to do",
    past: "What the service was asked to do",
  },
  ja: {
    progress: ["必要な閲覧1件のうち0件済み", "必要な閲覧1件のうち1件済み"],
    suspend: /^1件のアカウントを無期限で停止します（suspended-ja）。$/,
    remove: /^1件のアイテムを削除します。$/,
    propose: /^提案する：アイテム1件を削除、アカウント1件を停止$/,
    approve: /^承認する：アイテム1件を削除、アカウント1件を停止$/,
    future: "サービスに依頼する内容（予定）",
    past: "サービスに依頼した内容",
  },
};

const SUSPEND = { outcome: "violates", items: "remove", account: "suspend" };

let browser;
before(async () => {
  browser = await launch();
  const { context, page } = await open(browser, origin);
  await keepPictures(page, mamori);
  await context.close();
  // A case of one item for each language, after which its reviewer gets another one, and a case of
  // three different pictures.
  const each = Object.keys(LANGUAGES).flatMap((language) => [`suspended-${language}`, `next-${language}`]);
  await fillWithPictures(as, [...each, "many", "many", "many"]);
  for (const language of Object.keys(LANGUAGES)) {
    join(mamori, `judges-${language}`, "reviewer", language);
    join(mamori, `approves-${language}`, "lead", language);
  }
  join(mamori, "moves", "reviewer");
});
after(() => browser.close());

/** Views the current item clear. */
async function view(page) {
  await page.locator(".item[data-current]").waitFor();
  await page.keyboard.down("v");
  await page.locator(".frame canvas").waitFor();
  await page.keyboard.up("v");
  await page.locator(".frame canvas").waitFor({ state: "detached" });
}

/** Waits until the box about needed views says this. */
const progress = (page, text) =>
  until(async () => plain(await page.locator("#views-needed strong").innerText()) === text, text);

for (const [language, says] of Object.entries(LANGUAGES)) {
  test(`a suspension is viewed, confirmed, viewed again and approved, ${language}`, async () => {
    const first = await open(browser, origin);
    await enter(first.page, mamori, `judges-${language}`);
    await takeNext(first.page);
    await progress(first.page, says.progress[0]);
    await writeDown(first.page, SUSPEND);
    await first.page.locator("#decide-form button.act").click();
    await first.page.locator(".notice.bad[role=alert]").waitFor();
    await checkLook(first.page, "the page that refuses an unviewed suspension");

    await first.page.locator(".frame").first().scrollIntoViewIfNeeded();
    await view(first.page);
    await progress(first.page, says.progress[1]);
    await ask(first.page, SUSPEND);
    const [suspend, remove] = await texts(first.page.locator("section.does .notice"));
    assert.match(suspend, says.suspend);
    assert.match(remove, says.remove);
    assert.equal(await first.page.locator("section.does .notice.bad").count(), 1);
    assert.deepEqual(await texts(first.page.locator("section.does h2")), [says.future]);
    const confirm = first.page.locator("button[name=confirmed][value=yes]");
    assert.match(plain(await confirm.innerText()), says.propose);
    await checkLook(first.page, "the page that confirms a suspension");
    await confirm.click();
    const link = first.page.locator(".notice a[href*='/console/decisions/dec_']");
    const decision = await link.getAttribute("href");

    const second = await open(browser, origin);
    await enter(second.page, mamori, `approves-${language}`);
    await second.page.goto(decision);
    const button = second.page.locator('form[action$="/approve"] button');
    assert.match(plain(await button.innerText()), says.approve);
    assert.match((await texts(second.page.locator("section.does .notice")))[0], says.suspend);
    await checkLook(second.page, "the page that approves a suspension");
    await button.click();
    await second.page.locator("body[data-page=fault]").waitFor();
    await second.page.goto(decision);
    await second.page.locator(".frame").first().scrollIntoViewIfNeeded();
    await view(second.page);
    await progress(second.page, says.progress[1]);
    await second.page.locator('form[action$="/approve"] button').click();
    await second.page.locator('form[action$="/undo"]').waitFor();
    assert.ok((await texts(second.page.locator("h2"))).includes(says.past));
    await checkLook(second.page, "the page of a suspension in effect");
    const isRefusal = (misdeed) => /status of 403/.test(misdeed);
    for (const { misdeeds } of [first, second]) assert.deepEqual(misdeeds.filter((one) => !isRefusal(one)), []);
    await first.context.close();
    await second.context.close();
  });
}

test("a view begins only of a picture in sight, the current item is marked, and J and K move", async () => {
  // So narrow that each row of the grid has one item.
  const { context, page } = await open(browser, origin, { width: 320 });
  const begun = [];
  page.on("request", (request) => {
    if (request.method() === "POST" && new URL(request.url()).pathname.endsWith("/views")) {
      begun.push(new URLSearchParams(request.postData()).get("item"));
    }
  });
  await enter(page, mamori, "moves");
  await takeNext(page);
  const items = await page.locator(".item-view").evaluateAll((all) => all.map((one) => one.dataset.item));
  const current = () => page.locator(".item[data-current] .item-view").evaluateAll((all) => all.map((one) => one.dataset.item));
  const isCurrent = (item) => until(async () => `${await current()}` === item, `${item} as the current item`);
  assert.equal(items.length, 3);
  await page.locator(".item-view .frame").first().evaluate((frame) => frame.scrollIntoView({ behavior: "instant" }));
  await isCurrent(items[0]);
  assert.equal(await page.locator(".item-view kbd:visible").count(), 1, "only the current item shows the key");
  assert.deepEqual(await faults(page), []);

  // Of the first picture only a strip remains on the screen.
  const first = page.locator(".item-view .frame").first();
  await first.evaluate((frame) => scrollBy({ top: frame.getBoundingClientRect().bottom - 4, behavior: "instant" }));
  await isCurrent(items[1]);
  await page.locator(".item-view button").first().evaluate((button) => button.focus({ preventScroll: true }));
  await page.keyboard.press("Enter");
  await until(async () => /not on the screen/.test(await page.locator(".item-view .hint").first().innerText()), "the hint");
  assert.deepEqual(begun, []);
  await page.evaluate(() => document.activeElement.blur());
  await isCurrent(items[1]);
  await view(page);
  assert.deepEqual(begun, [items[1]]);

  for (const [key, place] of [["j", 2], ["j", 2], ["k", 1], ["k", 0], ["k", 0]]) {
    await page.keyboard.press(key);
    await isCurrent(items[place]);
  }
  await view(page);
  assert.deepEqual(begun, [items[1], items[0]]);
  await page.locator("#reason").fill("");
  await page.locator("#reason").press("j");
  assert.equal(await page.locator("#reason").inputValue(), "j", "typed text moves nothing");
  await context.close();
});
