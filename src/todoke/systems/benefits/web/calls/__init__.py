"""コールセンターの画面: one call, its note, and whom to call back."""
