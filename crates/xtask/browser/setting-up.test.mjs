// What administrators, policy editors and auditors set up and look up: the steps that are left, texts of
// policies in each language, webhook messages that wait, and the record of staff accounts.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accounts, enter, fill, join, until } from "./fill.mjs";
import { checkLook, launch, open, testServer, texts } from "./support.mjs";

const { origin, as, mamori } = testServer(import.meta.url);

const LANGUAGES = {
  en: {
    left: "No picture is kept, so reviewers decide without one.", policy: "Stay out of this list.",
    fallback: "There is no text in this language.", now: "Send now", waiting: "To be sent",
    roles: "Roles of a staff member changed: Lead", line: "Command line",
  },
  ja: {
    left: "画像が保管されないため、審査担当者は画像を見ずに判断することになります。", policy: "この一覧には近づかないでください。",
    fallback: "この言語の文面がない", now: "今すぐ送信", waiting: "送信待ち",
    roles: "スタッフの役割を変更: 主任", line: "コマンドライン",
  },
};

let browser;
before(async () => {
  // No process listens on port 9 (discard): messages to it wait.
  await as.service("POST", "/v1/webhooks", { url: "http://127.0.0.1:9/webhooks" });
  await fill(as, accounts(2));
  browser = await launch();
});
after(() => browser.close());

for (const [language, words] of Object.entries(LANGUAGES)) {
  test(`an administrator sees what is not set up yet, ${language}`, async () => {
    const { context, page, misdeeds } = await open(browser, origin);
    join(mamori, `administers-${language}`, "administrator", language);
    await enter(page, mamori, `administers-${language}`);

    assert.ok((await texts(page.locator("section[aria-labelledby=setup] dt"))).includes(words.left));
    await checkLook(page, "the start page of an administrator");

    assert.deepEqual(misdeeds, []);
    await context.close();
  });

  test(`a policy has a text in each language, ${language}`, async () => {
    const { context, page, misdeeds } = await open(browser, origin);
    join(mamori, `edits-${language}`, "policy_editor", language);
    join(mamori, `reads-${language}`, "reviewer", language);
    const path = `/console/policies/${language === "en" ? "child_exploitation" : "intimate_image_abuse"}`;
    const publish = async (text) => {
      await enter(page, mamori, `edits-${language}`);
      await page.goto(path);
      await page.locator(`#wording-${language}`).fill(text);
      await page.locator(`form[action="${path}"] button.act`).click();
      await page.locator("#before").waitFor();
    };
    const read = async () => {
      await enter(page, mamori, `reads-${language}`);
      await page.goto(path);
      return page.locator(".quote").first();
    };

    await publish(words.policy);
    await checkLook(page, "a policy to edit");
    assert.equal(await (await read()).innerText(), words.policy);
    await publish("");
    const other = await read();
    assert.match(await other.innerText(), new RegExp(words.fallback));
    assert.notEqual(await other.locator("span[lang]").getAttribute("lang"), language);
    await checkLook(page, "a policy in another language");

    assert.deepEqual(misdeeds, []);
    await context.close();
  });

  test(`a message that waits is sent at once, ${language}`, async () => {
    const { context, page, misdeeds } = await open(browser, origin);
    join(mamori, `sends-${language}`, "lead", language);
    await enter(page, mamori, `sends-${language}`);
    const rows = page.locator("#messages ~ .scroll tbody tr");
    const attempts = async () => {
      await page.goto("/console/webhooks?state=waiting");
      const counts = await texts(rows.locator("td:nth-child(5)"));
      return counts.reduce((sum, count) => sum + Number(count), 0);
    };

    await until(async () => (await attempts()) >= 4, "the first attempts");
    const before = await attempts();
    assert.match(await rows.first().locator("td").nth(3).innerText(), new RegExp(words.waiting));
    await checkLook(page, "the webhook messages that wait");
    await rows.first().getByRole("button", { name: words.now }).click();
    await page.waitForURL((url) => url.searchParams.has("sent"));
    await until(async () => (await attempts()) > before, "another attempt");

    assert.deepEqual(misdeeds, []);
    await context.close();
  });

  test(`an auditor filters and downloads the record of staff accounts, ${language}`, async () => {
    const { context, page, misdeeds } = await open(browser, origin);
    join(mamori, `audits-${language}`, "auditor", language);
    join(mamori, `changes-${language}`, "reviewer", language);
    mamori("staff", "roles", `changes-${language}`, "--role", "lead");
    await enter(page, mamori, `audits-${language}`);
    await page.goto("/console/staff");
    const row = page.locator("main tr", { has: page.getByText(`changes-${language}`, { exact: true }) });
    await row.first().locator("a").click();
    await page.locator('main a[href*="who=staff_"]').click();
    await page.locator("#what").selectOption("staff_roles_changed");
    await page.locator('form[action^="/console/staff#"] button').click();
    await page.waitForURL((url) => url.searchParams.get("what") === "staff_roles_changed");

    const events = page.locator("#events ~ .scroll tbody tr");
    assert.equal(await events.count(), 1);
    const [, what, , by] = await texts(events.locator("td"));
    assert.deepEqual([what, by], [words.roles, words.line]);
    await checkLook(page, "the record of staff accounts");
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.locator("main a[download]").click(),
    ]);
    assert.equal(download.suggestedFilename(), "mamori-staff-events.ndjson");

    assert.deepEqual(misdeeds, []);
    await context.close();
  });
}
