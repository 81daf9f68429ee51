"""文書台帳: where sheets go, and how they end."""
