// Asks navigator.mediaDevices one question after the other; see browser.py.

const devices = navigator.mediaDevices;
const LATE = 15_000; // milliseconds

/** Get permission, and return the device and group ids of the cameras and microphones. */
async function listDevices() {
  const stream = await devices.getUserMedia({ audio: true, video: true });
  for (const track of stream.getTracks()) track.stop();
  const found = { audio: [], video: [] };
  for (const { kind, deviceId, groupId } of await devices.enumerateDevices())
    found[kind.replace("input", "")]?.push([deviceId, groupId]);
  return found;
}

/** Return the error and the settings of each question. */
async function ask(questions) {
  const answers = [];
  for (const question of questions) answers.push(await answer(question));
  return answers;
}

async function answer({ call, kind, constraints }) {
  const first = call === "getUserMedia" ? constraints : true;
  let track = null;
  const result = { error: "", constraint: "", settings: null };
  try {
    [track] = (await withTimeout(devices.getUserMedia({ [kind]: first }))).getTracks();
    if (call === "applyConstraints") await withTimeout(track.applyConstraints(constraints));
  } catch (error) {
    result.error = error.name;
    result.constraint = error.constraint ?? "";
  }
  if (track !== null) {
    result.settings = track.getSettings();
    track.stop();
  }
  return result;
}

function withTimeout(promise) {
  const late = { name: "late" };
  return Promise.race([promise, new Promise((_, reject) => setTimeout(reject, LATE, late))]);
}
