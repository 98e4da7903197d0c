// Sizes that pages keep on a desktop: the header has one row in each language, and a chart is no larger
// than its text allows.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accounts, enter, fill, join } from "./fill.mjs";
import { checkLook, launch, open, overhang, testServer } from "./support.mjs";

const { origin, as, mamori } = testServer(import.meta.url);

/** The largest width of a chart with its border, in pixels: 44rem. */
const CHART_WIDTH_MAX = 704;
/** The largest size of the text of a chart, in pixels; the text of the page has 16. */
const CHART_TEXT_MAX = 16;

let browser;
before(async () => {
  browser = await launch();
  await fill(as, accounts(2));
});
after(() => browser.close());

for (const language of ["en", "ja", "de", "fr", "it"]) {
  for (const role of ["reviewer", "lead"]) {
    test(`the header of a ${role} has one row at 1280 pixels, ${language}`, async () => {
      const { context, page, misdeeds } = await open(browser, origin);
      join(mamori, `${role}-${language}`, role, language);
      await enter(page, mamori, `${role}-${language}`);

      const parts = page.locator("header.top > .name, header.top nav a, header.top .me > :visible");
      const middles = await parts.evaluateAll((all) =>
        all.map((part) => part.getBoundingClientRect()).map(({ top, bottom }) => (top + bottom) / 2));
      const { height } = await page.locator("header.top").boundingBox();

      assert.ok(middles.length >= 8, `${middles}`);
      for (const middle of middles) assert.ok(Math.abs(middle - middles[0]) <= 2, `one row: ${middles}`);
      assert.ok(height <= 56, `the header is ${height} pixels high`);
      assert.ok((await overhang(page)) <= 0, "the header overflows");
      const searches = page.locator("header form.find:visible, header .find-page:visible");
      assert.equal(await searches.count(), 1, "the search is a form or a link");
      await checkLook(page, `the start page of a ${role}`);
      assert.deepEqual(misdeeds, []);
      await context.close();
    });
  }
}

for (const language of ["en", "ja"]) {
  test(`a chart alone is no larger than one of several, ${language}`, async () => {
    const { context, page, misdeeds } = await open(browser, origin);
    join(mamori, `charts-${language}`, "reviewer", language);
    await enter(page, mamori, `charts-${language}`);
    // The figures cover one day: the charts are shown on request.
    assert.equal(await page.locator(".charts figure:visible").count(), 0);
    await page.locator("details:has(.charts) > summary").click();
    const figures = page.locator(".charts > figure");
    await figures.first().waitFor();
    assert.equal(await figures.count(), 1, "nothing is claimed or decided yet");

    for (const width of [1920, 1280, 360]) {
      await page.setViewportSize({ width, height: 900 });
      const box = await figures.first().boundingBox();
      const sizes = await figures.first().locator(".scale").evaluateAll((all) =>
        all.map((text) => parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a));
      assert.ok(box.width <= Math.min(CHART_WIDTH_MAX, width), `${box.width} of ${width} pixels`);
      assert.ok(sizes.length > 0 && Math.max(...sizes) <= CHART_TEXT_MAX, `${sizes} at ${width} pixels`);
      assert.ok((await overhang(page)) <= 0, `the page overflows at ${width} pixels`);
    }
    await checkLook(page, "the start page with its charts");
    assert.deepEqual(misdeeds, []);
    await context.close();
  });
}
