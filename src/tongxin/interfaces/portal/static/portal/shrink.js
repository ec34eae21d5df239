// A photo made small on the phone: 1280 pixels, JPEG, and nothing but what can be seen, for it is drawn anew.

const SIDE = 1280;
const QUALITY = 0.82;

export async function shrunk(file) {
  if (!["image/jpeg", "image/png", "image/webp"].includes(file.type)) return file; // what it is, the server says
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, SIDE / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    const brush = canvas.getContext("2d");
    brush.fillStyle = "#fff";
    brush.fillRect(0, 0, canvas.width, canvas.height);
    brush.drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
    return blob ? new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" }) : file;
  } catch {
    return file; // a browser that cannot draw it sends it as it is
  }
}
