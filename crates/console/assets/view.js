// Shows a picture clearly while a key or the pointer is held. The server records the view before
// the first byte leaves; letting go, or leaving the page, clears the canvas and ends the view. A view
// begins only while more than half of the picture is on the screen, so that no view is recorded of a
// picture that the reviewer did not see.

const csrf = document.querySelector("meta[name=csrf]")?.content ?? "";
const LASTS_MAX_MS = 120_000;
const TOGGLE_MS = 10_000;
const HEARTBEAT_MS = 5_000;
/** The part of a picture that must be on the screen for a view to begin. */
const VISIBLE_MIN = 0.5;

const headers = { accept: "application/json" };

/** Returns the area of an element that is on the screen, and its whole area, in pixels. */
function areas(element) {
  const { top, bottom, left, right, width, height } = element.getBoundingClientRect();
  const wide = Math.min(right, innerWidth) - Math.max(left, 0);
  // What the header at the top covers is not seen.
  const high = Math.min(bottom, innerHeight) - Math.max(top, covered());
  return { visible: Math.max(0, wide) * Math.max(0, high), whole: width * height };
}

/** Returns the height of the header while it stays at the top of the screen. */
function covered() {
  const header = document.querySelector("header.top");
  if (!header || !["sticky", "fixed"].includes(getComputedStyle(header).position)) return 0;
  return Math.max(0, header.getBoundingClientRect().bottom);
}

/** Returns the server's message about a request that failed; empty if it sent none. */
async function why(answer) {
  const { happened, todo } = await answer.json().catch(() => ({}));
  return happened ? `${happened}. ${todo}` : "";
}

class View {
  constructor(place) {
    this.place = place;
    this.item = place.closest(".item");
    this.frame = place.querySelector(".frame");
    this.button = place.querySelector("button");
    this.status = place.querySelector("[role=status]");
    this.isToggle = place.dataset.view === "toggle";
    this.open = null;
    this.button.hidden = false;
    const blurred = this.frame.querySelector("img");
    blurred?.addEventListener("error", () => this.frame.replaceChildren(this.sentence(this.frame.dataset.broken)));
    if (blurred?.complete && blurred.naturalWidth === 0) blurred.dispatchEvent(new Event("error"));
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

  isVisible() {
    const { visible, whole } = areas(this.frame);
    return visible > whole * VISIBLE_MIN;
  }

  async begin(lasts) {
    if (this.open) return;
    if (!this.isVisible()) {
      this.status.textContent = this.status.dataset.unseen;
      return;
    }
    const open = (this.open = { view: null, timers: [], canvas: null });
    try {
      const body = new URLSearchParams(this.place.dataset.by);
      body.set("item", this.place.dataset.item);
      body.set("csrf", csrf);
      const begun = await fetch(this.place.dataset.openView, { method: "POST", body, headers });
      if (!begun.ok) throw new Error(await why(begun));
      const { view, picture } = await begun.json();
      open.view = view;
      if (this.open !== open) return this.close(open);
      open.timers.push(setTimeout(() => this.end(), lasts));
      open.timers.push(setInterval(() => this.heartbeat(open), HEARTBEAT_MS));
      const bytes = await fetch(picture, { headers });
      if (!bytes.ok) throw new Error(await why(bytes));
      const bitmap = await createImageBitmap(await bytes.blob());
      if (this.open === open) this.draw(open, bitmap);
      bitmap.close();
      refreshNeeded();
    } catch (error) {
      this.status.textContent = error.message || this.status.dataset.failed;
      this.status.classList.add("bad");
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

  async heartbeat(open) {
    const answer = await this.post(open, "heartbeat").catch(() => null);
    if (!answer?.ok && this.open === open) this.end();
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
    if (!open.view) return;
    const body = new URLSearchParams({ csrf });
    navigator.sendBeacon(`/console/views/${open.view}/close`, body);
  }

  post(open, what) {
    const body = new URLSearchParams({ csrf });
    return fetch(`/console/views/${open.view}/${what}`, { method: "POST", body, headers });
  }
}

const views = [...document.querySelectorAll("[data-open-view]")].map((place) => new View(place));
const endAll = () => views.forEach((view) => view.end());
addEventListener("blur", endAll);
addEventListener("pagehide", endAll);
document.addEventListener("visibilitychange", endAll);

// Which views are still needed, as the server says after each view. Only the text is replaced: the
// pictures of the answer are not loaded, so no view is recorded for them.
function refreshNeeded() {
  const needed = document.querySelector("#views-needed");
  if (!needed) return;
  // The pages permit no parser of text (trusted types); a request parses its own answer.
  const request = new XMLHttpRequest();
  // The answer to a form has the form's address, below that of its page: /console/cases/ID/decide.
  const path = location.pathname.split("/");
  request.open("GET", path.length > 4 ? path.slice(0, 4).join("/") : location.href);
  request.responseType = "document";
  request.addEventListener("load", () => {
    const now = request.response?.querySelector("#views-needed");
    if (request.status !== 200 || !now) return;
    needed.className = now.className;
    needed.replaceChildren(...now.childNodes);
  });
  request.send();
}

// The current item is the one whose picture has the largest area on the screen, or, after `J` or `K`,
// the next or previous one. It has a ring, and only its button shows the key `V`.
let current = null;
let isMoving = false;

function mark(view) {
  if (current === view) return;
  current?.item.removeAttribute("data-current");
  current = view;
  current?.item.setAttribute("data-current", "");
}

function markLargest() {
  if (isMoving || views.some((view) => view.open)) return;
  const focused = views.find((view) => view.place.contains(document.activeElement) && view.isVisible());
  let largest = null;
  let most = 0;
  for (const view of views) {
    const { visible } = areas(view.frame);
    // A little more, so that two pictures of the same size do not take turns.
    if (visible > most + 1) [largest, most] = [view, visible];
  }
  mark(focused ?? largest);
}

function move(by) {
  const at = views.indexOf(current);
  const next = views[at < 0 ? 0 : Math.min(views.length - 1, Math.max(0, at + by))];
  if (!next) return;
  endAll();
  mark(next);
  isMoving = true;
  next.item.scrollIntoView({ block: "center", behavior: "instant" });
  next.button.focus({ preventScroll: true });
  // The scroll event of this movement comes with the next frame.
  requestAnimationFrame(() => requestAnimationFrame(() => (isMoving = false)));
}

let isAwaited = false;
function markSoon() {
  if (isAwaited) return;
  isAwaited = true;
  requestAnimationFrame(() => {
    isAwaited = false;
    markLargest();
  });
}
addEventListener("scroll", markSoon, { passive: true });
addEventListener("resize", markSoon, { passive: true });
document.addEventListener("focusin", markSoon);
// A picture that comes late changes the layout.
document.addEventListener("load", markSoon, { capture: true, passive: true });
markLargest();

const isWriting = (element) => element.matches?.("textarea, select, input:not([type=radio], [type=checkbox])");
const hasKeys = !document.body.classList.contains("keyless");
document.addEventListener("keydown", (event) => {
  if (!hasKeys || isWriting(event.target) || document.querySelector("dialog[open]")) return;
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  const key = event.key.toLowerCase();
  if (key === "j" || key === "k") {
    event.preventDefault();
    move(key === "j" ? 1 : -1);
  } else if (key === "v" && !event.repeat) {
    if (current?.isToggle) current.button.click();
    else current?.begin(LASTS_MAX_MS);
  }
});
document.addEventListener("keyup", (event) => {
  if (event.key.toLowerCase() === "v") views.filter((view) => !view.isToggle).forEach((view) => view.end());
});
