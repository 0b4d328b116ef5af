"""The agent protocol: what stands behind the interfaces.

The standard speaks of a *user agent*. In a web page that is the browser; on a desktop it is
`mediadevices.local`, over drivers. The public classes hold a *handle* of the agent and delegate
to it. They keep no state of their own that the agent could disagree with.

Nothing here assumes that the agent lives in the same thread or process as the program: every
operation that may wait returns a future, and handles notify their interface objects.
"""
