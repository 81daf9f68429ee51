"""支払: when a bank pays, what is held back, and why a transfer fails."""
