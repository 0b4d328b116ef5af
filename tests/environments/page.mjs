// Runs pytest in this page: loads Pyodide, the library's wheel, pytest and the tests, and posts the
// output and the exit code to the host. /settings.json lists what to load.

// Post one message after the other; parallel requests arrive in any order.
let sent = Promise.resolve();
const post = (path, body) => {
  sent = sent.then(() => fetch(path, { method: "POST", body })).catch(() => {});
  return sent;
};
const bytes = async (path) => {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
};
const told = (error) => {
  const { name, message, stack } = error ?? {};
  // Below a Python traceback, the JavaScript stack shows only WebAssembly.
  if (name === "PythonError") return message;
  // Not every engine's stack starts with the message.
  if (stack) return `${stack.includes(message) ? "" : `${error}\n`}${stack}\n`.slice(0, 4000);
  return `${error}\n`;
};

for (const level of ["log", "info", "warn", "error"]) {
  const original = console[level];
  console[level] = (...words) => {
    original.apply(console, words);
    post("/console", `[console.${level}] ${words.map(String).join(" ")}\n`);
  };
}
// An uncaught error fails the running test: see support/page_errors.py.
const uncaught = (globalThis.uncaughtErrors = []);
const note = (line) => {
  uncaught.push(line);
  post("/console", line);
};
addEventListener("error", ({ error, message }) => note(`[error] ${told(error ?? message)}`));
addEventListener("unhandledrejection", ({ reason }) => {
  note(`[unhandled rejection] ${told(reason)}`);
});

async function run(settings) {
  const { loadPyodide } = await import(`${settings.pyodide}pyodide.mjs`);
  const [pyodide, ...archives] = await Promise.all([
    loadPyodide({
      indexURL: settings.pyodide,
      env: { HOME: "/home/pyodide", PYTHONDONTWRITEBYTECODE: "1", CI: settings.ci },
    }),
    ...settings.tools.map(bytes),
  ]);
  for (const set of [pyodide.setStdout, pyodide.setStderr]) {
    const decoder = new TextDecoder();
    const write = (chunk) => {
      post("/console", decoder.decode(chunk, { stream: true }));
      return chunk.length;
    };
    set.call(pyodide, { write });
  }
  const extractDir = pyodide.runPython("import sysconfig; sysconfig.get_path('purelib')");
  for (const archive of archives) pyodide.unpackArchive(archive, "wheel", { extractDir });
  // Install the library from its wheel, as users do.
  await pyodide.loadPackage([...settings.packages, settings.library], { messageCallback: () => {} });
  pyodide.unpackArchive(await bytes("/tests.zip"), "zip", { extractDir: "/project" });
  pyodide.globals.set("arguments", pyodide.toPy(settings.arguments));
  return await pyodide.runPythonAsync(`
import importlib, os, sys
importlib.invalidate_caches()
os.chdir("/project")
sys.path[:0] = ["/project/tests", "/project"]
from support.page_runner import run
await run(arguments)
`);
}

try {
  const settings = await (await fetch("/settings.json")).json();
  await post("/ended", JSON.stringify({ code: await run(settings) }));
} catch (error) {
  await post("/console", told(error));
  await post("/ended", JSON.stringify({ code: 70 }));
}
