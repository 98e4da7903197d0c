// Fills a Mamori with cases over its API, creates staff accounts, and works on cases in the browser.

import { createHmac } from "node:crypto";
import { PATIENCE_MS } from "./support.mjs";

/** An arbitrary hash of 32 hex digits. */
const hash = (number) => number.toString(16).padStart(32, "0");

/** Creates an empty bank whose matches are held back. */
function holding(as, name = "drawn") {
  return as.admin("POST", "/v1/banks", {
    name, purpose: "rehearsal", source: "drawn by code", legal_basis: "a rehearsal needs none",
    owner: "the tests", jurisdictions: ["*"], action: "hold",
  });
}

/** Draws waves in three colours as a BMP of 256 by 256 pixels; each number gives another picture. */
function drawn(number) {
  const [size, begin] = [256, 54];
  const file = Buffer.alloc(begin + 3 * size * size);
  file.write("BM");
  for (const [at, value] of [[2, file.length], [10, begin], [14, 40], [18, size], [22, size]]) file.writeUInt32LE(value, at);
  for (const [at, value] of [[26, 1], [28, 24]]) file.writeUInt16LE(value, at);
  const wave = (place, turns) => Math.sin((place * turns * Math.PI) / size);
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      const light = wave(x, 3 + (number % 5)) + wave(y, 2 + (number % 7)) + wave(x + y, 9 + number);
      for (const [colour, share] of [30, 36, 41].entries()) file[begin + 3 * (y * size + x) + colour] = 128 + share * light;
    }
  }
  return file;
}

/** Creates a bank with drawn pictures, and checks one of them for each of these accounts. */
export async function fillWithPictures(as, accounts, name = "drawn") {
  const bank = await holding(as, name);
  for (const [number, account] of accounts.entries()) {
    const picture = drawn(number);
    const { pdq } = await as.admin("POST", "/v1/hash", picture);
    await as.admin("POST", `/v1/banks/${bank.id}/entries`, { entries: [{ hash: pdq }] });
    const form = new FormData();
    const fields = { item_id: `${name}/picture-${number}`, account_id: account, surface: "public" };
    for (const [field, value] of Object.entries(fields)) form.append(field, value);
    form.append("file", new Blob([picture]));
    await as.service("POST", "/v1/check", form);
  }
}

/** What [fillWithCopies] sends with each item. */
export const CONTEXT = { text: "A caption <of> the picture", url: "https://photos.example/p/17?a=1&b=2" };

/**
 * Lists one drawn picture, and checks it `count` times for each of these accounts, each time as another
 * item with a text and the address of its page.
 */
export async function fillWithCopies(as, accounts, count, name = "copies") {
  const bank = await holding(as, name);
  const picture = drawn(101);
  const { pdq } = await as.admin("POST", "/v1/hash", picture);
  await as.admin("POST", `/v1/banks/${bank.id}/entries`, { entries: [{ hash: pdq, labels: ["A1"] }] });
  for (const account of accounts) {
    for (let number = 0; number < count; number += 1) {
      const form = new FormData();
      const fields = {
        item_id: `${name}/${account}/${number}`, account_id: account, surface: "public",
        text: CONTEXT.text, context_url: CONTEXT.url,
      };
      for (const [field, value] of Object.entries(fields)) form.append(field, value);
      form.append("file", new Blob([picture]));
      await as.service("POST", "/v1/check", form);
    }
  }
}

/** Edits the rehearsal policy, as a policy editor, so that matched bytes are stored for 30 days. */
export async function keepPictures(page, mamori) {
  join(mamori, "words-policies", "policy_editor");
  await enter(page, mamori, "words-policies");
  await page.goto("/console/policies/rehearsal");
  await page.locator("#keep").fill("30");
  await page.locator("form button.act").click();
  await page.waitForURL((url) => url.pathname.startsWith("/console/policies"));
}

/** Creates a bank with one hash for each of these accounts, and checks two items with it. */
export async function fill(as, accounts) {
  const bank = await holding(as);
  const entries = accounts.map((_, number) => ({ kind: "md5", hash: hash(number) }));
  await as.admin("POST", `/v1/banks/${bank.id}/entries`, { entries });
  for (const [number, account] of accounts.entries()) {
    for (const part of ["one", "two"]) {
      await as.service("POST", "/v1/check", {
        item_id: `post-${number}/${part}`, account_id: account, surface: "public", md5: hash(number),
      });
    }
  }
}

/** The names of `count` accounts. */
export const accounts = (count) => Array.from({ length: count }, (_, number) => `account-${number}`);

/** Creates a staff account whose pages are in `language`, and returns its enrolment link. */
export function join(mamori, name, role, language = "en") {
  return mamori("staff", "add", name, "--role", role, "--language", language);
}

/** Signs in with a link from the command line, as an operator can for a lost sign-in method. */
export async function enter(page, mamori, name) {
  await page.goto(mamori("staff", "sign-in-link", name));
  await page.locator("main form button").click();
  await page.waitForURL((url) => url.pathname === "/console");
}

/** Claims the next case, or opens the claimed one, and returns its id. */
export async function takeNext(page) {
  await page.goto("/console/queue");
  await page.locator('main [data-key="n"]').click();
  await page.waitForURL(/\/console\/cases\/case_/);
  return caseOf(page);
}

/** The id of the case that the page shows. */
export const caseOf = (page) => new URL(page.url()).pathname.split("/").at(-1);

/** Fills in the form of a decision: an outcome, measures, a reason. */
export async function writeDown(page, { outcome, items, account, reason = "It is what the bank says." }) {
  const choose = (name, value) => page.locator(`input[name=${name}][value=${value}]`).check();
  await choose("outcome", outcome);
  if (items) await choose("items", items);
  if (account) await choose("account", account);
  await page.locator("#reason").fill(reason);
}

/** Sends the form of a decision that is to be confirmed; the page then says what it does. */
export async function ask(page, form) {
  await writeDown(page, form);
  await page.locator("#decide-form button.act").click();
  await page.locator("body[data-page=decide-confirm]").waitFor();
}

/** Decides, and returns the decision's id; the page then shows the next case, or the queue. */
export async function decide(page, form) {
  if (form.account || form.outcome === "not_a_match") {
    await ask(page, form);
    await page.locator("button[name=confirmed][value=yes]").click();
  } else {
    await writeDown(page, form);
    await page.locator("#decide-form button.act").click();
  }
  const link = page.locator(".notice a[href*='/console/decisions/dec_']");
  return (await link.getAttribute("href")).split("/").at(-1);
}

/** The code that an authenticator shows for this secret in `steps` times 30 seconds. */
export function code(secret, steps = 0) {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret].map((letter) => letters.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const digest = createHmac("sha1", key).update(counter).digest();
  const from = digest.at(-1) & 0xf;
  const number = (digest.readUInt32BE(from) & 0x7fff_ffff) % 1_000_000;
  return number.toString().padStart(6, "0");
}

/** Waits until `see` returns a truthy value, and returns it. */
export async function until(see, what) {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const seen = await see();
    if (seen) return seen;
    if (Date.now() > end) throw new Error(`${what} did not come`);
    await new Promise((done) => setTimeout(done, 50));
  }
}
