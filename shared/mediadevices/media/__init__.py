"""Frames and samples: the data that flows through a track, as in WebCodecs.

`video_frame` and `audio_data` hold the two public classes. The other modules hold the tables of
formats, the operations on pixels (`pixel_operations`, one module per implementation) and the
operations on samples (`resampling`, `channel_mixing`, `silence`).
`mediadevices.implementations` chooses the implementation.
"""
