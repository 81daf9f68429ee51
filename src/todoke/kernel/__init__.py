"""What every room may use: errors, dates, fiscal years. Imports nothing of ours and no Django."""
