// Every page, in both colour schemes, wide and at 320 pixels: axe finds nothing, nothing sticks out,
// nothing is asked of anybody else.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { faults, house, launch, open, overhang } from "./support.mjs";

const { origin } = house(import.meta.url);
const OPEN_TO_ALL = ["/docs"];

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

for (const path of OPEN_TO_ALL) {
  for (const colorScheme of ["light", "dark"]) {
    for (const width of [1280, 320]) {
      test(`${path} is in order, ${colorScheme}, ${width} pixels wide`, async () => {
        const { context, page, misdeeds } = await open(browser, origin, { colorScheme, width });

        const answer = await page.goto(path);

        assert.equal(answer.status(), 200);
        assert.deepEqual(await faults(page), []);
        assert.ok((await overhang(page)) <= 0, `${await overhang(page)} pixels stick out`);
        assert.deepEqual(misdeeds, []);
        await context.close();
      });
    }
  }
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
