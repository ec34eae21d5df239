// Reporting in three taps: photo, kind, place. The same form stands open as a whole where there is no script.
import { addShots, shotsOf } from "./forms.js";
import { locate } from "./near.js";
import { say } from "./words.js";

const form = document.getElementById("report");
const steps = [...form.querySelectorAll("[data-step]")];
const send = document.querySelector("[data-send]");
const on = document.querySelector("[data-on]");
const back = document.querySelector("[data-back]");
const foot = document.querySelector(".tx-foot"), heading = document.querySelector(".tx-bar h1");
const settle = form.querySelector("[data-settle]");
const list = form.querySelector("#kinds"), kinds = [...list.children], MOST = 12;
let forms, at = 1, isLocated = false;
// reported from a point of a round: `#point=<round>.<point>`, as a kept page is known by its address without a query
const point = /^#point=(\d+\.\d+)$/.exec(location.hash)?.[1];
if (point) {
  form.dataset.point = point;
  form.dataset.next = `${form.dataset.rounds}${point.split(".")[0]}/`;
  form.querySelector("[data-at-point]").hidden = false;
}

function go(step, isBack = false) {
  at = step;
  for (const each of steps) each.classList.toggle("here", +each.dataset.step === at);
  heading.textContent = steps[at - 1].getAttribute("aria-label");
  foot.hidden = at === 2;
  on.hidden = at !== 1;
  send.hidden = at !== 3;
  document.getElementById("main").focus({ preventScroll: true });
  scrollTo(0, 0);
  if (!isBack) history.pushState({ step }, "");
  if (at === 3 && !isLocated) {
    isLocated = true;
    locate(form);
  }
}

function chosen() {
  return form.querySelector("input[name=template]:checked");
}

async function showKind() {
  const kind = chosen(), card = kind.closest("label");
  form.dataset.title = card.querySelector(".ttl").textContent;
  form.querySelector("[data-kind-name]").textContent = form.dataset.title;
  form.querySelector("[data-kind-limit]").textContent = card.querySelector(".meta").textContent;
  form.querySelector("[data-text-optional]").hidden = "needsText" in kind.dataset;
  for (const tile of form.querySelectorAll("[data-kind]")) tile.setAttribute("aria-pressed", tile.dataset.kind === kind.value);
  if (settle) {
    settle.hidden = !("settles" in kind.dataset);
    if (settle.hidden) form.elements.settle.checked = false;
    settle.querySelector("[data-shots]").dataset.wanted = kind.dataset.after;
    showSettled();
  }
  forms ||= fetch(form.dataset.forms).then((answer) => answer.text()).then((text) => new DOMParser().parseFromString(text, "text/html"), () => null);
  const own = (await forms)?.querySelector(`template[data-form-of="${kind.value}"]`);
  form.querySelector("[data-form]").replaceChildren(...(own ? [document.importNode(own.content, true)] : []));
}

function showSettled() {
  settle.querySelector("[data-settled]").hidden = !form.elements.settle.checked;
}

function pick(code) {
  const kind = form.querySelector(`input[name=template][value="${code}"]`);
  kind.checked = true;
  showKind();
  go(3);
}

// What is wrong, said before anything is kept.
form.checks = () => {
  const kind = chosen(), { area, lon, text } = form.elements;
  if (!kind) return say("choose_kind");
  if (!area.value && !lon.value) return say("choose_place");
  if ("needsText" in kind.dataset && !text.value.trim()) return say("needs_text");
  if (!form.elements.settle?.checked) return "";
  if (shotsOf(form, "photos").length < +kind.dataset.before) return say("needs_before", { n: kind.dataset.before });
  if (shotsOf(form, "after").length < +kind.dataset.after) return say("needs_photos", { n: kind.dataset.after });
  return form.elements.done.value.trim() ? "" : say("needs_done");
};

function find(words) {
  const asked = words.toLowerCase().split(/\s+/).filter(Boolean);
  const found = kinds.filter((each) => asked.length && asked.every((word) => each.dataset.typed.includes(word)));
  const begins = (each) => each.dataset.typed.split(" ").some((part) => part.startsWith(asked[0]));
  const shown = [...found.filter(begins), ...found.filter((each) => !begins(each))].slice(0, MOST);
  for (const each of kinds) each.hidden = true;
  for (const each of shown) each.hidden = false;
  list.append(...shown);
  form.querySelector("[data-tiles]").hidden = asked.length > 0;
}

form.addEventListener("tx-shots", (event) => {
  if (event.target.dataset.shots !== "photos") return;
  for (const place of form.querySelectorAll("[data-shown-shots]")) {
    place.replaceChildren(...event.detail.slice(0, 3).map((shot) => {
      const figure = document.createElement("figure");
      const picture = new Image(104, 78);
      picture.src = URL.createObjectURL(shot.blob);
      picture.alt = "";
      figure.append(picture);
      return figure;
    }));
  }
  on.textContent = say(event.detail.length ? "next" : "without_photo");
  if (event.detail.length && at === 1) go(2);
});
form.querySelector("[data-album]").addEventListener("change", async (event) => {
  await addShots(form.querySelector("[data-shots=photos]"), event.target.files);
  event.target.value = "";
});
form.querySelector("#f-find").addEventListener("input", (event) => find(event.target.value));
form.querySelector("#f-find").addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
for (const tile of form.querySelectorAll("[data-kind]")) tile.addEventListener("click", () => pick(tile.dataset.kind));
form.querySelector("#kinds").addEventListener("click", (event) => event.target.name === "template" && pick(event.target.value));
for (const each of form.querySelectorAll("[data-go]")) each.addEventListener("click", () => go(+each.dataset.go));
if (settle) form.elements.settle.addEventListener("change", showSettled);
form.elements.area.addEventListener("change", () => {
  if (form.elements.area.value) form.elements.lon.value = form.elements.lat.value = "";
});
on.addEventListener("click", () => go(2));
back.addEventListener("click", (event) => {
  if (at === 1) return;
  event.preventDefault();
  history.back();
});
addEventListener("popstate", (event) => go(event.state?.step || 1, true));
find("");
go(1, true);
