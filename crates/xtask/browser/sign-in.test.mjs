// Sign-in with a passkey, with a password and a code, and with a link; and sign-out.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { code, join } from "./fill.mjs";
import { faults, testServer, launch, open } from "./support.mjs";

const { origin, mamori } = testServer(import.meta.url);
const PASSWORD = "a rehearsal of nine words that nobody else says";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

/** Adds a virtual authenticator that confirms every prompt. */
async function withAuthenticator(context, page) {
  const device = await context.newCDPSession(page);
  await device.send("WebAuthn.enable");
  await device.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true,
      isUserVerified: true, automaticPresenceSimulation: true,
    },
  });
}

const isIn = (page) => page.waitForURL((url) => url.pathname === "/console");

async function signOut(page) {
  await page.locator('form[action="/console/sign-out"] button').click();
  await page.waitForURL(/\/console\/sign-in/);
}

for (const language of ["en", "ja"]) {
  test(`a passkey is created at enrolment and signs in from then on, ${language}`, async () => {
    const { context, page, misdeeds } = await open(browser, origin, { locale: language });
    await withAuthenticator(context, page);
    const link = join(mamori, `key-${language}`, "reviewer", language);

    await page.goto(link);
    assert.deepEqual(await faults(page), []);
    await page.locator("[data-passkey=create] button").click();
    await isIn(page);
    assert.equal(await page.locator("html").getAttribute("lang"), language);
    await signOut(page);
    assert.deepEqual(await faults(page), []);
    await page.locator("#name").fill(`key-${language}`);
    await page.locator("[data-passkey=get] button").click();
    await isIn(page);

    assert.deepEqual(misdeeds, []);
    await context.close();
  });

  test(`a password signs in with a code, and each code works once, ${language}`, async () => {
    const { context, page } = await open(browser, origin, { locale: language });
    const name = `words-${language}`;
    await page.goto(join(mamori, name, "lead", language));
    const app = new URL(await page.locator('a[href^="otpauth:"]').getAttribute("href"));
    const secret = app.searchParams.get("secret");

    await page.locator("#password").fill(PASSWORD);
    await page.locator("#code").fill(code(secret));
    await page.locator("main form button.act").click();
    await isIn(page);
    await signOut(page);

    const trySignIn = async (password, shown) => {
      await page.goto("/console/sign-in");
      await page.locator("#name").fill(name);
      await page.locator("#password").fill(password);
      await page.locator("#code").fill(shown);
      await page.locator("form#sign-in > button.act").click();
    };
    const refused = async (what) => {
      const notice = page.locator("main .notice.bad");
      assert.equal(await notice.count(), 1, what);
      return notice.innerText();
    };
    const next = code(secret, 1);
    await trySignIn(PASSWORD, next === "000000" ? "000001" : "000000");
    const wrongCode = await refused("a wrong code");
    await trySignIn(`${PASSWORD}?`, next);
    assert.equal(await refused("a wrong password"), wrongCode, "the message does not reveal what was wrong");
    assert.deepEqual(await faults(page), []);
    await trySignIn(PASSWORD, next);
    await isIn(page);
    await signOut(page);
    await trySignIn(PASSWORD, next);
    assert.equal(await refused("a code that was shown before"), wrongCode);
    await context.close();
  });
}

/** The cookies without the one that names the browser's time zone, which stays. */
const sessions = async (context) => (await context.cookies()).filter(({ name }) => name !== "mamori-zone");

test("a cookie is refused after sign-out", async () => {
  const { context, page } = await open(browser, origin);
  join(mamori, "leaver", "reviewer");
  await page.goto(mamori("staff", "sign-in-link", "leaver"));
  await page.locator("main form button").click();
  await isIn(page);
  const cookies = await sessions(context);
  const [cookie] = cookies;
  assert.deepEqual([cookies.length, cookie.httpOnly, cookie.sameSite], [1, true, "Strict"]);
  await signOut(page);
  assert.deepEqual(await sessions(context), []);

  await context.addCookies(cookies);
  await page.goto("/console/queue");

  assert.match(page.url(), /\/console\/sign-in/);
  await context.close();
});

test("a sign-in link signs in once", async () => {
  const { context, page } = await open(browser, origin);
  join(mamori, "once", "reviewer");
  const link = mamori("staff", "sign-in-link", "once");
  // Opening the page, as link previews do, does not use up the link.
  for (let time = 0; time < 2; time += 1) await page.goto(link);
  await page.locator("main form button").click();
  await isIn(page);
  await signOut(page);

  await page.goto(link);
  await page.locator("main form button").click();
  await page.waitForLoadState();

  assert.deepEqual(await sessions(context), []);
  await page.goto("/console");
  assert.match(page.url(), /\/console\/sign-in/);
  await context.close();
});
