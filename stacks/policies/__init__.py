"""IAM policy statements, written by hand: a module for each thing that they are about, a pure function per purpose.

Each function returns the least that its purpose needs. Four kinds of roles use them: task roles (what a container
may do), the execution role (what ECS may do to start it), roles of schedules (what they may start) and of clients.
"""
