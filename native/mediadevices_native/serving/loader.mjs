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
  const pyodide = await loadPyodide({ indexURL, ...options });
  const problems = [];
  const loaded = await pyodide.loadPackage(new URL(settings.wheel, import.meta.url).href, {
    messageCallback: () => {},
    // A wheel that cannot be loaded is no rejection, but a message.
    errorCallback: (message) => problems.push(message),
  });
  if (loaded.length === 0) {
    throw new Error(`mediadevices could not be loaded: ${problems.join(" ")}`);
  }
  return pyodide;
}
