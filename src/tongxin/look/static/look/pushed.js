// What a service worker does with a push: shows it, and leads to the matter when it is touched. Works in both kinds
// of workers: imported by a module, or by importScripts().
self.addEventListener("push", (event) => {
  const told = event.data ? event.data.json() : {};
  const shown = { body: told.body || "", tag: told.tag, data: { url: told.url || "" }, lang: "zh" };
  event.waitUntil(self.registration.showNotification(told.title || "", shown));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(openPage(event.notification.data?.url));
});

async function openPage(address) {
  const door = new URL(self.registration.scope);
  const page = new URL(address || door, door);
  if (door.pathname === "/f/" && page.pathname.startsWith("/m/")) page.pathname = `/f${page.pathname}`; // the phone's own page
  for (const each of await self.clients.matchAll({ type: "window", includeUncontrolled: true })) {
    if (each.url.split(/[?#]/)[0] === page.href) return each.focus();
  }
  return self.clients.openWindow(page.href);
}
