"""PostgreSQL's parameters that the kit sets, as RDS takes them; all of them change without a restart."""

from stacks.team.config import DatabaseEngine

PARAMETERS = {
    "rds.force_ssl": "1",
    "password_encryption": "scram-sha-256",
    "rds.accepted_password_auth_method": "scram",
    # No statement's text: MLflow's driver writes values into it, so it may hold what users log and hashes of passwords.
    # What is slow shows in Database Insights.
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_min_error_statement": "panic",
    # An error's detail quotes the row.
    "log_error_verbosity": "terse",
    "log_lock_waits": "1",
}
"""https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.PostgreSQL.CommonDBATasks.Parameters.html,
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/PostgreSQL_Password_Encryption_configuration.html"""

EXPORTED_LOGS = {DatabaseEngine.POSTGRES: ("postgresql", "upgrade"), DatabaseEngine.AURORA: ("postgresql",)}
"""To CloudWatch, in log groups that RDS makes: `kit protect` says how long they are kept.

https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraPostgreSQL.CloudWatch.html"""
