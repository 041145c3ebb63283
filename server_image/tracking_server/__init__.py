"""What runs in the task's two containers: `migrate` first, then `serve`."""
