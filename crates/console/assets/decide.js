// The form of a decision: Ctrl+Enter sends it, and the field that made the last form fail is brought into
// sight.

import "./saved-reasons.js";

const form = document.querySelector("#decide-form");
if (form) {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing || event.repeat) return;
    // Another form that has the focus is not sent by this key, and neither is the decision.
    const focused = document.activeElement?.closest("form");
    if ((focused && focused !== form) || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    form.requestSubmit(form.querySelector("[data-submit]"));
  });
}
document.querySelector("[autofocus]")?.scrollIntoView({ block: "center", behavior: "instant" });
