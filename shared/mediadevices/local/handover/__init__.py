"""The hand-over of data and notifications from a driver's thread to the event loop."""
