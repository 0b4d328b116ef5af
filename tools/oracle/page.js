// Asks navigator.mediaDevices one question after the other; see browser.py.

const devices = navigator.mediaDevices;
const LATE = 15_000; // milliseconds

/** Expose the devices, and return the ids and groups of the cameras and microphones. */
async function listDevices() {
  const stream = await devices.getUserMedia({ audio: true, video: true });
  for (const track of stream.getTracks()) track.stop();
  const found = { audio: [], video: [] };
  for (const { kind, deviceId, groupId } of await devices.enumerateDevices())
    found[kind.replace("input", "")]?.push([deviceId, groupId]);
  return found;
}

/** Return the error and the settings that came of each question. */
async function ask(questions) {
  const answers = [];
  for (const question of questions) answers.push(await answered(question));
  return answers;
}

async function answered({ call, kind, constraints }) {
  const first = call === "getUserMedia" ? constraints : true;
  let track = null;
  const result = { error: "", constraint: "", settings: null };
  try {
    [track] = (await soon(devices.getUserMedia({ [kind]: first }))).getTracks();
    if (call === "applyConstraints") await soon(track.applyConstraints(constraints));
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

function soon(promise) {
  const late = { name: "late" };
  return Promise.race([promise, new Promise((_, reject) => setTimeout(reject, LATE, late))]);
}
