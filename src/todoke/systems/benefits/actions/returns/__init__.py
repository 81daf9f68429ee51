"""返戻 and 再発送: letters that came back."""
