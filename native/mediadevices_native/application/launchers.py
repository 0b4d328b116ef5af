"""Programs that run other programs, such as web servers, notebooks, test runners and debuggers.

The path of a launcher is the same for every program that it runs. So it does not identify a
program, and no answer may be stored for it.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

__all__ = ["launches_others"]

#: Packages below ``site-packages``, and commands that such packages install.
_INSTALLED = frozenset(
    """
    accelerate airflow arq behave bokeh bpython celery chainlit coverage daphne dagster dask
    dask-worker debugpy distributed dramatiq fastapi flask functions-framework
    functions_framework gradio granian gunicorn honcho hupper huey huey_consumer hypercorn inv
    invoke ipykernel ipykernel_launcher ipython joblib jupyter jupyter-console jupyter-execute
    jupyter-lab jupyter-nbconvert jupyter-notebook jupyter-server jupyter_client jupyter_core
    kernprof line_profiler litestar locust loky luigi marimo memory_profiler memray mesop
    mod_wsgi mod_wsgi-express mpi4py mprof nbclient nbconvert nose2 nox panel papermill prefect
    ptpython pudb py.test pyinstrument pytest quart ray reflex robot rq sanic scalene scrapy
    shiny snakemake solara spyder_kernels streamlit taipy thonny torch torchrun tox typer uvicorn
    uwsgi viztracer voila waitress waitress-serve watchdog watchfiles watchmedo xonsh
    """.split()  # noqa: SIM905  (words are easier to read without quotes)
)
#: Parts of editors, in the editors' own folders.
_OF_EDITORS = frozenset(
    """
    _jb_pytest_runner.py _jb_unittest_runner.py debugpy pydevconsole.py pydevd.py
    run_pytest_script.py
    """.split()  # noqa: SIM905  (as above)
)
_PACKAGE_FOLDERS = frozenset({"site-packages", "dist-packages"})
_COMMAND_FOLDERS = frozenset({"bin", "scripts"})
_STANDARD_LIBRARY = Path(os.path.normcase(os.path.realpath(os.__file__))).parent


def launches_others(path: Path) -> bool:
    """Tell whether the program at a path is known to run other programs.

    That is a module of the standard library, such as ``cProfile``; a module of a known package,
    such as ``uvicorn``; a command that such a package installs; or a part of a known editor.

    Args:
        path: The resolved path of the program.
    """
    parts = path.parts
    packages = [
        parts[index + 1].removesuffix(".py")
        for index, part in enumerate(parts[:-1])
        if part in _PACKAGE_FOLDERS
    ]
    if not packages and path.is_relative_to(_STANDARD_LIBRARY):
        return True
    if path.parent.name.casefold() in _COMMAND_FOLDERS:
        packages.append(_command(path.name))
    names = {name.casefold() for name in packages}
    return not _INSTALLED.isdisjoint(names) or path.name in _OF_EDITORS


def _command(file_name: str) -> str:
    """Return the name of a command without additions: ``ipython3``, ``.pytest-wrapped``."""
    name = file_name.removesuffix(".exe")
    name = re.sub(r"^\.(.*)-wrapped$", r"\1", name)
    return re.sub(r"[-.]?\d+(\.\d+)*$", "", name)
