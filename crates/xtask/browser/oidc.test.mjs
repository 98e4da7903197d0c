// Sign-in at the organisation's provider: connected at enrolment, used from then on, and refused for an
// account there that is not connected.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { join } from "./fill.mjs";
import { checkLook, faults, launch, open, overhang, testServer, texts } from "./support.mjs";

const { origin, mamori } = testServer(import.meta.url);

const PHONE = { width: 360, height: 740, hasTouch: true, isMobile: true };

const LANGUAGES = {
  en: {
    title: "Account of your organisation", connect: "Connect Example Directory and sign in",
    go: "Sign in with Example Directory", next: "Continue",
    unknown: "This account of your organisation is not connected to an active account here",
  },
  ja: {
    title: "組織のアカウント", connect: "Example Directory に接続してサインイン",
    go: "Example Directory でサインイン", next: "続ける",
    unknown: "この組織のアカウントは、有効なスタッフアカウントに接続されていません",
  },
};

// The provider's own page asks another host for its style, which no test does.
const STYLE = "https://cdn.jsdelivr.net/";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

/** Opens a page in this language; the provider's page goes without its style. */
async function openIn(language, options = {}) {
  const opened = await open(browser, origin, { locale: language, ...options });
  await opened.context.route(`${STYLE}**`, (route) => route.fulfill({ contentType: "text/css", body: "" }));
  return opened;
}

const link = (page) => page.locator("section[aria-labelledby=provider] a.act");

const isAt = (page, path) => page.waitForURL((url) => url.origin === origin && url.pathname === path);

/** Follows the link to the provider, and signs in there as `subject`; returns the provider's origin. */
async function signInThere(page, subject) {
  await link(page).click();
  await page.waitForURL((url) => url.pathname === "/oauth2/authorize");
  const issuer = new URL(page.url()).origin;
  assert.notEqual(issuer, origin);
  await page.locator("input[name=sub]").fill(subject);
  await page.locator("form:has(input[name=sub]) button").click();
  return issuer;
}

/** What the pages of Mamori did that they may not; the browser asks the provider because the link leads there. */
const own = (misdeeds, issuer) =>
  misdeeds.filter((misdeed) => ![`${issuer}/`, STYLE].some((there) => misdeed.startsWith(`requested ${there}`)));

async function signOut(page) {
  await page.locator('form[action="/console/sign-out"] button').click();
  await isAt(page, "/console/sign-in");
}

for (const [language, words] of Object.entries(LANGUAGES)) {
  test(`an account of the organisation is connected at enrolment and signs in from then on, ${language}`, async () => {
    const { context, page, misdeeds } = await openIn(language);
    await page.goto(join(mamori, `connects-${language}`, "reviewer", language));
    assert.deepEqual(await texts(page.locator("#provider")), [words.title]);
    assert.deepEqual(await texts(link(page)), [words.connect]);
    await checkLook(page, "the enrolment page");

    const issuer = await signInThere(page, `number-${language}`);
    await isAt(page, "/console");
    assert.equal(await page.locator("html").getAttribute("lang"), language);
    await page.goto("/console/me");
    const methods = page.locator("[aria-labelledby=methods] tbody td:first-child");
    assert.deepEqual(await texts(methods), [words.title]);
    await checkLook(page, "the page of a person with a connected account");
    await signOut(page);
    assert.deepEqual(await texts(link(page)), [words.go]);
    await checkLook(page, "the sign-in page");

    await page.goto("/console/queue");
    await isAt(page, "/console/sign-in");
    await signInThere(page, `number-${language}`);
    await isAt(page, "/console/queue");
    assert.deepEqual(own(misdeeds, issuer), []);
    await context.close();
  });

  test(`without scripts, a button leads on from the provider, on a telephone, ${language}`, async () => {
    const { context, page, misdeeds } = await openIn(language, { ...PHONE, javaScriptEnabled: false });
    await page.goto("/console/sign-in");
    const issuer = await signInThere(page, `number-${language}`);
    await isAt(page, "/console/sign-in/oidc/return");
    const button = page.locator("#returned button.act");
    assert.deepEqual(await texts(button), [words.next]);
    await button.tap();
    await isAt(page, "/console");

    assert.equal(await page.locator("html").getAttribute("lang"), language);
    assert.deepEqual(own(misdeeds, issuer), []);
    await context.close();
  });

  test(`an account that is not connected is refused, on a telephone, ${language}`, async () => {
    const { context, page } = await openIn(language, PHONE);
    await page.goto("/console/sign-in");
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      assert.deepEqual(await faults(page), [], `the sign-in page, ${colorScheme}`);
    }
    assert.ok((await overhang(page)) <= 0, "the sign-in page overflows");

    await signInThere(page, `stranger-${language}`);
    const notice = page.locator("main .notice.bad");
    await notice.waitFor();
    assert.ok((await texts(notice.locator("strong"))).includes(words.unknown));
    assert.deepEqual(await faults(page), [], "the refusal");
    assert.ok((await overhang(page)) <= 0, "the refusal overflows");
    await page.goto("/console");
    await isAt(page, "/console/sign-in");
    await context.close();
  });
}
