"""Runs tests in web browsers: pytest runs in a page, under Pyodide.

The host serves the page and everything that it loads, starts the browser, and receives the reports.
`environment` does this; `configurations` lists the ways to start a browser; `commands` has the
commands that a test in the page can send to the host.
"""
