// Saved reasons: a chosen one is written into the text field that its list names.

for (const saved of document.querySelectorAll("[data-fills]")) {
  const reason = document.querySelector(saved.dataset.fills);
  // With the script the field itself is sent, so that it must not be empty.
  reason.required = true;
  saved.addEventListener("change", () => {
    if (!saved.value) return;
    reason.value = reason.value.trim() ? `${reason.value.trim()}\n${saved.value}` : saved.value;
    saved.value = "";
    reason.focus();
  });
}
