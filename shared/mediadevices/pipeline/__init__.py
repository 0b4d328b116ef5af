"""What a track does with its source's media, in both worlds: convert, queue, count."""
