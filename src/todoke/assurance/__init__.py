"""保証: what the 特定個人情報保護評価書 promises, as data — each promise with its control, its check and its evidence."""
