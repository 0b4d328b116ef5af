// Loads Pyodide, from this server if it has it, else from the network, and the library into it.
//
//     import { loadMediaDevices } from "/_mediadevices/loader.mjs";
//     const pyodide = await loadMediaDevices();
//     await pyodide.runPythonAsync("from mediadevices import navigator");

/**
 * Returns a Pyodide into which `mediadevices` is loaded.
 *
 * @param options What `loadPyodide` takes.
 */
export async function loadMediaDevices(options = {}) {
  const answer = await fetch(new URL("settings.json", import.meta.url));
  const settings = await answer.json();
  const indexURL = new URL(settings.pyodide, import.meta.url).href;
  const { loadPyodide } = await import(`${indexURL}pyodide.mjs`);
  const [pyodide, wheel] = await Promise.all([
    loadPyodide({ indexURL, ...options }),
    bytes(new URL(settings.wheel, import.meta.url)),
  ]);
  // `loadPackage` would do it too, but prepares itself for a tenth of a second before.
  pyodide.unpackArchive(wheel, "wheel");
  return pyodide;
}

async function bytes(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`mediadevices could not be loaded: ${answer.statusText}`);
  return answer.arrayBuffer();
}
