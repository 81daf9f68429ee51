"""Personal and secret fields: key files, sealed numbers, later retention and disclosure."""
