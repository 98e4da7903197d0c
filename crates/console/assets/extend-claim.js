// Says now and then that somebody is still at the case, so that it stays theirs. Whoever went away
// loses it after a while: nothing is said while the page is hidden or nobody touched it.

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
