// Keeping the app and the pages of the day on the phone.
const PAGES = "tongxin-pages-";
const FRESH = 10 * 60_000; // milliseconds for which a kept page need not be fetched anew
const AT_ONCE = 2;

export async function install(address) {
  try {
    await navigator.serviceWorker?.register(address, { scope: "/f/", type: "module" });
  } catch { /* an old browser: everything works with a network */ }
}

// Fetch the pages of this person's work, and forget those of anybody else who used this phone. False: nobody answers.
export async function keepPages(person, address) {
  if (!("caches" in self)) return true;
  const own = PAGES + person;
  for (const name of await caches.keys()) if (name.startsWith(PAGES) && name !== own) await caches.delete(name);
  const answer = await fetch(address, { redirect: "manual" }).catch(() => null);
  if (!answer) return false;
  const told = answer.ok ? await answer.json() : null;
  if (told?.person !== person) return true;
  const cache = await caches.open(own);
  const wanted = new Set(told.urls.map((url) => new URL(url, location.origin).href));
  for (const request of await cache.keys()) if (!wanted.has(request.url)) await cache.delete(request);
  const missing = [];
  for (const url of wanted) if (await isOld(cache, url)) missing.push(url);
  await Promise.all(Array.from({ length: AT_ONCE }, () => fetchSome(cache, missing)));
  return true;
}

async function fetchSome(cache, urls) {
  for (let url = urls.shift(); url; url = urls.shift()) {
    try {
      const answer = await fetch(url, { redirect: "manual" });
      if (answer.ok) await cache.put(url, answer);
    } catch {
      return;
    }
  }
}

async function isOld(cache, url) {
  const kept = await cache.match(url);
  return !kept || Date.now() - Date.parse(kept.headers.get("date") || 0) > FRESH;
}

// Signing out takes the pages from the phone; what waits to be sent stays.
export function leave(form) {
  form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    for (const name of await caches.keys()) if (name.startsWith(PAGES)) await caches.delete(name);
    form.submit();
  });
}
