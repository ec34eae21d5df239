// Distances, worked out on the phone: where somebody stands is sent with a report or a check-in and never otherwise.
import { say } from "./words.js";

const METRES_A_DEGREE = 111_320;

export function position(patience = 12_000) {
  return new Promise((done, failed) => {
    if (!navigator.geolocation) failed(new Error("none"));
    else navigator.geolocation.getCurrentPosition(({ coords }) => done(coords), failed, { enableHighAccuracy: true, timeout: patience, maximumAge: 30_000 });
  });
}

export function metres(one, other) {
  const x = (one.lon - other.lon) * Math.cos((one.lat * Math.PI) / 180);
  return Math.hypot(x, one.lat - other.lat) * METRES_A_DEGREE;
}

export function far(n) {
  if (n < 10) return say("here");
  if (n < 1000) return say("metres", { n: n < 100 ? Math.round(n) : Math.round(n / 10) * 10 });
  return say("kilometres", { n: (n / 1000).toFixed(1) });
}

function placed() {
  return Array.from(document.querySelectorAll("[data-near] [data-lon]"), (element) => ({ element, lon: +element.dataset.lon, lat: +element.dataset.lat }));
}

async function tell(sorts) {
  const { longitude, latitude } = await position();
  const here = { lon: longitude, lat: latitude };
  const found = placed().map((each) => ({ ...each, away: metres(each, here) }));
  for (const { element, away } of found) {
    const said = element.querySelector("[data-away]") || element.parentElement.querySelector("[data-away]");
    if (said) said.textContent = ` · ${far(away)}`;
  }
  if (!sorts) return;
  for (const { element } of found.sort((one, other) => one.away - other.away)) element.parentElement.append(element);
}

// Distances are shown unasked where the phone may tell the place already; the button asks for it and sorts.
export async function showDistances() {
  if (!placed().length) return;
  const button = document.querySelector("[data-nearest]");
  if (button) {
    button.hidden = false;
    button.addEventListener("click", () => tell(true).catch(() => { button.textContent = say("place_failed"); }));
  }
  const allowed = await navigator.permissions?.query({ name: "geolocation" }).catch(() => null);
  if (allowed?.state === "granted") tell(false).catch(() => {});
}

// Fill in the place of a form, once, when somebody asks for it.
export async function locate(form) {
  const said = form.querySelector("[data-place-said]");
  if (said) said.textContent = say("place_asked");
  try {
    const { longitude, latitude, accuracy } = await position();
    form.elements.lon.value = longitude.toFixed(6);
    form.elements.lat.value = latitude.toFixed(6);
    if (form.elements.area) form.elements.area.value = "";
    if (said) said.textContent = say("place_found", { n: Math.max(1, Math.round(accuracy)) });
    return true;
  } catch {
    form.elements.lon.value = form.elements.lat.value = "";
    if (said) said.textContent = say("place_failed");
    return false;
  }
}
