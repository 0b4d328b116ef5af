"""The hand-over of data and notifications from a driver's thread to the event loop.

Only references are passed: the memory of a frame is not copied on its way to the program.
"""
