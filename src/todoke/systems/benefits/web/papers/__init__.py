"""文書台帳 on screen."""
