"""What RDS has for tokens of IAM, and PostgreSQL has not."""

from dataclasses import dataclass

from tests.server_image.deployment import Deployment

# RDS asks for a token of whoever is in its role, at any depth. None can be checked here: the server's role needs none,
# and nobody else who is in it gets in.
LOGIN_RULES = """
host all mlflow_server_iam 127.0.0.1/32 trust
host all +rds_iam 127.0.0.1/32 reject
"""
_ADMIN = "GRANT rds_iam TO master WITH ADMIN TRUE, INHERIT FALSE, SET FALSE"
_OTHERS = (
    "SELECT member::regrole::text FROM pg_auth_members WHERE roleid = 'rds_iam'::regrole AND grantor = {}::regrole"
)
_AT_LOGIN = f"""
CREATE FUNCTION let_the_master_grant() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE other text;
BEGIN
  IF session_user = 'master' THEN
    {_ADMIN};
    FOR other IN {_OTHERS.format("'postgres'")} AND member <> 'master'::regrole LOOP
      EXECUTE format('REVOKE rds_iam FROM %I', other);
      EXECUTE format('GRANT rds_iam TO %I GRANTED BY master', other);
    END LOOP;
  END IF;
END $$;
CREATE EVENT TRIGGER let_the_master_grant ON login EXECUTE FUNCTION let_the_master_grant();
"""


@dataclass(frozen=True)
class Rds:
    """The role `rds_iam`, which the master may grant without being in it.

    PostgreSQL knows no such right. So the master is put into the role when it has logged in, and is taken out by
    `end_of_session`; the grants it made stay its own.
    """

    deployment: Deployment

    def __post_init__(self) -> None:
        self.deployment.postgres.execute("CREATE ROLE rds_iam")
        self.deployment.query(_AT_LOGIN)

    def migrate(self, **variables: str) -> None:
        done = self.deployment.run("migrate", **variables)
        self.end_of_session()
        assert done.returncode == 0, done.stderr

    def end_of_session(self) -> None:
        """Before the master logs in again."""
        others = [role for (role,) in self.deployment.query(_OTHERS.format("'master'"))]
        self.deployment.query("REVOKE rds_iam FROM master CASCADE")
        for role in others:
            self.deployment.query(f"GRANT rds_iam TO {role}")

    def takes_tokens_of(self, role: str) -> bool:
        [(is_member,)] = self.deployment.query(f"SELECT pg_has_role('{role}', 'rds_iam', 'MEMBER')")
        return bool(is_member)

    def remove(self) -> None:
        """All databases of a PostgreSQL have its roles, so this one goes again."""
        self.deployment.query("DROP EVENT TRIGGER let_the_master_grant")
        self.deployment.postgres.execute("DROP ROLE rds_iam")
