"""審査 and 承認 on screen."""
