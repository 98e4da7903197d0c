// The list of a bulk decision: one button for each group ticks all of its cases, or none.

import "./saved-reasons.js";

for (const button of document.querySelectorAll("[data-select-all]")) {
  const boxes = [...button.closest("section").querySelectorAll("input[type=checkbox]")];
  const isWhole = () => boxes.every((box) => box.checked);
  const name = () => (button.textContent = isWhole() ? button.dataset.none : button.dataset.all);
  button.hidden = false;
  button.addEventListener("click", () => {
    const checked = !isWhole();
    for (const box of boxes) box.checked = checked;
    name();
  });
  for (const box of boxes) box.addEventListener("change", name);
  name();
}
document.querySelector("[autofocus]")?.scrollIntoView({ block: "center", behavior: "instant" });
