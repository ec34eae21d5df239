// Every page of the field door: the bar of the network, sending what waits, forms that work without a network.
import { all } from "./store.js";
import { sendAll } from "./sending.js";
import { install, keepPages, leave } from "./keeping.js";
import { takeForms, tell, wrongOf } from "./forms.js";
import { showDistances } from "./near.js";
import { showWaiting } from "./waits.js";
import { iconOf, say } from "./words.js";

const door = document.body.dataset;
const bar = document.getElementById("net");
const SOON = 5_000, LATER = 300_000; // milliseconds between two tries while something waits
let pause = SOON, timer, state = "done", isSending = false;

document.documentElement.classList.add("scripted");
for (const day of document.querySelectorAll("[data-unset]")) {
  const mark = () => day.classList.toggle("unset", !day.value);
  day.addEventListener("input", mark);
  mark();
}

function line(bold, rest, address, label) {
  const words = document.createElement("span");
  const strong = document.createElement("b");
  strong.textContent = bold;
  words.append(strong, rest);
  const parts = [iconOf(state === "offline" || !navigator.onLine ? "cloud-off" : "cloud-upload", "i-l"), words];
  if (address) {
    const link = document.createElement("a");
    link.className = "btn btn-sm";
    link.href = address;
    link.textContent = label;
    parts.push(link);
  }
  bar.replaceChildren(...parts);
  bar.hidden = false;
}

// What the bar says: nothing when there is a network and nothing waits.
export async function showBar() {
  const items = await all().catch(() => []);
  const own = items.filter((each) => each.person === door.person);
  const groups = new Set(own.map((each) => each.group));
  const stuck = new Set(own.filter((each) => each.state !== "waiting").map((each) => each.group));
  const others = new Set(items.filter((each) => each.person !== door.person).map((each) => each.group)).size;
  const n = groups.size;
  bar.dataset.state = state;
  if (state === "signed-out" && n) line(say("signed_out", { n }), "", door.login, say("sign_in"));
  else if (stuck.size) line(say("attention", { n: stuck.size }), "", door.waiting, say("look"));
  else if (!navigator.onLine || state === "offline") line(say("offline"), n ? say("kept", { n }) : say("none_kept"), n && door.waiting, say("look"));
  else if (n) line(say(isSending ? "sending" : "waiting", { n }), "", door.waiting, say("look"));
  else if (others) line(say("others", { n: others }), "");
  else bar.hidden = true;
  document.dispatchEvent(new CustomEvent("tx-waiting"));
}

// Send what waits; try again while something does.
export async function send() {
  clearTimeout(timer);
  isSending = true;
  const done = navigator.onLine ? await sendAll(door.sync, showBar).catch(() => ({ sent: 0, state: "offline" })) : { sent: 0, state: "offline" };
  isSending = false;
  state = done.state;
  if (done.sent) pause = SOON;
  await showBar();
  const waits = (await all().catch(() => [])).some((each) => each.state === "waiting");
  if (waits || state === "offline") timer = setTimeout(send, pause);
  pause = Math.min(pause * 2, LATER);
  return done;
}

// Ask the browser to send even when the page is closed, where it can.
export async function sendLater() {
  try {
    const ready = await navigator.serviceWorker?.ready;
    await ready?.sync?.register("tongxin-field-send");
  } catch { /* it is sent when the app is opened */ }
}

function banner() {
  const said = sessionStorage.getItem("tongxin-said");
  if (!said) return;
  sessionStorage.removeItem("tongxin-said");
  const note = document.createElement("div");
  note.className = "tx-note success";
  note.setAttribute("role", "status");
  note.append(iconOf("circle-check"), Object.assign(document.createElement("span"), { textContent: said }));
  document.getElementById("main").prepend(note);
}

// what cannot be kept is not sent into the void: what was entered stays, and the page says why
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if ((navigator.onLine && state !== "offline") || form.isSure || "keeps" in form.dataset || form.method !== "post") return;
  event.preventDefault();
  event.stopImmediatePropagation();
  form.isSure = navigator.onLine && (await fetch(door.sync, { cache: "no-store", redirect: "manual" }).then(() => true, () => false));
  if (form.isSure) form.requestSubmit(event.submitter);
  else tell(wrongOf(form), form.dataset.offline || say("online_only"));
}, true);
document.addEventListener("tx-waiting", () => showWaiting(door.person));

banner();
takeForms(send, sendLater);
showDistances();
leave(document.querySelector("form[data-leaves]"));
const sent = send();
install(door.worker).then(async () => {
  if (!navigator.onLine) return;
  if (!(await keepPages(door.person, door.kept))) {
    await sent; // which asks nobody where nothing waits
    state = "offline"; // there is a network, and no way to us: this page is a kept one
    return showBar();
  }
  await navigator.serviceWorker?.ready;
  document.documentElement.dataset.kept = ""; // the day is on the phone
}).catch(() => { /* tried again with the next page */ });
addEventListener("online", () => { pause = SOON; send(); });
addEventListener("offline", () => { state = "offline"; showBar(); });
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && send());
