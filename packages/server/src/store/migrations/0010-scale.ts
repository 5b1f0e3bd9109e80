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
  PERFORM pg_notify('viva_locks', c.id::text) FROM viva.candidate c WHERE c.opening_id = NEW.opening_id;
  RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION viva.tell_candidate(), viva.tell_withdrawn(), viva.tell_opening() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION viva.tell_candidate(), viva.tell_withdrawn(), viva.tell_opening() TO viva_app;
CREATE TRIGGER tell AFTER INSERT ON viva.submission FOR EACH ROW EXECUTE FUNCTION viva.tell_candidate();
CREATE TRIGGER tell AFTER INSERT ON viva.reveal FOR EACH ROW EXECUTE FUNCTION viva.tell_candidate();
CREATE TRIGGER tell AFTER UPDATE ON viva.candidate FOR EACH ROW
  WHEN (OLD.withdrawn_at IS DISTINCT FROM NEW.withdrawn_at) EXECUTE FUNCTION viva.tell_withdrawn();
CREATE TRIGGER tell AFTER INSERT ON viva.seat_holder FOR EACH ROW EXECUTE FUNCTION viva.tell_opening();

-- The same rows, found by index for one opening: DISTINCT ON read every seat that there ever was.
CREATE OR REPLACE VIEW viva.current_seat AS
  SELECT h.seat_id, h.opening_id, h.person_id FROM viva.seat_holder h
  WHERE NOT EXISTS (SELECT 1 FROM viva.seat_holder later WHERE later.seat_id = h.seat_id AND later.ordinal > h.ordinal);

-- As viva.locks, for many candidates in one go.
CREATE FUNCTION viva.locks_of(candidates uuid[])
  RETURNS TABLE (candidate_id uuid, seat_id uuid, ordinal integer, person_id uuid, locked boolean)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = viva, pg_temp AS $$
  WITH leads AS MATERIALIZED (SELECT viva.actor_leads() AS yes), sitting AS MATERIALIZED (SELECT viva.actor_openings() AS opening)
  SELECT c.id, s.seat_id, seat.ordinal, coalesce(x.rater_id, s.person_id), x.rater_id IS NOT NULL
  FROM viva.candidate c JOIN viva.current_seat s ON s.opening_id = c.opening_id
  JOIN viva.seat seat ON seat.id = s.seat_id
  LEFT JOIN viva.submission x ON x.candidate_id = c.id AND x.seat_id = s.seat_id
  WHERE c.id = ANY (candidates) AND ((SELECT yes FROM leads) OR c.opening_id IN (SELECT opening FROM sitting)) $$;
REVOKE EXECUTE ON FUNCTION viva.locks_of(uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION viva.locks_of(uuid[]) TO viva_app;

-- The latest first, which is how sealed texts are looked through: without these a search sorted every rating there is.
CREATE INDEX rating_latest ON viva.rating (created_at DESC, id);
CREATE INDEX note_latest ON viva.note (saved_at DESC, candidate_id);
RESET ROLE;
`,
};
