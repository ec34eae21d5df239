// The switch for being told on this device: <form data-push> of look/push.html.
//   data-key      the house's key, base64url         data-known   marks of the browsers that are told already
//   data-worker   the service worker's address       data-scope   what it stands for
//   data-said-…   what the switch says: off, on, wait, denied, unsupported, failed
// The browser is asked only when somebody presses the switch; a refusal is said, and changes nothing else.
const form = document.querySelector("form[data-push]");

class Said extends Error {} // a refusal of ours, in words

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));

async function markOf(endpoint) {
  const told = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(endpoint));
  return Array.from(new Uint8Array(told), (each) => each.toString(16).padStart(2, "0")).join("");
}

function show(state, sentence) {
  const button = form.querySelector("button");
  const isOn = state === "on";
  form.dataset.state = state;
  form.querySelector("[data-state-said]").textContent = sentence || form.dataset[`said${state[0].toUpperCase()}${state.slice(1)}`];
  button.setAttribute("aria-checked", String(isOn));
  button.disabled = state === "wait" || state === "unsupported";
}

async function own() {
  const kept = await navigator.serviceWorker.getRegistration(form.dataset.scope);
  return kept ? kept.pushManager.getSubscription() : null;
}

async function isKnown() {
  const asked = await own();
  return Boolean(asked) && form.dataset.known.split(" ").includes(await markOf(asked.endpoint));
}

async function tell(fields) {
  const body = new FormData(form);
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  const answer = await fetch(form.action, { method: "POST", body, headers: { "X-Requested-With": "fetch" } });
  if (!answer.ok) throw new Said(new DOMParser().parseFromString(await answer.text(), "text/html").body.textContent.trim());
}

async function ready(registration) {
  const worker = registration.installing || registration.waiting;
  if (!worker || registration.active) return registration;
  await new Promise((done) => worker.addEventListener("statechange", () => worker.state === "activated" && done()));
  return registration;
}

async function ask() {
  const { worker, scope, type } = form.dataset;
  const registration = await ready(await navigator.serviceWorker.register(worker, { scope, type, updateViaCache: "none" }));
  const options = { userVisibleOnly: true, applicationServerKey: bytes(form.dataset.key) };
  try {
    return await registration.pushManager.subscribe(options);
  } catch (error) {
    if (error.name !== "InvalidStateError") throw error;
    await (await registration.pushManager.getSubscription())?.unsubscribe(); // it was made for another key
    return registration.pushManager.subscribe(options);
  }
}

async function turnOn() {
  if ((await Notification.requestPermission()) !== "granted") return show("denied");
  const asked = await ask();
  await tell({ subscription: JSON.stringify(asked) });
  form.dataset.known += ` ${await markOf(asked.endpoint)}`;
  return show("on");
}

async function turnOff() {
  const asked = await own();
  if (asked) {
    await tell({ endpoint: asked.endpoint });
    const mark = await markOf(asked.endpoint);
    form.dataset.known = form.dataset.known.split(" ").filter((each) => each !== mark).join(" ");
  }
  return show("off");
}

async function start() {
  form.hidden = false;
  if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window && isSecureContext)) return show("unsupported");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const wasOn = form.dataset.state === "on";
    show("wait");
    try {
      await (wasOn ? turnOff() : turnOn());
    } catch (error) {
      show(wasOn ? "on" : "failed", error instanceof Said ? error.message : form.dataset.saidFailed);
    }
  });
  if (Notification.permission === "denied") return show("denied");
  return show((await isKnown()) && Notification.permission === "granted" ? "on" : "off");
}

if (form) start();
