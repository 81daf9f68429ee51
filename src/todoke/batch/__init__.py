"""Steps of a long run: done once, counted, visible, resumable."""
