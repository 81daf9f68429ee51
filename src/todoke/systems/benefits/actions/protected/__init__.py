"""支援措置の対象者への手紙: one by one, to the 送付先, by several hands."""
