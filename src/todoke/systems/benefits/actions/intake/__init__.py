"""受付: sheets at the scanner, and the box they go into."""
