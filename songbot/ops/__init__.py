"""What an operator needs: logs, metrics, health, the checks of `--check`, error reports."""
