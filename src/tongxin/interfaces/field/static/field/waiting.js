// What waits on the phone, each with its own state, and what can be done about it.
import { again, all, dropGroup } from "./store.js";
import { send } from "./app.js";
import { say } from "./words.js";

const list = document.getElementById("items");
const person = document.body.dataset.person;

async function draw() {
  const items = (await all()).filter((each) => each.person === person);
  const groups = new Map();
  for (const each of items) groups.set(each.group, [...(groups.get(each.group) || []), each]);
  if (!groups.size) {
    list.replaceChildren(document.getElementById("none").content.cloneNode(true));
    return;
  }
  list.replaceChildren(...Array.from(groups, ([group, parts]) => card(group, parts)));
}

// Today by its time, an earlier day by its date too, as everywhere else: 15:42 · 11-20 15:42
function moment(at) {
  const two = (n) => String(n).padStart(2, "0");
  const time = `${two(at.getHours())}:${two(at.getMinutes())}`;
  return at.toDateString() === new Date().toDateString() ? time : `${two(at.getMonth() + 1)}-${two(at.getDate())} ${time}`;
}

function card(group, parts) {
  const shown = document.getElementById("item").content.cloneNode(true);
  const part = (name) => shown.querySelector(`[data-${name}]`);
  const stuck = parts.find((each) => each.state !== "waiting");
  const state = stuck?.state || "waiting";
  const photos = parts.filter((each) => each.photo).length;
  const at = moment(new Date(parts[0].at));
  part("key").dataset.key = group;
  part("title").textContent = parts[0].title;
  part("told").textContent = [at, photos ? say("photos", { n: photos }) : ""].filter(Boolean).join(" · ");
  part("state").textContent = say(`state_${state}`);
  const wrote = parts.flatMap(({ fields }) => [fields.text, fields.reason].flat()).find(Boolean);
  part("wrote").textContent = wrote ? say("wrote", { text: wrote }) : "";
  part("wrote").hidden = !wrote;
  part("said").textContent = stuck?.said || "";
  part("said").hidden = !stuck?.said;
  part("changes").replaceChildren(...(stuck?.changes || []).map((each) => {
    const line = document.createElement("li");
    line.textContent = [each.when, each.who, each.what].filter(Boolean).join(" · ");
    return line;
  }));
  part("acts").replaceChildren(...acts(group, state));
  return shown;
}

function acts(group, state) {
  const resend = async () => { await again(group); await draw(); await send(); };
  const drop = async () => { if (confirm(say("drop_sure"))) { await dropGroup(group); await send(); await draw(); } };
  if (state === "waiting") return [button(say("again"), send)];
  return [button(say(state === "conflict" ? "keep" : "again"), resend, "btn-primary"), button(say("drop"), drop)];
}

function button(label, work, kind = "") {
  const made = document.createElement("button");
  made.type = "button";
  made.className = `btn btn-sm ${kind}`;
  made.textContent = label;
  made.addEventListener("click", work);
  return made;
}

document.addEventListener("tx-waiting", draw);
draw();
