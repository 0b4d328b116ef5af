"""The agent protocol: what the interfaces need from the user agent.

The standard speaks of a *user agent*. In a web page it is the browser; on a desktop it is
`mediadevices.local`, which works with drivers. A public object, such as a `MediaStreamTrack`, has a
*handle* that belongs to the agent, and delegates to it. It keeps no state that could contradict the
agent's.

Calls go from the interface to the handle. In the other direction each handle has a *listener*
with a method for each thing that can happen. An operation that has to wait returns a future, so
the protocol also suits an agent in another thread or process.

Each subject has a module: `capture`, `permissions`, `generators`, and `js_bridge` for what only a
web page can do. An agent implements the subjects that it supports; new ones, such as recording or
playback, become modules beside these.
"""
