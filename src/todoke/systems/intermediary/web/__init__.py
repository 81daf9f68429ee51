"""自治体中間サーバーの画面: of one municipality each; the URL names it, and the guard asks for a right there."""
