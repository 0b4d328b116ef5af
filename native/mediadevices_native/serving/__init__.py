"""A server on this machine for pages that use the library: ``mediadevices serve``."""

from mediadevices_native.serving.pyodide_files import PYODIDE_VERSION, find_pyodide
from mediadevices_native.serving.server import PageServer
from mediadevices_native.serving.site import Site, examples_folder

__all__ = ["PYODIDE_VERSION", "PageServer", "Site", "examples_folder", "find_pyodide"]
