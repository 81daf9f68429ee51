"""What the benefits section's people see: letters now, screens later."""
