#!/bin/bash
# Runs the tests that need no device with the lowest versions of what pyproject.toml asks for.
#
# It has a virtual environment of its own. uv chooses the versions: pip has no such choice.

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
# What runs the tests may be new, but must not raise what they test.
"${uv[@]}" install -q pytest pytest-timeout hypothesis \
    --constraints <("${uv[@]}" freeze --exclude-editable)

# The comparison with the IDL reads the same source whatever is installed, and needs npm.
exec "$python" -m pytest --lane cpython tests/shared tests/conformance tests/native \
    --ignore=tests/conformance/surface/test_idl.py \
    --ignore=tests/conformance/surface/test_idl_comparison.py
