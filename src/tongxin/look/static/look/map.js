// Maps that move: 一张图 and picking a place. Our own layers are the ground; no tile server is asked.
// <div class="tx-bigmap" data-map data-maplibre="…mjs" data-worker="…mjs" data-view="lon,lat,zoom"
//      data-counties="url" data-towns="url" data-grids="url" data-matters="url" data-devices="url" data-failed="words">
// Each url answers GeoJSON; all but the counties get ?bbox=west,south,east,north. Areas carry
// {code, name, open, overdue}; matters are points with {number, title, colour, words, url}, devices with {code, state,
// is_raised, url}.
// For picking: data-lon and data-lat name two inputs; a change event follows every move of the pin.

const LEVELS = [
  { name: "counties", from: 0, to: 9.6 },
  { name: "towns", from: 9.6, to: 12.4 },
  { name: "grids", from: 12.4, to: 24 },
];
const MATTERS_FROM = 14;
const NOTHING = { type: "FeatureCollection", features: [] };
const RAMP = ["#f4f5f1", "#dfe9f2", "#c3d8ea", "#7fa9cf"];
const LAMPS = ["match", ["get", "colour"], "red", "#c92a20", "amber", "#c48700", "orange", "#d9620b", "hold", "#7a8794", "#2b8a57"];
const WAIT_MS = 180;

// ---- the ground

function layers(level) {
  const limits = { minzoom: level.from, maxzoom: level.to, source: level.name };
  const isLow = level.name === "grids";
  const steps = isLow ? [1, 4, 8] : level.name === "towns" ? [1, 50, 200] : [1, 500, 2000];
  return [
    {
      id: `${level.name}-fill`, type: "fill", ...limits,
      paint: { "fill-color": ["step", ["coalesce", ["get", "open"], 0], RAMP[0], ...steps.flatMap((step, i) => [step, RAMP[i + 1]])] },
    },
    {
      id: `${level.name}-line`, type: "line", ...limits,
      paint: { "line-color": isLow ? "#b9c0be" : "#8b9aa6", "line-width": isLow ? 1 : 1.4 },
    },
    {
      id: `${level.name}-name`, type: "symbol", ...limits, source: `${level.name}-at`,
      layout: {
        "text-field": ["format", ["get", "name"], {}, "\n", {}, ["get", "count"], { "font-scale": 1.15 }],
        "text-font": ["PingFang SC, Microsoft YaHei, Noto Sans CJK SC, WenQuanYi Micro Hei, sans-serif"],
        "text-size": level.name === "counties" ? 14 : 12, "text-padding": 4, "text-max-width": 12,
      },
      paint: { "text-color": "#2b3742", "text-halo-color": "#f6f7f4", "text-halo-width": 2 },
    },
  ];
}

const MATTERS = [
  {
    id: "matters", type: "circle", source: "matters", minzoom: MATTERS_FROM,
    paint: { "circle-radius": 7, "circle-color": "#fff", "circle-stroke-color": LAMPS, "circle-stroke-width": 3.5 },
  },
];

const DEVICES = [
  {
    id: "devices", type: "circle", source: "devices",
    paint: {
      "circle-radius": ["case", ["get", "is_raised"], 7, 4.5],
      "circle-color": ["match", ["get", "state"], "working", "#1f4f7b", "#ffffff"],
      "circle-stroke-color": ["case", ["get", "is_raised"], "#16202b", ["==", ["get", "state"], "working"], "#ffffff", "#586572"],
      "circle-stroke-width": ["case", ["get", "is_raised"], 2.5, 1.6],
    },
  },
];

function style(levels) {
  const names = [...levels.flatMap((level) => [level.name, `${level.name}-at`]), "matters", "devices"];
  const sources = Object.fromEntries(names.map((name) => [name, { type: "geojson", data: NOTHING }]));
  const ground = { id: "ground", type: "background", paint: { "background-color": "#f1f2ee" } };
  return { version: 8, sources, layers: [ground, ...levels.flatMap(layers), ...MATTERS, ...DEVICES] };
}

// ---- what stands on it

async function fill(map, name, address, box, signal) {
  const url = new URL(address, location.href);
  if (box) url.searchParams.set("bbox", box.map((degree) => degree.toFixed(5)).join(","));
  const answer = await fetch(url, { signal, headers: { Accept: "application/geo+json" } });
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  const found = await answer.json();
  map.getSource(name).setData(found);
  map.getSource(`${name}-at`)?.setData({ type: "FeatureCollection", features: found.features.map(label) });
}

