// Reporting on a phone: photos made small before they are sent, the place by one tap, kinds while one types, and a
// draft that stays on the phone. The form itself needs none of it.

import { placeIn } from "./exif.js";
import { shots } from "./photos.js";

const form = document.getElementById("report");
const field = (name) => form.elements[name];
const DRAFT = "tongxin-draft";
const KEPT = ["text", "place", "area", "lon", "lat", "key", "town"]; // never the name nor the telephone
const WAIT_MS = 450;

async function show(id, address, given) {
  const url = new URL(address, location.href);
  for (const [name, value] of Object.entries(given)) url.searchParams.set(name, value);
  const answer = await fetch(url, { headers: { "X-Requested-With": "fetch" } });
  if (answer.ok) document.getElementById(id).innerHTML = await answer.text(); // our own page, escaped by the server
}

function later(act) {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(act, WAIT_MS);
  };
}

// ---- draft

function keep() {
  localStorage.setItem(DRAFT, JSON.stringify(Object.fromEntries(KEPT.map((name) => [name, field(name).value]))));
}

function restore() {
  const said = JSON.parse(localStorage.getItem(DRAFT) ?? "{}");
  if (!said.text && !said.place && !said.area && !said.lon) return;
  if (field("text").value || field("place").value) return; // what came back from the server is newer
  for (const name of KEPT) if (said[name]) field(name).value = said[name];
  form.querySelector("[data-draft]").hidden = false;
}

form.querySelector("[data-drop]").addEventListener("click", () => {
  localStorage.removeItem(DRAFT);
  location.assign(form.action);
});

// ---- kinds

const where = () => ({ lon: field("lon").value, lat: field("lat").value });
let picked = form.dataset.picked; // by the reporter: what is only suggested changes with the words
const suggest = () => show("kinds", form.dataset.kinds, { text: field("text").value.slice(0, 400), template: picked, ...where() });
const suggestLater = later(suggest);

// ---- place

async function placed(given) {
  for (const name of ["lon", "lat", "area"]) field(name).value = given[name] ?? "";
  document.getElementById("places").replaceChildren();
  hideGround();
  await showPlaced(given);
  keep();
  if (field("lon").value) suggest();
}

async function showPlaced(given) {
  await show("placed", form.dataset.place, given);
  if (!document.querySelector("#placed [data-outside]")) return;
  for (const name of ["lon", "lat"]) field(name).value = ""; // an address that is written now counts
}

const hint = (words) => Object.assign(document.createElement("p"), { className: "hint", textContent: words });
const here = form.querySelector("[data-here]");
here.addEventListener("click", () => {
  const words = here.querySelector("span");
  const start = words.textContent;
  const failed = () => {
    words.textContent = start;
    document.getElementById("placed").replaceChildren(hint(here.dataset.saidNo));
  };
  if (!navigator.geolocation) return failed();
  words.textContent = here.dataset.saidWait;
  const found = ({ coords }) => {
    words.textContent = start;
    placed({ lon: coords.longitude.toFixed(6), lat: coords.latitude.toFixed(6) });
  };
  navigator.geolocation.getCurrentPosition(found, failed, { enableHighAccuracy: true, timeout: 10_000, maximumAge: 30_000 });
});

const ground = document.getElementById("ground");
const picker = form.querySelector("[data-pick]");

function hideGround() {
  ground.hidden = true;
  picker.setAttribute("aria-expanded", "false");
}

picker.addEventListener("click", async () => {
  if (!ground.hidden) return hideGround();
  await show("ground", form.dataset.ground, {});
  ground.hidden = false;
  picker.setAttribute("aria-expanded", "true");
});

form.addEventListener("click", (event) => {
  const target = event.target.closest("[data-takes], [data-down], [data-unplace]");
  if (!target) return;
  if (target.dataset.takes) placed({ area: target.dataset.takes });
  else if (target.dataset.down) show("ground", form.dataset.ground, { area: target.dataset.down });
  else {
    placed({});
    document.getElementById("placed").replaceChildren();
    field("place").focus();
  }
});

const search = later(() => show("places", form.dataset.places, { q: field("place").value }));

// ---- photos

let photos = [];
const said = document.getElementById("shots-said");
shots(document.getElementById("f-photos"), { read: placeIn, changed: (now) => ((photos = now), usePhotoPlace()) });

const agreed = form.elements.photo_place;
function usePhotoPlace() {
  if (!agreed.checked || !photos.length) return;
  const found = photos.find((photo) => photo.read)?.read;
  if (found) placed({ lon: found.lon.toFixed(6), lat: found.lat.toFixed(6) });
  else said.textContent = agreed.dataset.saidNone;
}
agreed.addEventListener("change", usePhotoPlace);

// ---- the form

field("text").addEventListener("input", suggestLater);
form.addEventListener("change", ({ target }) => {
  if (target.name === "template") picked = target.value;
});
field("place").addEventListener("input", search);
form.addEventListener("input", keep);
form.addEventListener("submit", (event) => {
  const button = document.querySelector("[form=report]");
  if (!navigator.onLine) {
    event.preventDefault(); // the browser's own page of errors would lose the photos
    Object.assign(document.querySelector(".tx-foot p"), { className: "b", textContent: button.dataset.saidOffline });
    return;
  }
  button.querySelector("span").textContent = button.dataset.saidSending;
  button.setAttribute("aria-disabled", "true");
});
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload(); // a page taken out of the browser's memory says “Sending…”
});

restore();
if (field("text").value) suggest();
if (field("area").value || field("lon").value) showPlaced({ area: field("area").value, ...where() });
form.dataset.ready = "";
