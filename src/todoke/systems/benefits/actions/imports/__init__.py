"""ファイルの取込, step by step: received, checked, proposed, confirmed by a second person, taken — or cancelled."""
