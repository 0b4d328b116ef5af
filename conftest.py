"""Loads the plug-ins of the tests, from `tests/support/`; see docs/development/tests.md."""

# A module comes after those that it imports, because pytest must rewrite each one first.
pytest_plugins = [
    "support.gc_freeze",
    "support.timeout_stub",
    "support.asynchronous",
    "support.page_errors",
    "support.report_file",
    "support.lanes",
    "support.lane_sizes",
    "support.skips",
    "support.xfail_exceptions",
    "support.faults",
    "support.remote",
    "support.conformance_results",
]
