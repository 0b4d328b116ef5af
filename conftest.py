"""The tests' own machinery; see `tests/support/` and, for the environments, CONTRIBUTING.md."""

# A module stands after those that it imports: pytest prepares each one before it is imported.
pytest_plugins = [
    "support.garbage",
    "support.without_timeouts",
    "support.asynchronous",
    "support.page_errors",
    "support.report_file",
    "support.lanes",
    "support.lane_sizes",
    "support.skips",
    "support.named_failures",
    "support.faults",
    "support.remote",
    "support.conformance_results",
]
