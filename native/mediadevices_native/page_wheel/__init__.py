"""The page wheel: what a web page loads, made from the installed library.

    python -m mediadevices_native.page_wheel FOLDER        # for an index, and for `loadPackage`
    python -m mediadevices_native.page_wheel FOLDER any    # for tools that do not know PEP 783

It has neither the desktop's package nor comments and docstrings that nobody asks for, and its
modules lie in one file, which deflates to two thirds of what they do one by one.
"""

from mediadevices_native.page_wheel.wheel import build_wheel as build_wheel
from mediadevices_native.page_wheel.wheel import wheel_name as wheel_name
