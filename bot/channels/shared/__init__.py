"""What chat systems have in common: turns, their order, and what must outlive the process. See `../README.md`."""
