// Forms that work without a network: what they hold is kept on the phone first, and sent from there.
//   <form data-keeps="checkin">       its fields become one item of that kind
//   <div data-shots="photos">         its photos become items of kind `data-photo-kind` (evidence) about it
//   <button data-online>              is sent at once, by the browser, and not without a network
//   <button data-locate>              fills in lon and lat once
//   <button data-here>                fills them in at the moment it is pressed, before the item is kept
import { add, newKey } from "./store.js";
import { resized } from "./photos.js";
import { locate } from "./near.js";
import { iconOf, say } from "./words.js";

const PATIENCE = 6_000; // milliseconds to wait for the answer before going on; it is sent anyway
const APART = new Set(["csrfmiddlewaretoken", "key"]);
const taken = new WeakMap(); // by the element of the photos: what was taken, resized
const going = new WeakSet(); // forms on their way: a second tap while the phone looks where it is adds nothing

export function shotsOf(form, name) {
  const element = form.querySelector(`[data-shots="${name}"]`);
  return (element && taken.get(element)) || [];
}

export function takeForms(send, sendLater) {
  for (const each of document.querySelectorAll("[data-shots]")) takeShots(each);
  for (const form of document.querySelectorAll("form[data-keeps]")) {
    form.querySelector("[data-locate]")?.addEventListener("click", () => locate(form));
    form.addEventListener("submit", (event) => submitted(event, form, send, sendLater));
    tick(form);
  }
  // a form taken out of the browser's memory has been sent
  addEventListener("pageshow", (event) => event.persisted && location.reload());
}

function takeShots(element) {
  taken.set(element, []);
  const input = element.querySelector("input[type=file]");
  input.addEventListener("change", async () => {
    await addShots(element, input.files);
    input.value = "";
  });
}

let resizing = Promise.resolve(); // a photo just taken is waited for before its form goes

export function addShots(element, files) {
  resizing = resizing.then(() => takeEach(element, [...files]));
  return resizing;
}

async function takeEach(element, files) {
  for (const file of files) {
    try {
      taken.get(element).push({ key: newKey(), blob: await resized(file), at: new Date().toISOString() });
    } catch {
      tell(wrongOf(element.closest("form")), say("no_photo"));
    }
  }
  drawShots(element);
}

function drawShots(element) {
  const shots = taken.get(element);
  const count = element.querySelector("[data-count]");
  if (count) count.textContent = `${shots.length} / ${element.dataset.wanted}`;
  element.querySelector(".shots").replaceChildren(...shots.map((shot) => shown(element, shot)));
  element.dispatchEvent(new CustomEvent("tx-shots", { bubbles: true, detail: shots }));
}

function shown(element, shot) {
  const figure = document.createElement("figure");
  figure.setAttribute("role", "listitem");
  const picture = new Image(104, 78);
  picture.src = URL.createObjectURL(shot.blob);
  picture.alt = "";
  const remove = document.createElement("button");
  remove.type = "button";
  remove.setAttribute("aria-label", say("remove"));
  remove.innerHTML = "<span>×</span>";
  remove.addEventListener("click", () => {
    taken.set(element, taken.get(element).filter((each) => each !== shot));
    drawShots(element);
  });
  figure.append(picture, remove);
  return figure;
}

async function submitted(event, form, send, sendLater) {
  const button = event.submitter;
  if (button?.hasAttribute("data-online")) {
    if (navigator.onLine) return;
    event.preventDefault();
    tell(wrongOf(form), say("online_only"));
    return;
  }
  event.preventDefault();
  if (going.has(form)) return;
  going.add(form);
  const group = await kept(form, button).catch(() => tell(wrongOf(form), say("no_room")));
  if (!group) {
    going.delete(form);
    return;
  }
  sendLater();
  await Promise.race([send(), new Promise((done) => setTimeout(done, PATIENCE))]);
  sessionStorage.setItem("tongxin-said", await outcome(group));
  location.assign(form.dataset.next || document.body.dataset.waiting);
}

