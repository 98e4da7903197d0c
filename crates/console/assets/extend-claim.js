// Extends the claim every two minutes while the reviewer works on the page. Sends nothing while the
// page is hidden or has had no input for eight minutes, so that the claim then lapses.

const csrf = document.querySelector("meta[name=csrf]")?.content ?? "";
const EVERY_MS = 120_000;
const STILL_MAX_MS = 480_000;

const form = document.querySelector("#decide-form");
if (form) {
  let touched = Date.now();
  for (const sign of ["keydown", "pointerdown", "scroll"]) {
    addEventListener(sign, () => (touched = Date.now()), { passive: true });
  }
  setInterval(() => {
    if (document.hidden || Date.now() - touched > STILL_MAX_MS) return;
    const body = new URLSearchParams({ claim: form.elements.claim.value, csrf });
    fetch(form.dataset.extendClaim, { method: "POST", body }).catch(() => {});
  }, EVERY_MS);
}
