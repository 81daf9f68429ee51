"""監視: whether a site lives, how far it lags, what it tells, and when it rings."""
