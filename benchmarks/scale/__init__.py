"""Run several bot processes with tens of thousands of songs on PostgreSQL; `make bench-scale`."""
