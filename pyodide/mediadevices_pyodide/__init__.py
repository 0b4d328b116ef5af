"""The browser as user agent: the interfaces of `mediadevices` over the page's own objects.

It is thin. The browser selects devices, asks the user and keeps all state; what is here
translates. What crosses between Python and JavaScript crosses in `ffi`.
"""
