// Shows a picture clearly while a key or the pointer is held. The server records the look before
// the first byte leaves; letting go, or leaving the page, clears the canvas and ends the look.

const csrf = document.querySelector("meta[name=csrf]")?.content ?? "";
const LASTS_MAX_MS = 120_000;
const TOGGLE_MS = 10_000;
const KEEP_MS = 5_000;

const headers = { accept: "application/json" };

/** What the server says of what it did not do; nothing, if it said nothing. */
async function why(answer) {
  const { happened, todo } = await answer.json().catch(() => ({}));
  return happened ? `${happened}. ${todo}` : "";
}

class Look {
  constructor(place) {
    this.place = place;
    this.frame = place.querySelector(".frame");
    this.button = place.querySelector("button");
    this.said = place.querySelector("[role=status]");
    this.isToggle = place.dataset.view === "toggle";
    this.open = null;
    this.button.hidden = false;
    const veiled = this.frame.querySelector("img");
    veiled?.addEventListener("error", () => this.frame.replaceChildren(this.sentence(this.frame.dataset.broken)));
    if (veiled?.complete && veiled.naturalWidth === 0) veiled.dispatchEvent(new Event("error"));
    if (this.isToggle) {
      this.button.addEventListener("click", () => (this.open ? this.end() : this.begin(TOGGLE_MS)));
    } else {
      this.button.addEventListener("pointerdown", (event) => {
        this.button.setPointerCapture(event.pointerId);
        this.begin(LASTS_MAX_MS);
      });
      for (const over of ["pointerup", "pointercancel", "lostpointercapture", "blur"]) {
        this.button.addEventListener(over, () => this.end());
      }
      this.button.addEventListener("keydown", (event) => {
        if (event.repeat || (event.key !== " " && event.key !== "Enter")) return;
        event.preventDefault();
        this.begin(LASTS_MAX_MS);
      });
      this.button.addEventListener("keyup", () => this.end());
    }
    this.button.addEventListener("contextmenu", (event) => event.preventDefault());
  }

  async begin(lasts) {
    if (this.open) return;
    const open = (this.open = { look: null, timers: [], canvas: null });
    try {
      const body = new URLSearchParams(this.place.dataset.by);
      body.set("item", this.place.dataset.item);
      body.set("csrf", csrf);
      const begun = await fetch(this.place.dataset.look, { method: "POST", body, headers });
      if (!begun.ok) throw new Error(await why(begun));
      const { look, picture } = await begun.json();
      open.look = look;
      if (this.open !== open) return this.close(open);
      open.timers.push(setTimeout(() => this.end(), lasts));
      open.timers.push(setInterval(() => this.keep(open), KEEP_MS));
      const bytes = await fetch(picture, { headers });
      if (!bytes.ok) throw new Error(await why(bytes));
      const bitmap = await createImageBitmap(await bytes.blob());
      if (this.open === open) this.draw(open, bitmap);
      bitmap.close();
    } catch (error) {
      this.said.textContent = error.message || this.said.dataset.failed;
      this.said.classList.add("bad");
      this.end();
    }
  }

  sentence(text) {
    const sentence = document.createElement("p");
    sentence.textContent = text;
    return sentence;
  }

  draw(open, bitmap) {
    open.canvas = document.createElement("canvas");
    open.canvas.width = bitmap.width;
    open.canvas.height = bitmap.height;
    open.canvas.getContext("2d").drawImage(bitmap, 0, 0);
    this.frame.append(open.canvas);
  }

  async keep(open) {
    const kept = await this.tell(open, "keep").catch(() => null);
    if (!kept?.ok && this.open === open) this.end();
  }

  end() {
    const open = this.open;
    if (!open) return;
    this.open = null;
    for (const timer of open.timers) clearInterval(timer);
    if (open.canvas) {
      open.canvas.width = 0;
      open.canvas.remove();
    }
    this.close(open);
  }

  close(open) {
    if (!open.look) return;
    const body = new URLSearchParams({ csrf });
    navigator.sendBeacon(`/console/looks/${open.look}/close`, body);
  }

  tell(open, what) {
    const body = new URLSearchParams({ csrf });
    return fetch(`/console/looks/${open.look}/${what}`, { method: "POST", body, headers });
  }
}

const looks = [...document.querySelectorAll("[data-look]")].map((place) => new Look(place));
const endAll = () => looks.forEach((look) => look.end());
addEventListener("blur", endAll);
addEventListener("pagehide", endAll);
document.addEventListener("visibilitychange", endAll);

// `V` is for the picture that has the focus, or the first one on the screen.
const isWriting = (element) => element.matches?.("textarea, select, input:not([type=radio], [type=checkbox])");
const chosen = () =>
  looks.find((look) => look.place.contains(document.activeElement)) ??
  looks.find((look) => look.place.getBoundingClientRect().bottom > 0);
const hasKeys = !document.body.classList.contains("keyless");
document.addEventListener("keydown", (event) => {
  if (!hasKeys || event.key.toLowerCase() !== "v" || event.repeat || isWriting(event.target)) return;
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const look = chosen();
  if (look?.isToggle) look.button.click();
  else look?.begin(LASTS_MAX_MS);
});
document.addEventListener("keyup", (event) => {
  if (event.key.toLowerCase() === "v") looks.filter((look) => !look.isToggle).forEach((look) => look.end());
});
