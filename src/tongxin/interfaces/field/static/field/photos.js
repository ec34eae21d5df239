// Photos as the phone keeps them: at most 1280 px and 200 kB, without what a camera writes into its files.
const LONGEST = 1280;
const LARGEST = 200_000;
const STEPS = [[1, 0.82], [1, 0.7], [1, 0.58], [0.8, 0.6], [0.64, 0.55], [0.5, 0.5]];

export async function resized(file) {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  try {
    const fits = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
    let blob;
    for (const [part, quality] of STEPS) {
      blob = await drawn(picture, fits * part, quality);
      if (blob.size <= LARGEST) return blob;
    }
    return blob;
  } finally {
    picture.close();
  }
}

function drawn(picture, scale, quality) {
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise((done, failed) => canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error("empty"))), "image/jpeg", quality));
}
