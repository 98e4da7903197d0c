// Every page that a role can open, in both colour schemes, wide and at 320 pixels: axe finds nothing,
// nothing sticks out, no other host is asked. No template is left that none of these pages drew.
//
// Two files call this with a language each, so that they run at the same time.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { after, before, test } from "node:test";
import { accounts, decide, enter, fill, join, takeNext, writeDown } from "./fill.mjs";
import { faults, testServer, launch, open, overhang } from "./support.mjs";

const TEMPLATES = new URL("../../console/templates/", import.meta.url);

/**
 * Defines the tests. On pages in `full` languages everything is checked, in `narrow` ones only that
 * nothing sticks out. `url` names the test file, and with it its server.
 */
export function checkPages(url, full, narrow) {
  const { origin, as, mamori } = testServer(url);
  const LANGUAGES = full;
  const ONLY_NARROW = narrow;
  const WIDTHS = [1280, 320];


  /** What each template that is a piece of others looks like on a page. */
  const PIECES = {
    chart: ".charts figure",
    "claim-form": "form[action$='/claim']",
    csrf: "input[type=hidden][name=csrf]",
    item: "ol.items > li.item",
    kept: "textarea[readonly]",
    problem: ".notice.bad[role=alert]",
    "case-forms": "#decide-form",
    roles: "input[type=checkbox][name=role]",
    approval: "details form[action$='/refuse']",
  };

  /** Pages that each role must come to by links alone; `X_…` for an id. */
  const EVERYBODYS = ["/console", "/console/banks", "/console/banks/bank_…", "/console/me"];
  const POLICIES = ["/console/policies", "/console/policies/…"];
  const CASES = ["/console/cases/case_…", "/console/decisions", "/console/decisions/dec_…", "/console/bulk", "/console/bulk/bulk_…"];
  const QUEUE = ["/console/queue", "/console/bulk/new"];
  const PEOPLE = ["/console/staff", "/console/staff/staff_…"];
  const MUST_SEE = {
    reviewer: [...EVERYBODYS, ...POLICIES, ...CASES, ...QUEUE],
    lead: [...EVERYBODYS, ...POLICIES, ...CASES, ...QUEUE, "/console/webhooks"],
    auditor: [...EVERYBODYS, ...POLICIES, ...CASES, "/console/webhooks", ...PEOPLE],
    policy_editor: [...EVERYBODYS, ...POLICIES],
    administrator: [...EVERYBODYS, "/console/webhooks", ...PEOPLE],
  };

  /** Pages to which no link leads, and how somebody in that role comes there. */
  const BESIDE = {
    reviewer: {
      "a case that nobody has in hand": nobodys,
      "a case that a colleague has in hand": async (page, language) =>
        page.goto(`/console/cases/${await colleagues(language)}`),
      "a decision that says too little": tooLittle,
      "a decision about a case that a colleague took": tooLate,
      "a bulk decision of nothing": bulkOfNothing,
      "a bulk decision to confirm": (page, language) => bulk(page, `account-${language}`),
    },
    lead: {},
    auditor: {},
    policy_editor: {},
    administrator: { "an enrolment link for somebody": link },
  };
  const ANYBODYS = {
    "what was found": (page) => page.goto("/console/find?q=dr"),
    "nothing was found": (page) => page.goto(`/console/find?q=${"n".repeat(100)}`),
    "once more who one is": (page) => page.goto("/console/prove?next=%2Fconsole%2Fme"),
    "no such page": (page) => page.goto("/console/no/such/page"),
  };

  /** What a browser says by itself of a page that is an answer to something wrong. */
  const IS_ANSWER = /Failed to load resource: the server responded with a status of 4/;

  /** Who has taken a case beside those below. */
  const taken = [];

  /** The templates that were drawn on a page that somebody looked at. */
  const drawn = new Set();

  let browser;
  before(async () => {
    // Each of those below decides one case and has the next in hand. Among those in hand are names
    // that are written from right to left; long ones come after.
    const [first, ...others] = accounts(80);
    const names = [first, "محمد-حساب", others[0], "حساب-محمد", ...others.slice(1, 10), "n".repeat(200), "写真の人"];
    await fill(as, [...names, ...others.slice(10)]);
    // Nobody listens at the port of discarding.
    await as.service("POST", "/v1/webhooks", { url: "http://127.0.0.1:9/webhooks" });
    browser = await launch();
    const languages = [...LANGUAGES, ...ONLY_NARROW];
    for (const language of languages) {
      for (const role of Object.keys(MUST_SEE)) join(mamori, name(role, language), role, language);
    }
    for (const [who, form] of [
      ["reviewer", { outcome: "violates", items: "remove", account: "suspend" }],
      ["lead", { outcome: "not_a_match" }],
    ]) {
      for (const language of languages) await decideAs(name(who, language), form);
    }
    for (const language of languages) await bulkAs(name("reviewer", language));
  });
  after(() => browser.close());

  const name = (role, language) => `${role.replace("_", "-")}-${language}`;

  async function decideAs(who, form) {
    const { context, page } = await open(browser, origin);
    await enter(page, mamori, who);
    await takeNext(page);
    await decide(page, form);
    await takeNext(page);
    await context.close();
  }

  /** A bulk decision of two cases, which waits for its second person. Its maker takes a case anew. */
  async function bulkAs(who) {
    const { context, page } = await open(browser, origin);
    await enter(page, mamori, who);
    await bulk(page);
    await page.locator('form[action$="/confirm"] button').click();
    await page.locator('form[action$="/confirm"]').waitFor({ state: "detached" });
    await takeNext(page);
    await context.close();
  }

  async function bulk(page) {
    await page.goto("/console/bulk/new");
    for (const place of [-1, -2]) await page.locator("input[name=case]").nth(place).check();
    await writeDown(page, { outcome: "violates", items: "remove", reason: "They are one picture." });
    await page.locator('form[action="/console/bulk"] button.act').click();
    await page.waitForURL(/\/console\/bulk\/bulk_/);
  }

  async function bulkOfNothing(page) {
    await page.goto("/console/bulk/new");
    await writeDown(page, { outcome: "violates", items: "remove" });
    await page.locator('form[action="/console/bulk"] button.act').click();
    await page.locator("body[data-page=fault]").waitFor();
  }

  /** Without a measure there is no violation; the form says so, with what was written. */
  async function tooLittle(page) {
    await takeNext(page);
    await writeDown(page, { outcome: "violates", items: "leave" });
    await page.locator("#decide-form button.act").click();
    await page.locator(PIECES.problem).waitFor();
  }

  /** The form of a bulk decision offers the cases that nobody has. */
  async function nobodys(page) {
    await page.goto("/console/bulk/new");
    const id = await page.locator("input[name=case]").last().getAttribute("value");
    await page.goto(`/console/cases/${id}`);
    await page.locator(PIECES["claim-form"]).waitFor();
  }

  /** A case that somebody has just taken in hand. */
  async function colleagues(language) {
    const { context, page } = await open(browser, origin);
    const who = `keeper-${taken.length}-${language}`;
    taken.push(who);
    join(mamori, who, "reviewer", language);
    await enter(page, mamori, who);
    const id = await takeNext(page);
    await context.close();
    return id;
  }

  /** The form is sent about a case that a colleague has: what was written stands on the answer. */
  async function tooLate(page, language) {
    const id = await colleagues(language);
    await takeNext(page);
    await writeDown(page, { outcome: "violates", items: "remove" });
    await page.locator("#decide-form").evaluate((form, id) => form.setAttribute("action", `/console/cases/${id}/decide`), id);
    await page.locator("#decide-form button.act").click();
    await page.locator(PIECES.kept).waitFor();
  }

  async function link(page, language) {
    await page.goto("/console/staff");
    await page.locator("#name").fill(`newcomer-${language}`);
    await page.locator("#display-name").fill("写真の人 محمد");
    await page.locator("input[name=role][value=reviewer]").check();
    await page.locator('form[action="/console/staff"] button.act').click();
    await page.locator("#link").waitFor();
  }

  /** Keeps which templates drew the page; asks of nobody what a page without one is. */
  async function keepDrawn(page) {
    const template = await page.evaluate(() => document.body.dataset.page);
    if (template === undefined) return;
    drawn.add(template).add("frame");
    for (const [piece, selector] of Object.entries(PIECES)) {
      if ((await page.locator(selector).count()) > 0) drawn.add(piece);
    }
  }

  /** Looks at the page in both schemes and widths. */
  async function look(page, path) {
    await keepDrawn(page);
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

  /** Looks only whether something sticks out. */
  async function lookNarrow(page, path) {
    await page.setViewportSize({ width: 320, height: 900 });
    assert.ok((await overhang(page)) <= 0, `${await overhang(page)} pixels stick out of ${path}`);
  }

  /** The page without what differs from one case, or one policy, to the next. */
  const template = (path) =>
    path.replace(/([a-z]+)_[0-9a-f]{32}/g, "$1_…").replace(/^(\/console\/policies\/)[a-z_]+$/, "$1…");

  /** Whoever is not signed in, and the way there. */
  const NOBODYS = {
    "/docs": (page) => page.goto("/docs"),
    "/console/sign-in": (page) => page.goto("/console/sign-in"),
    "a wrong password": async (page, locale) => {
      await page.goto("/console/sign-in");
      for (const [field, text] of [["name", `nobody-${locale}`], ["password", "nothing at all"], ["code", "000000"]]) {
        await page.locator(`#${field}`).fill(text);
      }
      await page.locator("form#sign-in > button.act").click();
      await page.locator(PIECES.problem).waitFor();
    },
    "an enrolment link": (page, language) => page.goto(join(mamori, `enroll-${language}`, "lead", language)),
    "a link that lets in": (page, language) => page.goto(mamori("staff", "sign-in-link", `enroll-${language}`)),
  };

  for (const [what, goes] of Object.entries(NOBODYS)) {
    for (const locale of [...LANGUAGES, ...ONLY_NARROW]) {
      test(`${what} is in order for everybody, ${locale}`, async () => {
        const { context, page, misdeeds } = await open(browser, origin, { locale });

        await goes(page, locale);

        const looks = LANGUAGES.includes(locale) ? look : lookNarrow;
        await looks(page, what);
        assert.deepEqual(misdeeds.filter((misdeed) => !IS_ANSWER.test(misdeed)), []);
        await context.close();
      });
    }
  }

  /** Opens every page that links lead to, and gives their templates. */
  async function follow(page, language, looks) {
    const [seen, ahead] = [new Set(), ["/console"]];
    while (ahead.length > 0) {
      const path = ahead.shift();
      if (seen.has(template(path))) continue;
      seen.add(template(path));
      const answer = await page.goto(path);
      assert.equal(answer.status(), 200, path);
      assert.equal(await page.locator("html").getAttribute("lang"), language, path);
      await looks(page, path);
      const links = await page.locator('a[href^="/console"]').evaluateAll((links) =>
        links.map((link) => new URL(link.href).pathname));
      ahead.push(...links);
    }
    return seen;
  }

  for (const role of Object.keys(MUST_SEE)) {
    for (const language of [...LANGUAGES, ...ONLY_NARROW]) {
      const looks = LANGUAGES.includes(language) ? look : lookNarrow;

      test(`every page that links lead to is in order for the role ${role}, ${language}`, async () => {
        const { context, page, misdeeds } = await open(browser, origin);
        await enter(page, mamori, name(role, language));

        const seen = await follow(page, language, looks);

        assert.deepEqual([...seen].sort(), [...MUST_SEE[role]].sort());
        assert.deepEqual(misdeeds, []);
        await context.close();
      });

      test(`what no link leads to is in order for the role ${role}, ${language}`, async () => {
        const { context, page, misdeeds } = await open(browser, origin);
        await enter(page, mamori, name(role, language));

        for (const [what, goes] of Object.entries({ ...BESIDE[role], ...ANYBODYS })) {
          await page.setViewportSize({ width: 1280, height: 900 });
          await goes(page, language);
          assert.equal(await page.locator("html").getAttribute("lang"), language, what);
          await looks(page, what);
        }

        assert.deepEqual(misdeeds.filter((misdeed) => !IS_ANSWER.test(misdeed)), []);
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
        await page.locator("#skip-text").fill("Another one, please.");
        await page.locator("#skip-text").locator("xpath=../..").locator("button").click();
        await page.waitForURL(/\/console\/(cases|queue)/);
      }

      assert.equal(places.size, 1, [...places].join(" and "));
      assert.deepEqual(misdeeds, []);
      await context.close();
    });
  }

  test("no template is left that no page drew", () => {
    const files = readdirSync(TEMPLATES).map((file) => file.replace(/\.html$/, ""));

    const pieces = files.filter((file) => !readFileSync(new URL(`${file}.html`, TEMPLATES), "utf8").startsWith("{% extends"));
    assert.deepEqual(pieces.filter((piece) => piece !== "frame").sort(), Object.keys(PIECES).sort());
    assert.deepEqual(files.filter((file) => !drawn.has(file)), []);
  });

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
}
