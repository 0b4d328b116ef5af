"""The browser as user agent: the interfaces of `mediadevices` over the page's own objects.

The browser selects devices, asks the user and keeps all state; this package only translates. All
values pass between Python and JavaScript in `ffi`.
"""
