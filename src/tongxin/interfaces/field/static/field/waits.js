// What was done and still waits on the phone is said where a kept page shows it as open.
//   <a data-waits="checkin point 12">   an item of kind checkin whose field point is 12 stands for it
//   class only-waits, not-waits         shown while it waits, and while it does not
import { all } from "./store.js";
import { iconOf, say } from "./words.js";

export async function showWaiting(person) {
  const items = (await all().catch(() => [])).filter((each) => each.person === person);
  for (const element of document.querySelectorAll("[data-waits]")) {
    const [kind, field, ...value] = element.dataset.waits.split(" ");
    draw(element, items.findLast((each) => each.kind === kind && [each.fields[field]].flat()[0] === value.join(" ")));
  }
}

function draw(element, item) {
  element.querySelector("[data-waits-tag]")?.remove();
  element.classList.toggle("waits", Boolean(item));
  if (!item) return;
  const tag = document.createElement("span");
  tag.className = "tx-tag";
  tag.dataset.waitsTag = "";
  tag.append(iconOf("cloud-upload", "i-s"), say(`state_${item.state}`));
  element.append(tag);
  for (const [name, value] of Object.entries(item.fields)) {
    const input = element.elements?.[name];
    if (input?.type === "number") input.value = [value].flat()[0];
  }
}
