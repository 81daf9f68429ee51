"""Screens of 自治体中間サーバー."""
