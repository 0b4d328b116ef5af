"""Web browsers as places where tests run: pytest runs in a page, under Pyodide.

The host serves the page and everything that it loads, starts the browser, and takes the reports.
`environment` puts these together; `configurations` says how a browser can be started; what a test
in the page may ask of the host stands in `commands`.
"""