// Keep what a form says on the phone and return the group of its items; nothing where it lacks something, as it says.
async function kept(form, button) {
  await resizing;
  const missing = missingIn(form, button);
  if (missing) return tell(wrongOf(form), missing);
  if (button?.hasAttribute("data-here")) await locate(form);
  const items = itemsOf(form, button);
  await add(items);
  for (const each of document.querySelectorAll(`button[form="${form.id}"], #${form.id} button`)) each.disabled = true;
  return items[0].group;
}

async function outcome(group) {
  const { all } = await import("./store.js");
  const left = (await all()).filter((each) => each.group === group);
  if (!left.length) return say("state_accepted");
  return left.find((each) => each.said)?.said || say("stored");
}

function missingIn(form, button) {
  const own = form.dataset.keeps === "report" ? form.checks?.() : null;
  if (own) return own;
  const wanted = +(button?.dataset.wanted || 0);
  if (wanted > shotsOf(form, "photos").length) return say("needs_photos", { n: wanted });
  if (button?.hasAttribute("data-words") && !form.elements.reason.value.trim()) {
    form.elements.reason.focus();
    return say("needs_done");
  }
  return "";
}

function fieldsOf(form, button) {
  const fields = {};
  for (const [name, value] of new FormData(form, button)) {
    if (APART.has(name) || typeof value !== "string" || value === "") continue;
    (fields[name] ||= []).push(value);
  }
  return fields;
}

// The items of one deed: its group holds them together, in the order in which they must arrive.
function itemsOf(form, button) {
  const kind = form.dataset.keeps, key = newKey(), at = new Date().toISOString();
  const common = { group: key, person: document.body.dataset.person, title: form.dataset.title || document.title, at };
  const main = { ...common, key, kind, fields: fieldsOf(form, button) };
  const photo = (shot, fields) => ({ ...common, key: shot.key, kind: form.dataset.photoKind || "evidence", fields, photo: shot.blob, at: shot.at });
  if (kind === "act") {
    const number = form.elements.number.value;
    return [...shotsOf(form, "photos").map((shot) => photo(shot, { number, as: button.dataset.photos })), main];
  }
  const about = (as) => (shot) => photo(shot, { about: key, as });
  const items = [main, ...pointOf(form, common, key), ...shotsOf(form, "photos").map(about("before")), ...shotsOf(form, "after").map(about("after"))];
  if (kind === "report") {
    const { settle, done, ...told } = main.fields;
    main.fields = told;
    main.title = form.dataset.title;
    if (settle) items.push({ ...common, key: newKey(), kind: "act", title: main.title, fields: { about: key, act: "settle", reason: done || [""] } });
  }
  return items;
}

// What is reported from a point of a round checks that point in, with what was found there.
function pointOf(form, common, about) {
  const [round, point] = (form.dataset.keeps === "report" && form.dataset.point || "").split(".");
  if (!point) return [];
  const { lon, lat } = form.elements;
  const fields = { round: [round], point: [point], found: ["reported"], about, lon: [lon.value], lat: [lat.value] };
  return [{ ...common, key: newKey(), kind: "checkin", fields }];
}

export function wrongOf(form) {
  let wrong = form.querySelector("[data-wrong]");
  if (!wrong) {
    wrong = document.createElement("p");
    wrong.className = "err-msg";
    wrong.setAttribute("role", "alert");
    wrong.dataset.wrong = "";
    form.append(wrong);
  }
  return wrong;
}

export function tell(wrong, sentence) {
  wrong.hidden = false;
  wrong.replaceChildren(iconOf("alert-circle", "i-s"), sentence);
  wrong.scrollIntoView({ block: "center" });
}

// What must be looked at on site is ticked before the button says that all is well.
function tick(form) {
  const looks = [...form.querySelectorAll("[data-look]")];
  const button = document.querySelector("[data-after-looks]");
  if (!looks.length || !button) return;
  const label = button.querySelector("span"), named = label.textContent;
  const draw = () => {
    const n = looks.filter((each) => !each.checked).length;
    button.disabled = n > 0;
    label.textContent = n ? say("missing_ticks", { n }) : named;
  };
  form.addEventListener("change", draw);
  draw();
}
