"""審査と承認: by rule, by hand, by a second person."""
