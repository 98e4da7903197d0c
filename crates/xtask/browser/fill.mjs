// Fills a Mamori over its API, and lets people in, so that somebody has something to do.

import { createHmac } from "node:crypto";
import { PATIENCE_MS } from "./support.mjs";

/** A 32-digit hash that means nothing. */
const hash = (number) => number.toString(16).padStart(32, "0");

/** A bank that holds what it knows, and two such items of each of these accounts. */
export async function fill(as, accounts) {
  const bank = await as.admin("POST", "/v1/banks", {
    name: "drawn", purpose: "rehearsal", source: "drawn by code", legal_basis: "a rehearsal needs none",
    owner: "the tests", jurisdictions: ["*"], action: "hold",
  });
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

/** So many accounts, by number. */
export const accounts = (count) => Array.from({ length: count }, (_, number) => `account-${number}`);

/** Adds somebody of the staff; `language` is that of their pages. Gives their welcome link. */
export function join(mamori, name, role, language = "en") {
  return mamori("staff", "add", name, "--role", role, "--language", language);
}

/** Lets somebody in by a link from the machine, as an operator does who lost their key. */
export async function enter(page, mamori, name) {
  await page.goto(mamori("staff", "enter", name));
  await page.locator("main form button").click();
  await page.waitForURL((url) => url.pathname === "/console");
}

/** Takes the next case in hand, or goes on with the one that is, and gives its id. */
export async function takeNext(page) {
  await page.goto("/console/queue");
  await page.locator('main [data-key="n"]').click();
  await page.waitForURL(/\/console\/cases\/case_/);
  return caseOf(page);
}

/** The case that the page is about. */
export const caseOf = (page) => new URL(page.url()).pathname.split("/").at(-1);

/** Fills the form of a decision: an outcome, measures, a reason. */
export async function writeDown(page, { outcome, items, account, reason = "It is what the bank says." }) {
  const choose = (name, value) => page.locator(`input[name=${name}][value=${value}]`).check();
  await choose("outcome", outcome);
  if (items) await choose("items", items);
  if (account) await choose("account", account);
  await page.locator("#reason").fill(reason);
}

/** Decides, and gives the decision's id; the page then shows the next case, or the queue. */
export async function decide(page, form) {
  await writeDown(page, form);
  await page.locator("#decide-form button.act").click();
  const link = page.locator(".notice a[href*='/console/decisions/dec_']");
  return (await link.getAttribute("href")).split("/").at(-1);
}

/** The code that an app shows for this secret, `steps` times half a minute from now. */
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

/** Waits until `see` gives something, which it returns. */
export async function until(see, what) {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const seen = await see();
    if (seen) return seen;
    if (Date.now() > end) throw new Error(`${what} did not come`);
    await new Promise((done) => setTimeout(done, 50));
  }
}
