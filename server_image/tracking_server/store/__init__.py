"""MLflow's tracking store for PostgreSQL: one round trip for each of the calls that training makes most."""
