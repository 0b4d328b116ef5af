// Runs pytest in Pyodide: node run_pytest_in_node.mjs CHECKOUT EXCHANGE CACHE WHEELS
//
// In Pyodide, the checkout is /project and EXCHANGE is /exchange; its arguments.json has pytest's
// arguments. The exit code is pytest's, or 70 if pytest had none.

import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

// Node would print the source line, which in Pyodide's code is a megabyte.
process.on("uncaughtException", (error) => {
  console.error(String(error?.stack ?? error).slice(0, 4000));
  process.exit(70);
});

const [checkout, exchange, cache, wheels] = process.argv.slice(2);
const { resolve } = createRequire(join(cache, "any.js"));
const { loadPyodide } = await import(resolve("pyodide/pyodide.mjs"));

const pyodide = await loadPyodide({
  env: { HOME: "/home/pyodide", PYTHONDONTWRITEBYTECODE: "1", CI: process.env.CI ?? "" },
});
for (const [set, stream] of [
  [pyodide.setStdout, process.stdout],
  [pyodide.setStderr, process.stderr],
]) {
  set.call(pyodide, { write: (bytes) => (stream.write(bytes), bytes.length) });
}

const extractDir = pyodide.runPython("import sysconfig; sysconfig.get_path('purelib')");
for (const name of readdirSync(wheels)) {
  const bytes = new Uint8Array(readFileSync(join(wheels, name)));
  pyodide.unpackArchive(bytes, "wheel", { extractDir });
}
for (const [folder, root] of [["/project", checkout], ["/exchange", exchange]]) {
  pyodide.FS.mkdirTree(folder);
  pyodide.FS.mount(pyodide.FS.filesystems.NODEFS, { root }, folder);
}

// Asynchronously, so that a test can block on a coroutine with run_sync.
const code = await pyodide.runPythonAsync(`
import importlib, json, os, pathlib, sys
importlib.invalidate_caches()
os.chdir("/project")
sys.path.insert(0, "/project/shared")
import pytest
arguments = json.loads(pathlib.Path("/exchange/arguments.json").read_text())
int(pytest.main(["-p", "no:cacheprovider", "--continue-on-collection-errors", *arguments]))
`);
process.exit(code);
