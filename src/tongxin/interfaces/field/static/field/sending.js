// Sending what waits: in order, one at a time, each item under its own key, so that a lost answer doubles nothing.
// Used by the pages and by the service worker: no document here.
import { all, change, remove } from "./store.js";

const PATIENCE = 45_000; // milliseconds for one message; a photo of 200 kB needs some 10 s on a 3G network
const TOGETHER = 20; // items without a photo that go in one message

// Answer {sent, state}: state is done, offline or signed-out. `told` hears of every change.
export async function sendAll(address, told = () => {}) {
  if (!self.navigator.locks) return send(address, told);
  return self.navigator.locks.request("tongxin-field-sending", () => send(address, told));
}

async function send(address, told) {
  if (!(await all()).length) return { sent: 0, state: "done" };
  const hello = await ask(address);
  if (!hello.person) return { sent: 0, state: hello.state };
  let sent = 0;
  const passed = new Set();
  for (;;) {
    const message = next((await all()).filter((each) => each.person === hello.person && !passed.has(each.n)));
    if (!message.length) return { sent, state: "done" };
    const answer = await ask(address, { token: hello.token, items: message });
    if (!answer.answers) {
      if (answer.state === "unreadable") await refuse(message, answer.said);
      else return { sent, state: answer.state };
    }
    for (const each of message) {
      passed.add(each.n);
      const one = (answer.answers || []).find((known) => known.key === each.key);
      if (one) sent += await settle(each, one);
    }
    told();
  }
}

// Return what goes next: items without a photo together, else one photo. The photos of a report follow all reports;
// what follows something refused, or a photo, waits for it.
function next(items) {
  const stuck = new Set(items.filter((each) => each.state !== "waiting").map((each) => each.group));
  const free = items.filter((each) => each.state === "waiting" && !stuck.has(each.group));
  const begun = new Set();
  const together = [];
  for (const each of free) {
    if (each.photo && !each.fields.about) break;
    if (!each.photo && !begun.has(each.group) && together.length < TOGETHER) together.push(each);
    begun.add(each.group);
  }
  return together.length ? together : free.slice(0, 1);
}

async function settle(item, answer) {
  if (answer.outcome === "accepted" || answer.outcome === "duplicate") {
    await remove(item);
    return 1;
  }
  const { said, changes = null, seen = null } = answer;
  await change(item, { state: answer.outcome === "conflict" ? "conflict" : "refused", said, changes, seen });
  return 0;
}

async function refuse(items, said) {
  for (const each of items) await change(each, { state: "refused", said });
}

async function ask(address, message) {
  const stop = new AbortController();
  const bell = setTimeout(() => stop.abort(), PATIENCE);
  try {
    const answer = await fetch(address, message ? post(message, stop.signal) : get(stop.signal));
    if (answer.type === "opaqueredirect" || answer.status === 401) return { state: "signed-out" };
    const told = (answer.headers.get("content-type") || "").includes("json") ? await answer.json() : {};
    if (answer.ok) return told;
    if (answer.status === 403) return { state: "signed-out" };
    return { state: answer.status < 500 && told.said ? "unreadable" : "offline", said: told.said };
  } catch {
    return { state: "offline" };
  } finally {
    clearTimeout(bell);
  }
}

function get(signal) {
  return { credentials: "same-origin", redirect: "manual", cache: "no-store", signal, headers: { Accept: "application/json" } };
}

function post({ token, items }, signal) {
  const body = new FormData();
  body.append("items", JSON.stringify(items.map(({ key, kind, fields, at }) => ({ key, kind, fields, at }))));
  body.append("sent_at", new Date().toISOString());
  for (const each of items) if (each.photo) body.append(each.key, each.photo, `${each.key}.jpg`);
  return { ...get(signal), method: "POST", body, headers: { Accept: "application/json", "X-CSRFToken": token } };
}
