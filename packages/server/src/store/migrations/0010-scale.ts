/**
 * For many processes and many rows: notifications of locks, the auditor's reading rights, indexes.
 *
 * Notifications are sent by the database itself, in the transaction of the change: a process that dies right after its
 * commit has still told the others. They carry an identifier and nothing else; each stream asks again for what its
 * reader may see.
 */
export const scale = {
  version: 10,
  name: 'scale',
  sql: /* sql */ `
SET LOCAL ROLE viva_owner;
-- The auditor holds what was recorded against the log.
CREATE POLICY auditor_reads ON viva.reveal FOR SELECT TO viva_auditor USING (true);
CREATE POLICY auditor_reads ON viva.decision FOR SELECT TO viva_auditor USING (true);
CREATE POLICY auditor_reads ON viva.question_version FOR SELECT TO viva_auditor USING (true);
GRANT SELECT ON viva.reveal, viva.decision, viva.question_version, viva.opening_item, viva.audit_head TO viva_auditor;

CREATE FUNCTION viva.tell_candidate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('viva_locks', NEW.candidate_id::text);
  RETURN NULL;
END $$;
CREATE FUNCTION viva.tell_withdrawn() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('viva_locks', NEW.id::text);
  RETURN NULL;
END $$;
CREATE FUNCTION viva.tell_opening() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('viva_locks', NEW.opening_id::text);
  RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION viva.tell_candidate(), viva.tell_withdrawn(), viva.tell_opening() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION viva.tell_candidate(), viva.tell_withdrawn(), viva.tell_opening() TO viva_app;
CREATE TRIGGER tell AFTER INSERT ON viva.submission FOR EACH ROW EXECUTE FUNCTION viva.tell_candidate();
CREATE TRIGGER tell AFTER INSERT ON viva.reveal FOR EACH ROW EXECUTE FUNCTION viva.tell_candidate();
CREATE TRIGGER tell AFTER UPDATE ON viva.candidate FOR EACH ROW
  WHEN (OLD.withdrawn_at IS DISTINCT FROM NEW.withdrawn_at) EXECUTE FUNCTION viva.tell_withdrawn();
CREATE TRIGGER tell AFTER INSERT ON viva.seat_holder FOR EACH ROW EXECUTE FUNCTION viva.tell_opening();
RESET ROLE;
`,
};
