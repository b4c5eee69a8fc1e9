"""Tools for the operator: logs, metrics, health endpoints, `--check` and error reports."""
