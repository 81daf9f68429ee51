"""Small named checks of the running site: each says held, broken and why, or not yet shown."""
