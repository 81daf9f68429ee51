"""開示・訂正・利用停止の請求 (PIA Ⅳ, 個人情報の保護に関する法律76–103条): intake at 19 offices, what is held, decision, paper."""
