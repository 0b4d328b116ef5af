"""The public classes, one of each, whatever agent stands behind them."""
