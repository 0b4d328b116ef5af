// Loads Pyodide, from this server or else from the network, and the library.
//
//     import { loadMediaDevices } from "/_mediadevices/loader.mjs";
//     const pyodide = await loadMediaDevices();
//     await pyodide.runPythonAsync("from mediadevices import navigator");

/**
 * Returns a Pyodide that contains `mediadevices`.
 *
 * @param options The options of `loadPyodide`.
 */
export async function loadMediaDevices(options = {}) {
  const response = await fetch(new URL("settings.json", import.meta.url));
  const settings = await response.json();
  const indexURL = new URL(settings.pyodide, import.meta.url).href;
  const { loadPyodide } = await importPyodide(indexURL);
  const [pyodide, wheel] = await Promise.all([
    loadPyodide({ indexURL, ...options }),
    bytes(new URL(settings.wheel, import.meta.url)),
  ]);
  // `loadPackage` would work too, but its first call takes a tenth of a second longer.
  pyodide.unpackArchive(wheel, "wheel");
  return pyodide;
}

async function importPyodide(indexURL) {
  try {
    return await import(`${indexURL}pyodide.mjs`);
  } catch (error) {
    // The browser's own error ("Failed to fetch ...") does not say what to do.
    throw new Error(
      `Pyodide cannot be loaded from ${indexURL}. Stop "mediadevices serve", run "npm install pyodide" ` +
        `in the same folder and start it again, or give it Pyodide's folder: "mediadevices serve --pyodide PATH".`,
      { cause: error },
    );
  }
}

async function bytes(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`mediadevices cannot be loaded: ${response.statusText}`);
  return response.arrayBuffer();
}
