"""Pure law and arithmetic of 情報提供ネットワークシステム; no Django."""
