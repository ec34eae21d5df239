// Keys of the desk (ui.md §8). Everything here is a short cut to a link or a button that also works without script.
// What pages say in attributes:
//   data-list            a grid of rows; J K move, with Shift they tick, X ticks, Enter opens, `peek` is triggered
//                        on the chosen row
//   data-key="a"         the key that presses this button or link
//   data-refused="b"     the key of an act that may not be taken: its reason is read aloud instead
//   data-opens="id"      opens that <dialog>; data-closes closes the one it stands in
//   data-tick-all="form" ticks every box of that form
//   data-focus           takes the focus when the page opens

const OFF = "tongxin-keys-off";
const FIELD = "input:not([type=checkbox]):not([type=radio]):not([type=button]):not([type=submit]), textarea, select, [contenteditable]";
const GO_MS = 1200;

const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const isSeen = (element) => element.offsetParent !== null;
const areOn = () => localStorage.getItem(OFF) === null;
let goUntil = 0;

// ---- lists

function choose(row) {
  for (const other of all("[role=row][aria-selected=true]", row.closest("[data-list]"))) {
    other.setAttribute("aria-selected", "false");
    other.tabIndex = -1;
  }
  row.setAttribute("aria-selected", "true");
  row.tabIndex = 0;
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
  row.dispatchEvent(new CustomEvent("peek", { bubbles: true }));
}

function move(step) {
  const list = document.querySelector("[data-list]");
  if (!list) return false;
  const rows = all("[role=row][aria-selected]", list);
  const now = rows.findIndex((row) => row.getAttribute("aria-selected") === "true");
  const next = rows[Math.min(Math.max(now < 0 ? 0 : now + step, 0), rows.length - 1)];
  if (next) choose(next);
  return Boolean(next);
}

// Shift: the chosen row is ticked, and so is the one gone to
function moveAndTick(step) {
  for (const row of [chosen(), move(step) && chosen()]) {
    const box = row && row.querySelector("input[type=checkbox]");
    if (box && !box.checked) box.click();
  }
  return true;
}

function chosen() {
  return document.querySelector("[data-list] [role=row][aria-selected=true]");
}

// ---- dialogs and drop-downs

function open(dialog) {
  if (dialog && !dialog.open) dialog.showModal();
}

function closeDrops(except) {
  for (const drop of all("details[open]:has(> .tx-drop)")) if (!drop.contains(except)) drop.open = false;
}

// ---- acts

function say(text) {
  let voice = document.getElementById("said-aloud");
  if (!voice) {
    voice = Object.assign(document.createElement("p"), { id: "said-aloud", className: "sr" });
    voice.setAttribute("role", "status");
    document.body.append(voice);
  }
  voice.textContent = text;
}

function press(key) {
  const wanted = CSS.escape(key);
  const button = all(`[data-key="${wanted}"]`).find((each) => isSeen(each) || isSeen(each.closest("details:not([open])") ?? each));
  if (button) {
    const folded = button.closest("details:not([open])");
    if (folded) folded.open = true;
    button.focus();
    button.click();
    return true;
  }
  const refusal = all(`[data-refused~="${wanted}"]`).find(isSeen);
  if (!refusal) return false;
  refusal.tabIndex = -1;
  refusal.focus();
  say(`${refusal.textContent} ${refusal.nextElementSibling?.textContent ?? ""}`);
  return true;
}

function go(key) {
  const address = document.body.dataset[`go${key.toUpperCase()}`];
  if (address) location.assign(address);
  return Boolean(address);
}

function single(event) {
  const key = event.key.toLowerCase();
  if (performance.now() < goUntil) {
    goUntil = 0;
    return go(key);
  }
  switch (event.key) {
    case "/":
      document.getElementById("search")?.focus();
      return true;
    case "?":
      open(document.getElementById("keys"));
      return true;
  }
  switch (key) {
    case "j":
      return event.shiftKey ? moveAndTick(1) : move(1);
    case "k":
      return event.shiftKey ? moveAndTick(-1) : move(-1);
    case "x":
      if (!chosen()) return press(key);
      chosen().querySelector("input[type=checkbox]")?.click();
      return true;
    case "g":
      goUntil = performance.now() + GO_MS;
      return true;
    case "enter":
      if (!event.target.matches("[role=row]")) return false;
      event.target.querySelector("a[href]")?.click();
      return true;
  }
  return press(key);
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.defaultPrevented) return;
  const field = event.target.closest?.(FIELD);
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    const form = event.target.closest("form") ?? document.querySelector("form[data-main]");
    if (form) event.preventDefault();
    form?.requestSubmit(form.querySelector(".btn-primary:not([type=button])")); // as if its main button were pressed
  } else if (event.key === "Escape") {
    closeDrops(null);
    field?.blur();
    if (location.hash) history.replaceState(null, "", location.pathname + location.search);
  } else if (!field && !event.ctrlKey && !event.metaKey && !event.altKey && areOn()) {
    if (document.querySelector("dialog[open]")) return;
    if (single(event)) event.preventDefault();
  }
});

document.addEventListener("click", (event) => {
  const target = event.target;
  closeDrops(target);
  const opener = target.closest("[data-opens]");
  if (opener) {
    event.preventDefault();
    open(document.getElementById(opener.dataset.opens));
  }
  const closer = target.closest("[data-closes]");
  if (closer?.closest("dialog")?.open) {
    event.preventDefault();
    closer.closest("dialog").close();
  }
  const row = target.closest("[data-list] [role=row][aria-selected]");
  if (row && !target.closest("a, input, button, label")) {
    if (document.getElementById("aside")?.offsetParent) choose(row);
    else row.querySelector("a[href]")?.click();
  }
});

document.addEventListener("change", (event) => {
  const box = event.target;
  if (box.id === "keys-on") {
    if (box.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
  } else if (box.dataset.tickAll) {
    for (const other of all(`input[type=checkbox][form="${CSS.escape(box.dataset.tickAll)}"]`)) other.checked = box.checked;
  }
});

const keysOn = document.getElementById("keys-on");
if (keysOn) keysOn.checked = areOn();
document.querySelector("[data-focus]")?.focus();
// on a phone the part one is on may stand beyond the edge
const part = document.querySelector(".tx-parts .on");
if (part) part.parentElement.scrollLeft = part.offsetLeft - (part.parentElement.clientWidth - part.offsetWidth) / 2;