// One label an area, however many parts and tiles it is drawn in: in the middle of its largest part.
function label({ geometry, properties }) {
  const rings = geometry.type === "Polygon" ? [geometry.coordinates[0]] : geometry.coordinates.map((part) => part[0]);
  const [, lon, lat] = rings.map(middle).reduce((one, other) => (one[0] >= other[0] ? one : other));
  const count = properties.open ? String(properties.open) : "";
  return { type: "Feature", geometry: { type: "Point", coordinates: [lon, lat] }, properties: { name: properties.name ?? "", count } };
}

function middle(ring) {
  let [twice, x, y] = [0, 0, 0];
  const [x0, y0] = ring[0]; // near the ring, so that small areas keep their digits
  for (let i = 1; i < ring.length; i++) {
    const [ax, ay, bx, by] = [ring[i - 1][0] - x0, ring[i - 1][1] - y0, ring[i][0] - x0, ring[i][1] - y0];
    const cross = ax * by - bx * ay;
    twice += cross;
    x += (ax + bx) * cross;
    y += (ay + by) * cross;
  }
  return twice ? [Math.abs(twice), x0 + x / (3 * twice), y0 + y / (3 * twice)] : [0, x0, y0];
}

function follow(map, frame) {
  let running = new AbortController();
  let timer = 0;
  const refresh = async () => {
    running.abort();
    running = new AbortController();
    const [box, zoom] = [map.getBounds().toArray().flat(), map.getZoom()];
    const level = LEVELS.find((each) => zoom < each.to);
    const wanted = [level.name, ...(zoom >= MATTERS_FROM ? ["matters"] : []), "devices"].filter((name) => frame.dataset[name] && name !== "counties");
    frame.setAttribute("aria-busy", "true");
    const done = await Promise.allSettled(wanted.map((name) => fill(map, name, frame.dataset[name], box, running.signal)));
    const failed = done.filter((each) => each.status === "rejected" && each.reason.name !== "AbortError");
    if (failed.length) tell(frame);
    frame.removeAttribute("aria-busy");
  };
  map.on("moveend", () => {
    clearTimeout(timer);
    timer = setTimeout(refresh, WAIT_MS);
  });
  refresh();
}

function openMatters(map) {
  for (const points of ["matters", "devices"]) {
    map.on("click", points, (event) => location.assign(event.features[0].properties.url));
    map.on("mouseenter", points, () => (map.getCanvas().style.cursor = "pointer"));
    map.on("mouseleave", points, () => (map.getCanvas().style.cursor = ""));
  }
  for (const level of LEVELS.slice(0, 2)) {
    map.on("click", `${level.name}-fill`, (event) => map.easeTo({ center: event.lngLat, zoom: level.to + 0.4, duration: 0 }));
  }
}

// ---- picking

function pick(maplibre, map, frame) {
  const inputs = [frame.dataset.lon, frame.dataset.lat].map((id) => document.getElementById(id));
  const pin = new maplibre.Marker({ color: "#173e62", draggable: true });
  const put = (at) => {
    pin.setLngLat(at).addTo(map);
    [inputs[0].value, inputs[1].value] = [at.lng.toFixed(6), at.lat.toFixed(6)];
    inputs[1].dispatchEvent(new Event("change", { bubbles: true }));
  };
  map.on("click", (event) => put(event.lngLat));
  pin.on("dragend", () => put(pin.getLngLat()));
  document.querySelector(`[data-pins="${frame.id}"]`)?.addEventListener("click", () => put(map.getCenter()));
  if (inputs.every((input) => input.value)) pin.setLngLat(inputs.map((input) => Number(input.value))).addTo(map);
}

// ---- start

function tell(frame) {
  frame.querySelector("[role=status]").textContent = frame.dataset.failed;
}

async function start(frame) {
  const maplibre = await import(frame.dataset.maplibre);
  maplibre.setWorkerUrl(frame.dataset.worker);
  const [lon, lat, zoom] = frame.dataset.view.split(",").map(Number);
  const isPicking = Boolean(frame.dataset.lon);
  const levels = LEVELS.filter((level) => frame.dataset[level.name]);
  const map = new maplibre.Map({
    container: frame.querySelector(".canvas"), style: style(levels), center: [lon, lat], zoom,
    attributionControl: false, dragRotate: false, pitchWithRotate: false, fadeDuration: 0, maxZoom: 18,
    cooperativeGestures: isPicking && matchMedia("(pointer: coarse)").matches,
  });
  map.touchZoomRotate.disableRotation();
  map.addControl(new maplibre.NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new maplibre.ScaleControl({ maxWidth: 90 }), "bottom-right");
  map.on("load", () => {
    if (frame.dataset.counties) fill(map, "counties", frame.dataset.counties, null).catch(() => tell(frame));
    follow(map, frame);
    if (isPicking) pick(maplibre, map, frame);
    else openMatters(map);
    frame.dataset.ready = "";
  });
}

for (const frame of document.querySelectorAll("[data-map]")) start(frame).catch(() => tell(frame));
