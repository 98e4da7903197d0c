// Queues: the list of undecided cases, and staff members who are limited to some services and policies.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accounts, enter, fill, join, takeNext } from "./fill.mjs";
import { checkLook, launch, open, plain, testServer, texts } from "./support.mjs";

const { origin, as, mamori } = testServer(import.meta.url);

const LANGUAGES = {
  en: {
    list: "Undecided cases", none: "There are no such cases.", claimed: "Claimed", unclaimed: "Unclaimed",
    escalated: "For a lead", limited: "You see the cases of these services: another service",
    policies: "You see the cases under these policies: Rehearsal", empty: "There are no cases in the queue.",
    facts: "another service; Rehearsal",
  },
  ja: {
    list: "未判断の案件", none: "該当する案件はありません。", claimed: "担当者あり", unclaimed: "担当者なし",
    escalated: "主任向け", limited: "担当するサービス： another service",
    policies: "担当するポリシー： 訓練用", empty: "待っている案件はありません。",
    facts: "another service; 訓練用",
  },
};

let browser;
let other;
before(async () => {
  await fill(as, accounts(8));
  other = await as.admin("POST", "/v1/services", { name: "another service" });
  browser = await launch();
});
after(() => browser.close());

for (const [language, words] of Object.entries(LANGUAGES)) {
  test(`a lead lists undecided cases by filters, ${language}`, async () => {
    const { context, page, misdeeds } = await open(browser, origin);
    join(mamori, `lists-${language}`, "lead", language);
    await enter(page, mamori, `lists-${language}`);
    const taken = await takeNext(page);
    await page.goto("/console/queue");
    await page.locator('main a[href="/console/cases"]').click();

    assert.equal(await page.locator("h1").innerText(), words.list);
    const rows = page.locator("main tbody tr");
    assert.equal(await rows.count(), 8);
    const own = page.locator("main tbody tr", { hasText: taken });
    assert.equal(await own.locator("td").last().innerText(), words.claimed);
    assert.equal((await texts(rows.locator("td:last-child"))).filter((text) => text === words.unclaimed).length, 7);
    await checkLook(page, "the list of undecided cases");

    // With the keyboard, as without scripts the form works the same.
    await page.locator("#policy").selectOption("child_exploitation");
    await page.locator("#policy").press("Tab");
    await page.locator("main form button").press("Enter");
    await page.waitForURL((url) => url.searchParams.get("policy") === "child_exploitation");
    assert.match(await page.locator("main").innerText(), new RegExp(words.none));
    assert.equal(await page.locator("#policy").inputValue(), "child_exploitation");
    await page.goto("/console/cases?part=open&policy=rehearsal");
    await own.locator("a").first().click();
    await page.waitForURL((url) => url.pathname === `/console/cases/${taken}`);

    // Given back, so that the other language finds the same.
    await page.locator('form[action$="/release"]').last().locator("button").click();
    await page.waitForURL(/\/console\/(cases|queue)/);
    assert.deepEqual(misdeeds, []);
    await context.close();
  });

  test(`an administrator limits a reviewer, whose queue then says so, ${language}`, async () => {
    const { context, page, misdeeds } = await open(browser, origin);
    join(mamori, `limits-${language}`, "administrator", language);
    join(mamori, `limited-${language}`, "reviewer", language);
    await enter(page, mamori, `limited-${language}`);
    const taken = await takeNext(page);
    await page.goto("/console/queue");
    assert.equal(await page.locator(".notice.limited").count(), 0);

    await enter(page, mamori, `limits-${language}`);
    await page.goto("/console/staff");
    const row = page.locator("main tr", { has: page.getByText(`limited-${language}`, { exact: true }) });
    await row.first().locator("a").click();
    const form = page.locator("form", { has: page.locator("input[name=what][value=assignment]") });
    await checkLook(page, "the page of a staff member");
    await form.locator("input[name=services][value=some]").check();
    await form.locator(`input[name=service][value=${other.id}]`).check();
    await form.locator("input[name=policies][value=some]").check();
    await form.locator("input[name=policy][value=rehearsal]").check();
    await form.locator("button").click();
    await page.waitForURL((url) => url.searchParams.has("saved"));
    assert.ok((await texts(page.locator("main dl dd"))).includes(words.facts));

    await enter(page, mamori, `limited-${language}`);
    await page.goto("/console/queue");
    const notice = page.locator(".notice.limited");
    assert.deepEqual((await texts(notice.locator("p"))).map(plain), [words.limited, words.policies]);
    assert.match(await page.locator("main").innerText(), new RegExp(words.empty));
    await checkLook(page, "the queue of a limited reviewer");
    const hidden = await page.goto(`/console/cases/${taken}`);
    assert.equal(hidden.status(), 404);

    assert.deepEqual(misdeeds.filter((misdeed) => !/status of 404/.test(misdeed)), []);
    await context.close();
  });
}
