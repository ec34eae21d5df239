// Where a JPEG says it was taken: read on the phone, sent only when its owner ticks so. EXIF 2.32, §4.6.6 (GPS).

const HEAD = 128 * 1024;
const GPS = 0x8825;
const [NORTH_SOUTH, LATITUDE, EAST_WEST, LONGITUDE] = [1, 2, 3, 4];

export async function placeIn(file) {
  try {
    const view = new DataView(await file.slice(0, HEAD).arrayBuffer());
    return view.getUint16(0) === 0xffd8 ? inSegments(view) : null;
  } catch {
    return null; // written by anybody and broken in many ways: a photo without a place is as good
  }
}

function inSegments(view) {
  for (let at = 2; at < view.byteLength - 10; at += 2 + view.getUint16(at + 2)) {
    if (view.getUint16(at) === 0xffe1 && view.getUint32(at + 4) === 0x45786966) return inTiff(view, at + 10);
    if ((view.getUint16(at) & 0xff00) !== 0xff00) return null;
  }
  return null;
}

function inTiff(view, start) {
  const isLittle = view.getUint16(start) === 0x4949;
  const short = (at) => view.getUint16(start + at, isLittle);
  const long = (at) => view.getUint32(start + at, isLittle);
  const entry = (folder, tag) => {
    for (let n = 0; n < short(folder); n++) {
      const at = folder + 2 + 12 * n;
      if (short(at) === tag) return at;
    }
    return null;
  };
  const pointer = entry(long(4), GPS);
  if (pointer === null) return null;
  const folder = long(pointer + 8);
  const degrees = (tag, sign, negative) => {
    const at = long(entry(folder, tag) + 8);
    const [d, m, s] = [0, 8, 16].map((step) => long(at + step) / long(at + step + 4));
    const letter = String.fromCharCode(view.getUint8(start + entry(folder, sign) + 8));
    return (d + m / 60 + s / 3600) * (letter === negative ? -1 : 1);
  };
  const [lat, lon] = [degrees(LATITUDE, NORTH_SOUTH, "S"), degrees(LONGITUDE, EAST_WEST, "W")];
  return Number.isFinite(lat) && Number.isFinite(lon) && (lat || lon) ? { lat, lon } : null;
}
