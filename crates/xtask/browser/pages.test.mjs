// Every page that a role can open, in English and Japanese, in both colour schemes, wide and at 320
// pixels: axe finds nothing, nothing sticks out, nothing is asked of anybody else.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accounts, decide, enter, fill, join, takeNext } from "./fill.mjs";
import { faults, house, launch, open, overhang } from "./support.mjs";

const { origin, as, mamori } = house(import.meta.url);
const LANGUAGES = ["en", "ja"];
const WIDTHS = [1280, 320];

/** Pages that each role must come to by links alone; `X_…` for an id. */
const MUST_SEE = {
  reviewer: ["/console", "/console/queue", "/console/decisions", "/console/decisions/dec_…", "/console/me"],
  lead: ["/console", "/console/queue", "/console/cases/case_…", "/console/decisions", "/console/decisions/dec_…"],
  auditor: ["/console", "/console/cases/case_…", "/console/decisions", "/console/decisions/dec_…", "/console/me"],
  policy_editor: ["/console", "/console/me"],
  administrator: ["/console", "/console/me"],
};

let browser;
before(async () => {
  // Each of the four below decides one case and has the next in hand. Among those in hand are names
  // that are written from right to left; long ones come after.
  const [first, ...others] = accounts(16);
  const names = [first, "محمد-حساب", others[0], "حساب-محمد", ...others.slice(1, 5), "n".repeat(200), "写真の人"];
  await fill(as, [...names, ...others.slice(5)]);
  browser = await launch();
  for (const language of LANGUAGES) {
    for (const role of Object.keys(MUST_SEE)) join(mamori, name(role, language), role, language);
  }
  for (const [who, form] of [
    ["reviewer", { outcome: "violates", items: "remove", account: "suspend" }],
    ["lead", { outcome: "not_a_match" }],
  ]) {
    for (const language of LANGUAGES) await decideAs(name(who, language), form);
  }
});
after(() => browser.close());

const name = (role, language) => `${role.replace("_", "-")}-${language}`;

async function decideAs(who, form) {
  const { context, page } = await open(browser, origin);
  await enter(page, mamori, who);
  await takeNext(page);
  await decide(page, form);
  await page.goto("/console/queue");
  await context.close();
}

/** Looks at the page in both schemes and widths. */
async function look(page, path) {
  for (const colorScheme of ["light", "dark"]) {
    for (const width of WIDTHS) {
      const how = `${path}, ${colorScheme}, ${width} pixels wide`;
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      assert.deepEqual(await faults(page), [], how);
      assert.ok((await overhang(page)) <= 0, `${await overhang(page)} pixels stick out of ${how}`);
    }
  }
}

/** The page without what differs from one case to the next. */
const template = (path) => path.replace(/([a-z]+)_[0-9a-f]{32}/g, "$1_…");

for (const path of ["/docs", "/console/sign-in"]) {
  for (const locale of LANGUAGES) {
    test(`${path} is in order for everybody, ${locale}`, async () => {
      const { context, page, misdeeds } = await open(browser, origin, { locale });

      const answer = await page.goto(path);

      assert.equal(answer.status(), 200);
      await look(page, path);
      assert.deepEqual(misdeeds, []);
      await context.close();
    });
  }
}

for (const [role, mustSee] of Object.entries(MUST_SEE)) {
  for (const language of LANGUAGES) {
    test(`every page that links lead to is in order for the role ${role}, ${language}`, async () => {
      const { context, page, misdeeds } = await open(browser, origin);
      await enter(page, mamori, name(role, language));
      const [seen, ahead] = [new Set(), ["/console"]];
      while (ahead.length > 0) {
        const path = ahead.shift();
        if (seen.has(template(path))) continue;
        seen.add(template(path));

        const answer = await page.goto(path);

        assert.equal(answer.status(), 200, path);
        assert.equal(await page.locator("html").getAttribute("lang"), language, path);
        await look(page, path);
        const links = await page.locator('a[href^="/console"]').evaluateAll((links) =>
          links.map((link) => new URL(link.href).pathname));
        ahead.push(...links);
      }
      for (const path of mustSee) assert.ok(seen.has(path), `no link leads to ${path}: ${[...seen]}`);
      assert.deepEqual(misdeeds, []);
      await context.close();
    });
  }
}

for (const language of LANGUAGES) {
  test(`a case in hand is in order, and no name moves a button, ${language}`, async () => {
    const { context, page, misdeeds } = await open(browser, origin);
    await enter(page, mamori, name("reviewer", language));
    const places = new Set();
    for (let count = 0; count < 2; count += 1) {
      await takeNext(page);
      await look(page, "a case in hand");
      await page.setViewportSize({ width: 1280, height: 900 });
      const { x, width } = await page.locator("#decide-form button.act").boundingBox();
      places.add(`${x} ${width}`);
      await page.locator("summary[data-key=s]").click();
      await page.locator("#skip-words").fill("Another one, please.");
      await page.locator("#skip-words").locator("xpath=../..").locator("button").click();
      await page.waitForURL(/\/console\/(cases|queue)/);
    }

    assert.equal(places.size, 1, [...places].join(" and "));
    assert.deepEqual(misdeeds, []);
    await context.close();
  });
}

test("a page with a fault is found", async () => {
  const { context, page } = await open(browser, origin);
  await page.goto("/docs");

  await page.evaluate(() => {
    document.documentElement.removeAttribute("lang");
    document.querySelector("h1").style.color = "#eee";
  });

  const found = (await faults(page)).join("\n");
  assert.match(found, /html-has-lang/);
  assert.match(found, /color-contrast/);
  await context.close();
});
