"""Pure checks of 自治体中間サーバー; no Django."""
