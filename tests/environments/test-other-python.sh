#!/bin/bash
# Runs the device-free tests under the newest installed Python other than that of .venv.
#
# It has a separate virtual environment without the desktop's capture libraries, because the tested
# code must work without them.

set -euo pipefail
cd "$(dirname "$0")/../.."

ours=$(.venv/bin/python -c 'import sys; print("%d.%d" % sys.version_info[:2])')
other=
for version in 3.14 3.13 3.12 3.11; do
    [ "$version" = "$ours" ] && continue
    for candidate in "python$version" "${PYENV_ROOT:-$HOME/.pyenv}/versions/$version".*/bin/python; do
        # pyenv has a shim for every version, but not all of them start.
        if "$candidate" -c 'import venv' 2>/dev/null; then
            other=$candidate
            break 2
        fi
    done
done
if [ -z "$other" ]; then
    echo "There is no Python here besides $ours."
    # In continuous integration, a check that cannot run is a failure.
    [ "${CI:-}" != true ]
    exit
fi

environment=.venv-$version
[ -x "$environment/bin/python" ] || "$other" -m venv "$environment"
pip=("$environment/bin/python" -m pip install -qq --disable-pip-version-check)
"${pip[@]}" --no-deps --editable .
"${pip[@]}" pytest pytest-timeout hypothesis numpy

folders=()
for folder in tests/shared tests/conformance; do
    [ -d "$folder" ] && folders+=("$folder")
done
# The comparison with the IDL does not depend on the Python version, and needs npm.
exec "$environment/bin/python" -m pytest --lane cpython "${folders[@]}" \
    --ignore=tests/conformance/surface/test_idl.py \
    --ignore=tests/conformance/surface/test_idl_comparison.py
