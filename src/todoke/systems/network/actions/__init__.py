"""What 情報提供ネットワークシステム does, one verb a file."""
