// Taking a call by the keyboard: function keys, Alt and a digit for the fields (the prefix is a setting), arrows and
// Enter in the list of places, 1 2 3 for a kind. Each presses a button or a field that also works by itself.

const PREFIX = "tongxin-call-prefix";
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const by = (id) => document.getElementById(id);
const form = by("call");
const where = by("f-where");
const spots = by("spots");

// ---- the prefix

const prefix = by("prefix"); // only where it can be changed
const prefixed = () => localStorage.getItem(PREFIX) ?? "alt";
if (prefix) prefix.value = prefixed();
showPrefix();
prefix?.addEventListener("change", () => {
  localStorage.setItem(PREFIX, prefix.value);
  showPrefix();
});
function showPrefix() {
  const name = prefixed() === "alt" ? "Alt" : "Ctrl+Alt";
  for (const each of all("[data-prefixed] kbd")) each.textContent = `${name}+${each.closest("[data-prefixed]").dataset.prefixed}`;
}
const isPrefixed = (event) => event.altKey && !event.shiftKey && event.ctrlKey === (prefixed() === "ctrl-alt");

// ---- keys

document.addEventListener(
  "keydown",
  (event) => {
    if (event.isComposing) return;
    const name = `${event.shiftKey ? "Shift+" : ""}${event.key}`;
    if (/^F\d+$/.test(event.key) && !event.ctrlKey && !event.altKey) {
      const button = document.querySelector(`[data-fkey="${name}"]`);
      if (!button) return;
      event.preventDefault();
      if (button.value === "answer" && button.form === form && !by("f-answer").value.trim()) by("f-answer").focus();
      else button.click();
    } else if (isPrefixed(event) && /^Digit[0-7]$/.test(event.code)) {
      event.preventDefault();
      reach(event.code.slice(-1));
    } else if (isPrefixed(event) && event.code === "KeyD") {
      event.preventDefault();
      document.querySelector("[data-alt=d]")?.click();
    } else if (isPrefixed(event) && event.code === "KeyK") {
      event.preventDefault();
      document.querySelector("[data-article]")?.focus();
    } else if (event.ctrlKey && event.code === "KeyS") {
      event.preventDefault();
      document.body.dispatchEvent(new CustomEvent("tx-keep"));
    } else if (event.target === by("f-q") && /^[1-4]$/.test(event.key) && !event.target.value) {
      const kind = document.querySelector(`#kinds [data-nth="${event.key}"]`);
      if (!kind) return;
      event.preventDefault();
      kind.click();
    } else if (event.target === where) {
      inPlaces(event);
    }
  },
  true,
);

function reach(digit) {
  const field = document.querySelector(`[data-alt-field="${digit}"]`);
  const wanted = field?.querySelector("input:checked, textarea, input:not([type=hidden])");
  const first = digit === "2" ? where : digit === "3" ? by("f-q") : wanted;
  first?.focus();
  if (first?.select && first.type !== "radio") first.select();
}

// ---- places

function inPlaces(event) {
  const choices = all("[name=spot]", spots);
  if (!choices.length || spots.classList.contains("shut")) return;
  const now = choices.findIndex((each) => each.checked);
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    const next = event.key === "ArrowDown" ? now + 1 : now - 1;
    choices[Math.min(Math.max(next, 0), choices.length - 1)].checked = true;
  } else if (event.key === "Enter" && !event.ctrlKey) {
    event.preventDefault();
    take(choices[Math.max(now, 0)]);
  } else if (event.key === "Escape") {
    shut(true);
  }
}

function take(choice) {
  choice.checked = true;
  where.value = choice.dataset.name;
  by("found-where").textContent = choice.closest("label").querySelector(".sub")?.textContent ?? "";
  shut(true);
  document.body.dispatchEvent(new CustomEvent("tx-placed"));
}

function shut(isShut) {
  spots.classList.toggle("shut", isShut);
  where.setAttribute("aria-expanded", String(!isShut));
}

// what is typed anew is another place
where.addEventListener("input", () => {
  for (const each of all("[name=spot]", spots)) each.checked = false;
  by("found-where").textContent = "";
});
spots.addEventListener("click", (event) => event.target.name === "spot" && take(event.target));
document.addEventListener("htmx:afterSwap", (event) => {
  showPrefix();
  if (event.target === beside) putBack();
  if (event.target === spots) shut(!spots.querySelector("[name=spot], .hint"));
});
if (spots.querySelector(":checked")) shut(true);

// ---- what is chosen while an answer travels: the page knows it, the answer does not yet

const beside = by("beside");
const choices = () => all("#beside [data-article], #kinds [name=template]");
let stood = [];
document.addEventListener("htmx:beforeSwap", (event) => {
  // as they stand now: once the answer's own are in, the old ones of a group let go
  if (event.target === beside) stood = choices().map((each) => [each, each.checked]);
});
function putBack() {
  for (const [was, isChecked] of stood) {
    const is = by(was.id);
    if (is) is.checked = isChecked;
    else if (isChecked) (was.matches("[data-article]") ? by("knowledge") : by("kinds"))?.append(was.closest(".tx-know, label"));
  }
  stood = [];
}

// ---- a call that is sent is no draft any more

const keeper = document.querySelector("[data-keeps]");
let isSent = false;
form.addEventListener("submit", (event) => {
  isSent = event.submitter?.hasAttribute("data-keep") !== true;
  if (isSent && keeper) htmx.trigger(keeper, "htmx:abort");
});
keeper?.addEventListener("htmx:beforeRequest", (event) => isSent && event.preventDefault());
addEventListener("pageshow", () => {
  isSent = false;
});

// ---- knowledge that is ticked becomes the answer where there is none yet

document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-article]") || !event.target.checked) return;
  const answer = by("f-answer");
  if (!answer.value.trim()) answer.value = event.target.closest(".tx-know").querySelector("[data-body]").textContent.trim();
});

// ---- the clock of the call, and where one begins to write

let began = performance.now();

// asked every second whether the bar still holds; the answer is empty while it does
async function ask() {
  const bar = by("callbar");
  const answer = await fetch(bar.dataset.polled, { headers: { "X-Requested-With": "fetch" } }).catch(() => null);
  if (!answer || answer.status !== 200 || answer.redirected) return;
  bar.outerHTML = await answer.text();
  began = performance.now();
}
setInterval(ask, 1000);

setInterval(() => {
  const clock = document.querySelector("[data-clock]");
  if (!clock) return;
  const seconds = Number(by("callbar").dataset.since) + Math.floor((performance.now() - began) / 1000);
  clock.textContent = [Math.floor(seconds / 60), seconds % 60].map((each) => String(each).padStart(2, "0")).join(":");
}, 1000);

by("three-way")?.addEventListener("toggle", () => by("tw-to").focus());
document.querySelector("[data-keep]")?.addEventListener("click", (event) => {
  event.preventDefault();
  document.body.dispatchEvent(new CustomEvent("tx-keep"));
});
// on a phone the letter is read first: its form stands below
const isWide = matchMedia("(min-width: 992px)").matches;
if (isWide && !document.querySelector("[aria-invalid=true]")) by("f-text").focus();
