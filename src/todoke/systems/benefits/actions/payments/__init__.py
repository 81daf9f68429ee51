"""支払: from the batch to the day's end."""
