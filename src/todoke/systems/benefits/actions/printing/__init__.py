"""印刷: begun at a screen, done beside it; one letter once more."""
