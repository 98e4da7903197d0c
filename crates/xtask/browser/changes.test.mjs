// Changes that wait for a second actor, and notices of changes that narrowed: a lead reads them, approves
// one, refuses one and acknowledges the notice.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { enter, join } from "./fill.mjs";
import { checkLook, launch, open, plain, testServer, texts } from "./support.mjs";

const { origin, as, mamori, passFirstDay } = testServer(import.meta.url);

const LANGUAGES = {
  en: {
    start: ["2 changes wait for a second actor.", "One change that narrowed what a bank does must be acknowledged."],
    create: "Create a bank with the action hold or block",
    raise: "Make the action of a bank stricter",
    by: "API key: ",
    created: [
      ["Name", "drawn-en"],
      ["Purpose", "Child sexual abuse"],
      ["Automatic action on a match", "Hold the item back"],
      ["Law for private messages, and its last day", "not set"],
      ["Countries", "everywhere"],
    ],
    raised: [["Automatic action on a match", "None; the service is notified", "Block the item"]],
    notice: "A bank was switched off",
    done: ["The change was approved and has taken effect.", "The change was refused.", "The notice was acknowledged."],
  },
  ja: {
    start: ["2件の変更が二人目の承認を待っています。", "バンクの照合や自動処理を縮小した変更が1件、確認を待っています。"],
    create: "保留または遮断を行うバンクを作成する",
    raise: "バンクの自動処理を強める",
    by: "APIキー: ",
    created: [
      ["名前", "drawn-ja"],
      ["目的", "児童性的虐待コンテンツ"],
      ["一致したときの自動処理", "アイテムを保留"],
      ["個人間メッセージに関する法律とその期限", "未設定"],
      ["対象国", "すべての国"],
    ],
    raised: [["一致したときの自動処理", "なし（サービスに通知のみ）", "アイテムを遮断"]],
    notice: "バンクが無効になった",
    done: ["変更を承認し、反映しました。", "変更を却下しました。", "通知を確認済みにしました。"],
  },
};

const BANK = {
  purpose: "child_sexual_abuse", source: "drawn by code", legal_basis: "drawn for a test",
  owner: "the tests", jurisdictions: ["*"],
};

let browser;
/** The name and the id of the key that requests the changes, as the pages show them. */
let key;
before(async () => {
  // A second actor must be older than the request.
  for (const language of Object.keys(LANGUAGES)) join(mamori, `leads-${language}`, "lead", language);
  const { data } = await as.admin("GET", "/v1/keys");
  const admin = data.find((key) => key.role === "admin");
  key = `${admin.name} ${admin.id}`;
  passFirstDay();
  browser = await launch();
});
after(() => browser.close());

/** The cells of the table in this part of the page, row by row. */
const cells = (part) =>
  part.locator("tbody tr").evaluateAll((rows) => rows.map((row) => [...row.cells].map((cell) => cell.innerText.trim())));

/** How the pages show a time of the API: in the browser's zone, which is UTC here. */
const minute = (time) => time.slice(0, 16).replace("T", " ");

/** Requests two changes that wait, after one that narrows; returns the requests and the narrowed bank. */
async function requestChanges(language) {
  const bank = await as.admin("POST", "/v1/banks", { ...BANK, name: `listed-${language}`, action: "none" });
  await as.admin("PATCH", `/v1/banks/${bank.id}`, { enabled: false });
  const created = await as.admin("POST", "/v1/banks", { ...BANK, name: `drawn-${language}`, action: "hold" });
  const raised = await as.admin("PATCH", `/v1/banks/${bank.id}`, { action: "block" });
  return { bank, created, raised };
}

/** Asserts what the box of a request shows. */
async function checkRequest(box, request, { title, by, target, rows }) {
  assert.equal(await box.locator("h3").innerText(), title);
  const facts = await texts(box.locator("dl.facts dd"));
  const times = [request.requested_at, request.agree_until, request.alone_from].map(minute);
  assert.deepEqual(facts, [`${by}${key}`, target, ...times, request.id]);
  const shown = await cells(box);
  for (const row of rows) assert.deepEqual(shown.find(([field]) => field === row[0]), row);
  assert.equal(await box.locator("details[open]").count(), 0, "the JSON is closed at first");
  await box.locator("details summary").click();
  const json = JSON.parse(await box.locator("details p").innerText());
  assert.deepEqual(json, (await as.admin("GET", `/v1/approvals/${request.id}`)).change);
  return shown;
}

for (const [language, says] of Object.entries(LANGUAGES)) {
  test(`a lead approves a change, refuses one and acknowledges a notice, ${language}`, async () => {
    const { bank, created, raised } = await requestChanges(language);
    const { context, page, misdeeds } = await open(browser, origin);
    const box = (request) => page.locator(`article[aria-labelledby="${request.id}"]`);
    const said = async () => plain(await page.locator("main > .notice[role=status]").innerText());
    const onStart = 'a[href="/console/changes"]';

    await enter(page, mamori, `leads-${language}`);
    const waiting = page.locator(".notice", { has: page.locator(onStart) });
    assert.deepEqual((await texts(waiting.locator("p"))).slice(0, 2), says.start);
    await waiting.locator(onStart).click();
    await page.locator("body[data-page=changes]").waitFor();
    await checkLook(page, "the page of changes");
    const { by } = says;
    await checkRequest(box(created), created, { title: says.create, by, target: created.target, rows: says.created });
    const target = `listed-${language} ${bank.id}`;
    const shown = await checkRequest(box(raised), raised, { title: says.raise, by, target, rows: says.raised });
    assert.deepEqual(shown, says.raised, "fields that stay as they are are not shown");
    const notice = page.locator("section:has(#notices)");
    const [row] = await cells(notice);
    assert.deepEqual(row.slice(0, 4), [says.notice, target, "1", `${by}${key}`]);
    await checkLook(page, "the page of changes with the JSON open");

    await box(created).locator('form[action$="/approve"] button').click();
    await box(created).waitFor({ state: "detached" });
    assert.equal(await said(), says.done[0]);
    const { name, action } = await as.admin("GET", `/v1/banks/${created.target}`);
    assert.deepEqual([name, action], [`drawn-${language}`, "hold"]);

    await box(raised).locator("textarea").fill("This list is not ours.");
    await box(raised).locator('form[action$="/refuse"] button').click();
    await box(raised).waitFor({ state: "detached" });
    assert.equal(await said(), says.done[1]);
    const { state, refusal } = await as.admin("GET", `/v1/approvals/${raised.id}`);
    assert.deepEqual([state, refusal], ["refused", "This list is not ours."]);
    assert.equal((await as.admin("GET", `/v1/banks/${bank.id}`)).action, "none");

    await notice.locator('form[action$="/acknowledge"] button').click();
    await notice.locator("table").waitFor({ state: "detached" });
    assert.equal(await said(), says.done[2]);
    await page.goto("/console");
    assert.equal(await waiting.count(), 0, "nothing waits on the start page");
    assert.deepEqual(misdeeds, []);
    await context.close();
  });
}
