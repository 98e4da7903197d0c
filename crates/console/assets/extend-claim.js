// Extends the claim every two minutes while the reviewer works on the page, and shows how long it still
// lasts. Sends nothing while the page is hidden or has had no input for eight minutes, so that the claim
// then lapses; warns two minutes before it does.

const csrf = document.querySelector("meta[name=csrf]")?.content ?? "";
const EVERY_MS = 120_000;
const STILL_MAX_MS = 480_000;
const SOON_MS = 120_000;
const SHOWN_EVERY_MS = 10_000;

const form = document.querySelector("#decide-form");
const claim = document.querySelector(".claim[data-left-s]");
const soon = document.querySelector(".claim-soon");

// The time that is left counts from when the page came, so that the clocks need not agree.
let ends = performance.now() + Number(claim?.dataset.leftS ?? 0) * 1_000;

function show() {
  if (!claim) return;
  const left = ends - performance.now();
  const minutes = Math.max(0, Math.ceil(left / 60_000));
  claim.querySelector(".left").textContent = `(${claim.dataset.left.replace("{minutes}", String(minutes))})`;
  const text = left <= 0 ? claim.dataset.over : left <= SOON_MS ? claim.dataset.soon : "";
  // The text is set only when it changes, because readers announce it.
  if (soon.textContent !== text) soon.textContent = text;
  soon.hidden = !text;
}

async function extend() {
  const body = new URLSearchParams({ claim: form.elements.claim.value, csrf });
  const answer = await fetch(form.dataset.extendClaim, { method: "POST", body }).catch(() => null);
  if (answer?.ok) ends = performance.now() + Number(claim?.dataset.claimS ?? 0) * 1_000;
  show();
}

if (form) {
  let touched = Date.now();
  for (const sign of ["keydown", "pointerdown", "scroll"]) {
    addEventListener(sign, () => (touched = Date.now()), { passive: true, capture: true });
  }
  setInterval(() => {
    if (document.hidden || Date.now() - touched > STILL_MAX_MS) return;
    extend();
  }, EVERY_MS);
  setInterval(show, SHOWN_EVERY_MS);
  document.addEventListener("visibilitychange", show);
  show();
}
