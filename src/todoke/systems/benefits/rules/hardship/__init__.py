"""家計急変: one month carried on to a year, beside the limits."""
