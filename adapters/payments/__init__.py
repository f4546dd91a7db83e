"""Payment providers behind one interface: the sandbox that `make run` starts with, and real ones beside it."""
