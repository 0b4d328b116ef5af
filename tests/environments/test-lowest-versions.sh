#!/bin/bash
# Runs the device-free tests with the lowest versions that pyproject.toml allows.
#
# It has a separate virtual environment. uv chooses the versions, because pip has no such option.

set -euo pipefail
cd "$(dirname "$0")/../.."

environment=.venv-lowest
python=$environment/bin/python
[ -x "$python" ] || .venv/bin/python -m venv "$environment"
"$python" -m pip install -qq --disable-pip-version-check uv
uv=("$python" -m uv pip)
export VIRTUAL_ENV=$PWD/$environment
"${uv[@]}" install -q --resolution lowest-direct --editable .
"${uv[@]}" list
# The test tools may be new, but must not upgrade the tested packages.
"${uv[@]}" install -q pytest pytest-timeout hypothesis \
    --constraints <("${uv[@]}" freeze --exclude-editable)

# The comparison with the IDL does not depend on the installed versions, and needs npm.
exec "$python" -m pytest --lane cpython tests/shared tests/conformance tests/native \
    --ignore=tests/conformance/surface/test_idl.py \
    --ignore=tests/conformance/surface/test_idl_comparison.py
