"""Training, shared by all systems: the loop, checkpoints, data loading, distributed start-up, and networks that
more than one system uses. Import the modules: this package itself loads nothing, so that rule files may name it."""
