// Password sign-in, claiming, notes, decisions and undoing work without scripts.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accounts, code, decide, fill, join, takeNext } from "./fill.mjs";
import { testServer, launch, open } from "./support.mjs";

const { origin, as, mamori } = testServer(import.meta.url);
const WORDS = `<script>alert("1")</script> & a\u200bb`;

let browser;
before(async () => {
  await fill(as, accounts(4));
  browser = await launch();
});
after(() => browser.close());

for (const language of ["en", "ja"]) {
  test(`a reviewer enrols, writes a note, decides and undoes without scripts, ${language}`, async () => {
    const { context, page, misdeeds } = await open(browser, origin, { javaScriptEnabled: false });
    await page.goto(join(mamori, `scriptless-${language}`, "reviewer", language));
    const app = new URL(await page.locator('a[href^="otpauth:"]').getAttribute("href"));
    await page.locator("#password").fill("a rehearsal of nine words that nobody else says");
    await page.locator("#code").fill(code(app.searchParams.get("secret")));
    await page.locator("main form button.act").click();
    await page.waitForURL((url) => url.pathname === "/console");

    const taken = await takeNext(page);
    const note = page.locator('form[action$="/note"]');
    await note.locator("xpath=..").locator("summary").click();
    await note.locator("textarea").fill(WORDS);
    await note.locator("button").click();
    const shownNote = page.locator(".history .quote").first();
    assert.equal(await shownNote.locator("script").count(), 0);
    assert.match(await shownNote.innerText(), /<script>alert\("1"\)<\/script> & a/);
    assert.equal(await shownNote.locator(".mark").count(), 1, "a hidden character is shown as a mark");

    const decision = await decide(page, { outcome: "violates", items: "remove", reason: WORDS });
    await page.goto(`/console/decisions/${decision}`);
    assert.match(await page.locator(".quote").first().innerText(), /<script>alert\("1"\)<\/script> & a/);
    await page.locator("#undo-text").fill("It was another picture.");
    await page.locator('form[action$="/undo"] button').click();
    await page.waitForURL((url) => url.pathname.endsWith(decision));

    assert.equal((await as.service("GET", `/v1/cases/${taken}`)).state, "open");
    assert.deepEqual(misdeeds, []);
    await context.close();
  });
}

test("a case is returned to the queue without scripts", async () => {
  const { context, page } = await open(browser, origin, { javaScriptEnabled: false });
  join(mamori, "leaves", "reviewer");
  await page.goto(mamori("staff", "sign-in-link", "leaves"));
  await page.locator("main form button").click();
  await takeNext(page);

  await page.locator('form[action$="/release"]').last().locator("button").click();
  await page.waitForURL(/\/console\/queue/);

  assert.equal(await page.locator('form[action="/console/queue/next"] button.act').count(), 1);
  await context.close();
});
