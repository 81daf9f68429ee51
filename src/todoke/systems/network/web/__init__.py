"""The screens of 情報提供ネットワークシステム, for its operators. No page shows a person."""
