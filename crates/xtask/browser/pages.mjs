// Every page that a role can open, in both colour schemes, wide and at 320 pixels: axe finds no fault,
// nothing overflows, and no other host is contacted. Every template is rendered on one of these pages.
//
// Two files call this with a language each, so that they run at the same time.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { after, before, test } from "node:test";
import {
  accounts, ask, decide, enter, fill, fillWithCopies, fillWithPictures, join, keepPictures, takeNext, writeDown,
} from "./fill.mjs";
import { faults, testServer, launch, open, overhang } from "./support.mjs";

const TEMPLATES = new URL("../../console/templates/", import.meta.url);

/**
 * Defines the tests. Pages in the languages `full` are checked completely, those in `narrow` only for
 * overflow. `url` is that of the test file, to which its server belongs.
 */
export function checkPages(url, full, narrow) {
  const { origin, as, mamori, passFirstDay } = testServer(url);
  const LANGUAGES = full;
  const ONLY_NARROW = narrow;
  const WIDTHS = [1280, 320];


  /** The selector by which each template that other templates include is recognised on a page. */
  const PIECES = {
    chart: ".charts figure",
    "claim-form": "form[action$='/claim']",
    csrf: "input[type=hidden][name=csrf]",
    earlier: "dd.earlier",
    event: ".history ol > li",
    "field-problem": "[id^='problem-'][role=alert]",
    groups: "section.group > .items",
    item: "ol.items > li.item",
    kept: "textarea[readonly]",
    previous: ".notice.previous",
    problem: ".notice.bad[role=alert]:not([id])",
    "case-forms": "#decide-form",
    roles: "input[type=checkbox][name=role]",
    "saved-reasons": "#skip-saved",
    assignment: "input[type=radio][name=services]",
    "limited-to": ".notice.limited",
    approval: "details form[action$='/refuse']",
    "dispute-reach": "article.box > p.reach",
    summary: "section.does",
    "undo-summary": "section h3 + .notice",
    view: ".item-view .frame",
    "views-needed": "#views-needed",
    lowering: "section.lowering",
  };

  /** The pages that each role must reach by links alone; `X_…` stands for an id. */
  const EVERY_ROLE = ["/console", "/console/banks", "/console/banks/bank_…", "/console/find", "/console/me"];
  const POLICIES = ["/console/policies", "/console/policies/…"];
  const CASES = ["/console/cases/case_…", "/console/decisions", "/console/decisions/dec_…", "/console/bulk", "/console/bulk/bulk_…"];
  const QUEUE = ["/console/queue", "/console/bulk/new"];
  const PEOPLE = ["/console/staff", "/console/staff/staff_…"];
  const DISPUTES = ["/console/disputes", "/console/disputes/disp_…"];
  const CHANGES = ["/console/changes"];
  const MUST_SEE = {
    reviewer: [...EVERY_ROLE, ...POLICIES, ...CASES, ...QUEUE],
    lead: [
      ...EVERY_ROLE,
      ...POLICIES,
      ...CASES,
      "/console/cases",
      ...QUEUE,
      ...DISPUTES,
      ...CHANGES,
      "/console/webhooks",
      "/console/reasons",
    ],
    auditor: [
      ...EVERY_ROLE,
      ...POLICIES,
      ...CASES,
      "/console/cases",
      ...DISPUTES,
      ...CHANGES,
      "/console/webhooks",
      ...PEOPLE,
      "/console/audit",
      "/console/audit/claims",
    ],
    policy_editor: [...EVERY_ROLE, ...POLICIES, ...DISPUTES],
    administrator: [...EVERY_ROLE, "/console/webhooks", ...PEOPLE],
  };

  /** Pages to which no link leads, and how each role opens them. */
  const BESIDE = {
    reviewer: {
      "an unclaimed case": openUnclaimed,
      "a case that a colleague has claimed": async (page, language) =>
        page.goto(`/console/cases/${await claimAsColleague(language)}`),
      "a decision without a measure": decideWithoutMeasure,
      "a decision on an account to confirm": decideOnAccount,
      "the case after a decision": decideAndGoOn,
      "a decision about a case that a colleague claimed": decideTooLate,
      "a bulk decision without a case": bulkWithoutCase,
      "a bulk decision to confirm": (page, language) => bulk(page, `account-${language}`),
      // The last one: the case that it claims has pictures, which a decision on the account must view first.
      "the page of an item at its service": openContext,
    },
    lead: {
      "a decision in effect, with the form that undoes it": openInEffect,
      "a proposal to lower the urgency of a case": proposeLowering,
      "a bulk decision that waits for its second approver": openWaitingBulk,
      "undecided cases by a filter": (page) => page.goto("/console/cases?part=open&policy=rehearsal&age=hour"),
      "the queue of a lead who is limited to a service and a policy": queueOfLimited,
    },
    auditor: {},
    policy_editor: {},
    administrator: { "an enrolment link for a new account": link },
  };
  const BESIDE_ALL = {
    "the results of a search": (page) => page.goto("/console/find?q=dr"),
    "a search without results": (page) => page.goto(`/console/find?q=${"n".repeat(100)}`),
    "the page to confirm one's identity": (page) => page.goto("/console/prove?next=%2Fconsole%2Fme"),
    "an address that does not exist": (page) => page.goto("/console/no/such/page"),
  };

  /** The message of the browser about a page with an error status. */
  const IS_ERROR_PAGE = /Failed to load resource: the server responded with a status of 4/;

  /** The names of the accounts that [claimAsColleague] created. */
  const colleagues = [];

  /** The address of the bulk decision that each account of [bulkAs] proposed. */
  const bulks = new Map();

  /** The templates that were rendered on a checked page. */
  const drawn = new Set();

  let browser;
  before(async () => {
    // Each account below decides one case and claims the next. Among the claimed cases are account
    // names in a right-to-left script; long names come later.
    const [first, ...others] = accounts(80);
    const names = [first, "محمد-حساب", others[0], "حساب-محمد", ...others.slice(1, 10), "n".repeat(200), "写真の人"];
    await fill(as, [...names, ...others.slice(10)]);
    browser = await launch();
    const { context, page } = await open(browser, origin);
    await keepPictures(page, mamori);
    await context.close();
    const languages = [...LANGUAGES, ...ONLY_NARROW];
    // The newest cases: each bulk decision below takes two of them.
    const pictured = Array.from({ length: 2 * languages.length + 4 }, (_, number) => `pictured-${number}`);
    // Several for each language: these cases are among the oldest, which reviewers are given first.
    const contexts = languages.flatMap((language) => [1, 2, 3, 4].map((number) => `context-${language}-${number}`));
    await fillWithCopies(as, contexts, 2);
    await fillWithPictures(as, pictured, "pictures");
    // No process listens on port 9 (discard).
    await as.service("POST", "/v1/webhooks", { url: "http://127.0.0.1:9/webhooks" });
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
    await requestChanges();
  });
  after(() => browser.close());

  /** Makes a change that narrows, and requests changes that wait for a second actor. */
  async function requestChanges() {
    passFirstDay();
    const bank = {
      purpose: "child_sexual_abuse", source: "drawn by code", legal_basis: "n".repeat(200),
      owner: "محمد", jurisdictions: ["*"],
    };
    const { id } = await as.admin("POST", "/v1/banks", { ...bank, name: "listed", action: "none" });
    await as.admin("PATCH", `/v1/banks/${id}`, { enabled: false });
    const waiting = [
      await as.admin("PATCH", `/v1/banks/${id}`, { action: "block", owner: "写真の人" }),
      await as.admin("POST", "/v1/banks", { ...bank, name: "holding", action: "hold" }),
      await as.admin("POST", "/v1/keys", { role: "admin", name: "another key" }),
    ];
    assert.deepEqual(waiting.map((request) => request.approval?.state ?? request.state), Array(3).fill("waiting"));
  }

  const name = (role, language) => `${role.replace("_", "-")}-${language}`;

  async function decideAs(who, form) {
    const { context, page } = await open(browser, origin);
    await enter(page, mamori, who);
    await takeNext(page);
    await decide(page, form);
    await takeNext(page);
    await context.close();
  }

  /** Makes a bulk decision on two cases, which waits for its second approver, and claims a case. */
  async function bulkAs(who) {
    const { context, page } = await open(browser, origin);
    await enter(page, mamori, who);
    await bulk(page);
    await page.locator('form[action$="/confirm"] button').click();
    await page.locator('form[action$="/confirm"]').waitFor({ state: "detached" });
    bulks.set(who, new URL(page.url()).pathname);
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

  /** Opens a bulk decision of a reviewer, as a lead who may approve it. */
  async function openWaitingBulk(page, language) {
    await page.goto(bulks.get(name("reviewer", language)));
    await page.locator(PIECES.approval).first().waitFor({ state: "attached" });
  }

  async function bulkWithoutCase(page) {
    await page.goto("/console/bulk/new");
    await writeDown(page, { outcome: "violates", items: "remove" });
    await page.locator('form[action="/console/bulk"] button.act').click();
    await page.locator("#problem-bulk-case").waitFor();
  }

  /** Claims a case with an item whose service sent its address, and opens its page there. */
  async function openContext(page) {
    await page.goto("/console/bulk/new");
    const label = page.locator("dl.facts dd").filter({ hasText: /^A1$/ });
    const group = page.locator("section.group").filter({ has: label });
    const id = await group.locator("input[name=case]").last().getAttribute("value");
    await page.goto(`/console/cases/${id}`);
    await page.locator(PIECES["claim-form"]).locator("button").click();
    await page.locator("form.context button").first().click();
    await page.locator("body[data-page=context]").waitFor();
  }

  /** Sends a violation without a measure; the form is shown again with its text. */
  async function decideWithoutMeasure(page) {
    await takeNext(page);
    await writeDown(page, { outcome: "violates", items: "leave" });
    await page.locator("#decide-form button.act").click();
    await page.locator(PIECES["field-problem"]).waitFor();
  }

  /** Decides a case; the page of the next one says so. */
  async function decideAndGoOn(page) {
    await takeNext(page);
    await decide(page, { outcome: "violates", items: "remove" });
    await page.locator(PIECES.previous).waitFor();
  }

  /** Sends a decision on an account; the answer is the page that confirms it. */
  async function decideOnAccount(page) {
    await takeNext(page);
    await ask(page, { outcome: "violates", items: "remove", account: "suspend" });
  }

  /** Opens the newest decision that can be undone. */
  async function openInEffect(page) {
    await page.goto("/console/decisions");
    const links = page.locator('main a[href*="/console/decisions/dec_"]');
    for (const path of await links.evaluateAll((links) => links.map((link) => link.pathname))) {
      await page.goto(path);
      if (await page.locator(PIECES["undo-summary"]).count()) return;
    }
    throw new Error("no decision is in effect");
  }

  /** Opens an unclaimed case, one that the form of a bulk decision offers. */
  async function openUnclaimed(page) {
    await page.goto("/console/bulk/new");
    const id = await page.locator("input[name=case]").last().getAttribute("value");
    await page.goto(`/console/cases/${id}`);
    await page.locator(PIECES["claim-form"]).waitFor();
  }

  /** Claims a case as a new colleague, and returns its id. */
  async function claimAsColleague(language) {
    const { context, page } = await open(browser, origin);
    const who = `colleague-${colleagues.length}-${language}`;
    colleagues.push(who);
    join(mamori, who, "reviewer", language);
    await enter(page, mamori, who);
    const id = await takeNext(page);
    await context.close();
    return id;
  }

  /** Sends the form about a case that a colleague has claimed; the answer shows its text again. */
  async function decideTooLate(page, language) {
    const id = await claimAsColleague(language);
    await takeNext(page);
    await writeDown(page, { outcome: "violates", items: "remove" });
    await page.locator("#decide-form").evaluate((form, id) => form.setAttribute("action", `/console/cases/${id}/decide`), id);
    await page.locator("#decide-form button.act").click();
    await page.locator(PIECES.kept).waitFor();
  }

  /** Saves a reason that reviewers can choose, as a lead. */
  async function saveReason(language) {
    const { context, page, misdeeds } = await open(browser, origin);
    await enter(page, mamori, name("lead", language));
    await page.goto("/console/policies/rehearsal");
    await page.locator('a[href^="/console/reasons"]').click();
    await page.locator("#reason-1").fill("Another one, please.");
    await page.locator('form[action="/console/reasons"][method=post] button.act').click();
    await page.locator(".notice[role=status]").waitFor();
    assert.deepEqual(misdeeds, []);
    await context.close();
  }

  /** Says that a child may be in danger in the next case, and then proposes to lower its urgency. */
  async function proposeLowering(page) {
    await takeNext(page);
    const send = async (field, choice, text) => {
      const form = page.locator(`details:has(${field})`);
      await form.locator("summary").click();
      await form.locator(field).selectOption(choice);
      await form.locator("textarea").fill(text);
      await form.locator("button").click();
    };
    await send("#urgency", "child_in_danger", "She may be in danger now.");
    // A lead gets the most urgent case next, which is the same one.
    await page.locator("#lower-urgency").waitFor({ state: "attached" });
    await send("#lower-urgency", "known_material", "It is an old picture.");
    await page.locator(PIECES.lowering).waitFor();
  }

  /** Signs a new lead in who sees the cases of one service and one policy, and opens the queue. */
  async function queueOfLimited(page, language) {
    const { data } = await as.admin("GET", "/v1/services");
    const limits = ["--service", data[0].id, "--policy", "rehearsal"];
    mamori("staff", "add", `limited-${language}`, "--role", "lead", "--language", language, ...limits);
    await enter(page, mamori, `limited-${language}`);
    await page.goto("/console/queue");
    await page.locator(PIECES["limited-to"]).waitFor();
  }

  async function link(page, language) {
    await page.goto("/console/staff");
    await page.locator("#name").fill(`newcomer-${language}`);
    await page.locator("#display-name").fill("写真の人 محمد");
    await page.locator("input[name=role][value=reviewer]").check();
    await page.locator('form[action="/console/staff"] button.act').click();
    await page.locator("#link").waitFor();
  }

  /** Records which templates rendered the page; ignores a page without one, such as `/docs`. */
  async function recordDrawn(page) {
    const template = await page.evaluate(() => document.body.dataset.page);
    if (template === undefined) return;
    drawn.add(template).add("frame");
    for (const [piece, selector] of Object.entries(PIECES)) {
      if ((await page.locator(selector).count()) > 0) drawn.add(piece);
    }
  }

  /** Checks the page in both colour schemes and widths. */
  async function check(page, path) {
    await recordDrawn(page);
    for (const colorScheme of ["light", "dark"]) {
      for (const width of WIDTHS) {
        const how = `${path}, ${colorScheme}, ${width} pixels wide`;
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 900 });
        assert.deepEqual(await faults(page), [], how);
        assert.ok((await overhang(page)) <= 0, `${await overhang(page)} pixels overflow on ${how}`);
      }
    }
  }

  /** Checks only whether anything overflows at 320 pixels. */
  async function checkNarrow(page, path) {
    await page.setViewportSize({ width: 320, height: 900 });
    assert.ok((await overhang(page)) <= 0, `${await overhang(page)} pixels overflow on ${path}`);
  }

  /** The path with each id, and the word of a policy, replaced by `…`. */
  const template = (path) =>
    path.replace(/([a-z]+)_[0-9a-f]{32}/g, "$1_…").replace(/^(\/console\/policies\/)[a-z_]+$/, "$1…");

  /** The pages without a session, and how to open them. */
  const SIGNED_OUT = {
    "/console/sign-in": (page) => page.goto("/console/sign-in"),
    "a wrong password": async (page, locale) => {
      await page.goto("/console/sign-in");
      for (const [field, text] of [["name", `unknown-${locale}`], ["password", "nothing at all"], ["code", "000000"]]) {
        await page.locator(`#${field}`).fill(text);
      }
      await page.locator("form#sign-in > button.act").click();
      await page.locator(PIECES.problem).waitFor();
    },
    "an enrolment link": (page, language) => page.goto(join(mamori, `enroll-${language}`, "lead", language)),
    "a sign-in link": (page, language) => page.goto(mamori("staff", "sign-in-link", `enroll-${language}`)),
    "the way back from the sign-in provider": async (page) => {
      // The script would leave the page at once.
      await page.route(/\/oidc\.js$/, (route) => route.fulfill({ contentType: "text/javascript", body: "" }));
      await page.goto("/console/sign-in/oidc/return?code=c&state=s");
    },
  };

  for (const [what, goes] of Object.entries(SIGNED_OUT)) {
    for (const locale of [...LANGUAGES, ...ONLY_NARROW]) {
      test(`${what} has no fault without a session, ${locale}`, async () => {
        const { context, page, misdeeds } = await open(browser, origin, { locale });

        await goes(page, locale);

        const checks = LANGUAGES.includes(locale) ? check : checkNarrow;
        await checks(page, what);
        assert.deepEqual(misdeeds.filter((misdeed) => !IS_ERROR_PAGE.test(misdeed)), []);
        await context.close();
      });
    }
  }

  // The API's documentation has one language, so one run looks at it, and the others compare.
  for (const locale of [...LANGUAGES, ...ONLY_NARROW]) {
    test(`/docs has no fault without a session, ${locale}`, async () => {
      const { context, page, misdeeds } = await open(browser, origin, { locale });

      await page.goto("/docs");

      await (locale === "en" ? check : checkNarrow)(page, "/docs");
      const inEnglish = await fetch(`${origin}/docs`, { headers: { "accept-language": "en" } });
      const inLocale = await fetch(`${origin}/docs`, { headers: { "accept-language": locale } });
      assert.equal(await inLocale.text(), await inEnglish.text());
      assert.deepEqual(misdeeds, []);
      await context.close();
    });
  }

  /** Opens every page that links lead to, and returns their paths without ids. */
  async function follow(page, language, checks) {
    const [seen, ahead] = [new Set(), ["/console"]];
    while (ahead.length > 0) {
      const path = ahead.shift();
      if (seen.has(template(path))) continue;
      seen.add(template(path));
      const answer = await page.goto(path);
      assert.equal(answer.status(), 200, path);
      assert.equal(await page.locator("html").getAttribute("lang"), language, path);
      await checks(page, path);
      const links = await page.locator('a[href^="/console"]:not([download])').evaluateAll((links) =>
        links.map((link) => new URL(link.href).pathname));
      ahead.push(...links);
    }
    return seen;
  }

  for (const role of Object.keys(MUST_SEE)) {
    for (const language of [...LANGUAGES, ...ONLY_NARROW]) {
      const checks = LANGUAGES.includes(language) ? check : checkNarrow;

      test(`the pages that links lead to have no fault in the role ${role}, ${language}`, async () => {
        const { context, page, misdeeds } = await open(browser, origin);
        await enter(page, mamori, name(role, language));

        const seen = await follow(page, language, checks);

        assert.deepEqual([...seen].sort(), [...MUST_SEE[role]].sort());
        assert.deepEqual(misdeeds, []);
        await context.close();
      });

      test(`the pages that no link leads to have no fault in the role ${role}, ${language}`, async () => {
        const { context, page, misdeeds } = await open(browser, origin);
        await enter(page, mamori, name(role, language));

        for (const [what, goes] of Object.entries({ ...BESIDE[role], ...BESIDE_ALL })) {
          await page.setViewportSize({ width: 1280, height: 900 });
          await goes(page, language);
          assert.equal(await page.locator("html").getAttribute("lang"), language, what);
          await checks(page, what);
        }

        assert.deepEqual(misdeeds.filter((misdeed) => !IS_ERROR_PAGE.test(misdeed)), []);
        await context.close();
      });
    }
  }

  for (const language of LANGUAGES) {
    test(`a claimed case has no fault, and no name moves a button, ${language}`, async () => {
      await saveReason(language);
      const { context, page, misdeeds } = await open(browser, origin);
      await enter(page, mamori, name("reviewer", language));
      const places = new Set();
      for (let count = 0; count < 2; count += 1) {
        await takeNext(page);
        await check(page, "a claimed case");
        await page.setViewportSize({ width: 1280, height: 900 });
        const { x, width } = await page.locator("#decide-form button.act").boundingBox();
        places.add(`${x} ${width}`);
        await page.locator("summary[data-key=z]").click();
        await page.locator("#skip-text").fill("Another one, please.");
        await page.locator("#skip-text").locator("xpath=../..").locator("button").click();
        await page.waitForURL(/\/console\/(cases|queue)/);
      }

      assert.equal(places.size, 1, [...places].join(" and "));
      assert.deepEqual(misdeeds, []);
      await context.close();
    });
  }

  test("every template was rendered on a page", () => {
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
