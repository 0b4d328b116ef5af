"""The web page's part of `mediadevices`: the browser's own devices, through Pyodide.

In the page the browser is the user agent: it finds the devices, asks the user and captures. This
package will hold the agent that hands all of that on to it. Until then
`mediadevices.testing.install_fake_devices` is what works in a page.
"""
