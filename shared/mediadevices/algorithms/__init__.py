"""The standard's algorithms as pure functions: no event loop, no agent, no input or output."""
