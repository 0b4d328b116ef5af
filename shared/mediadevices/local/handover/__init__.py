"""How data and notifications get from a driver's thread to the event loop."""
