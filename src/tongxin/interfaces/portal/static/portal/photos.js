// Photos chosen on a phone: shown small, made small before they are sent, each to be taken out again.
//   data-most, data-limit   how many, and how many MB each; data-said-…: what is said then

import { shrunk } from "./shrink.js";

// `read` looks at a file as it came from the camera; `changed` is told of [{file, read}] after every change.
export function shots(input, { read = async () => null, changed = () => {} } = {}) {
  const frame = input.closest(".tx-shots");
  const said = document.getElementById("shots-said");
  let photos = []; // {file, read, url}

  function drop(photo) {
    URL.revokeObjectURL(photo.url);
    photos = photos.filter((each) => each !== photo);
    draw();
  }

  function figure(photo, n) {
    const [shown, image, button] = ["figure", "img", "button"].map((name) => document.createElement(name));
    shown.className = "tx-pic";
    Object.assign(image, { src: photo.url, alt: input.dataset.saidShown.replace("{n}", n + 1), width: 110, height: 96 });
    Object.assign(button, { type: "button", className: "tx-drop", innerHTML: "<span>×</span>" });
    button.setAttribute("aria-label", input.dataset.saidDrop);
    button.addEventListener("click", () => drop(photo));
    shown.append(image, button);
    return shown;
  }

  function draw() {
    for (const old of frame.querySelectorAll("figure")) old.remove();
    photos.forEach((photo, n) => frame.insertBefore(figure(photo, n), frame.lastElementChild));
    const files = new DataTransfer();
    for (const photo of photos) files.items.add(photo.file);
    input.files = files.files;
    changed(photos);
  }

  async function add(file) {
    const found = await read(file);
    const small = await shrunk(file);
    if (small.size > Number(input.dataset.limit) * 1024 * 1024) {
      said.textContent = input.dataset.saidBig.replace("{file}", file.name);
      return;
    }
    photos.push({ file: small, read: found, url: URL.createObjectURL(small) });
  }

  async function take() {
    said.textContent = "";
    const chosen = [...input.files];
    const room = Number(input.dataset.most) - photos.length;
    if (chosen.length > room) said.textContent = input.dataset.saidMany;
    for (const file of chosen.slice(0, room)) await add(file);
    draw();
  }

  input.addEventListener("change", take);
  if (input.files.length) take(); // chosen before the script was there, on a slow line
}

const alone = document.querySelector("form:not(#report) .tx-file");
if (alone) shots(alone);
