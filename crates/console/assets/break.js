// Shows how many minutes of a break are left. The server decides when it is over.

const place = document.querySelector("[data-break]");
const until = place?.querySelector("time");
if (until) {
  const end = Date.parse(until.dateTime);
  const left = document.createElement("span");
  place.append(" (", left, ")");
  const say = () => {
    const minutes = Math.max(0, Math.ceil((end - Date.now()) / 60_000));
    left.textContent = place.dataset.break.replace("{minutes}", String(minutes));
    return minutes;
  };
  say();
  // Not at once: the clock of this machine may be ahead of the server's, whose break goes on.
  setInterval(() => {
    if (say() === 0) location.reload();
  }, 30_000);
}
