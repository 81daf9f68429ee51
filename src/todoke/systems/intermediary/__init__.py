"""Link codes, replicas and exchange records of one municipality (自治体中間サーバー)."""
