// The service worker: the shell is kept, pages come from the network first and from the phone where there is none.
import { sendAll } from "./sending.js";
import "../look/pushed.js";

const SHELL = "tongxin-shell-";
const PAGES = "tongxin-pages-";
const DAY = 24 * 3600_000;
const PATIENCE = 5_000; // milliseconds until a kept page is shown instead of one that does not come
const SYNC = "/f/sync", OFFLINE = "/f/offline/", FORMS = "/f/report/forms/";

export function start(version, shell) {
  const own = SHELL + version;
  const paths = new Set(shell);
  self.addEventListener("install", (event) => {
    self.skipWaiting();
    event.waitUntil(caches.open(own).then((cache) => cache.addAll(shell.map((path) => new Request(path, { cache: "reload" })))));
  });
  self.addEventListener("activate", (event) => event.waitUntil(takeOver(own)));
  self.addEventListener("sync", (event) => {
    if (event.tag === "tongxin-field-send") event.waitUntil(sendInBackground());
  });
  self.addEventListener("fetch", (event) => {
    const { request } = event;
    const url = new URL(request.url);
    if (request.method !== "GET" || url.origin !== location.origin) return;
    if (paths.has(url.pathname)) event.respondWith(shellFirst(own, url.pathname, request));
    else if (!url.pathname.startsWith("/f/")) return;
    else if (request.mode === "navigate" || url.pathname === FORMS) event.respondWith(networkFirst(own, request));
    else if (request.destination === "image") event.respondWith(keptFirst(request));
  });
}

async function takeOver(own) {
  for (const name of await caches.keys()) if (name.startsWith(SHELL) && name !== own) await caches.delete(name);
  await self.clients.claim();
}

async function sendInBackground() {
  const done = await sendAll(SYNC);
  if (done.state === "offline") throw new Error("no network"); // the browser tries again
}

async function shellFirst(own, path, request) {
  const kept = await (await caches.open(own)).match(path);
  return kept || fetch(request);
}

async function networkFirst(own, request) {
  const asked = fetch(request).then((answer) => { keep(request, answer.clone()); return answer; });
  const kept = await pageOf(request.url);
  try {
    return await (kept ? Promise.race([asked, late()]) : asked);
  } catch {
    asked.catch(() => {});
    return kept || (await (await caches.open(own)).match(OFFLINE)) || Response.error();
  }
}

function late() {
  return new Promise((_, failed) => setTimeout(() => failed(new Error("late")), PATIENCE));
}

async function keptFirst(request) {
  return (await pageOf(request.url)) || fetch(request);
}

// A page kept less than a day ago.
async function pageOf(address) {
  const url = address.split("#")[0];
  for (const name of await caches.keys()) {
    if (!name.startsWith(PAGES)) continue;
    const kept = await (await caches.open(name)).match(url);
    if (kept && Date.now() - Date.parse(kept.headers.get("date") || 0) < DAY) return kept;
  }
  return null;
}

// Keep what just came, beside the pages of the same person; there is one such cache at most.
async function keep(request, answer) {
  if (!answer.ok || answer.redirected || answer.type !== "basic" || request.url.includes("?")) return;
  const name = (await caches.keys()).find((each) => each.startsWith(PAGES));
  if (name) await (await caches.open(name)).put(request.url, answer);
}
