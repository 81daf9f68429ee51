"""Permission list, permits and code conversion (情報提供ネットワークシステム)."""
