/** Runs of labs that candidates attach to their applications. Never changed; only the candidate adds. */
export const workSample = {
  version: 2,
  name: 'work-sample',
  sql: /* sql */ `
SET LOCAL ROLE viva_owner;
CREATE TABLE viva.work_sample (
  id uuid PRIMARY KEY,
  opening_id uuid NOT NULL REFERENCES viva.opening,
  candidate_id uuid NOT NULL REFERENCES viva.candidate,
  lab text NOT NULL,
  params jsonb NOT NULL,
  seed bigint NOT NULL,
  engine text NOT NULL,
  metrics jsonb NOT NULL,
  conclusion text NOT NULL CHECK (btrim(conclusion) <> ''),
  attached_at timestamptz NOT NULL);
CREATE INDEX work_sample_candidate ON viva.work_sample (candidate_id, attached_at);
ALTER TABLE viva.work_sample ENABLE ROW LEVEL SECURITY;
ALTER TABLE viva.work_sample FORCE ROW LEVEL SECURITY;
CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON viva.work_sample FOR EACH ROW EXECUTE FUNCTION viva.refuse_change();

-- The candidate of an open application that was not withdrawn. An interviewer could otherwise write an opinion into it.
CREATE FUNCTION viva.own_application(candidate uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = viva, pg_temp
  AS $$ SELECT EXISTS (SELECT 1 FROM viva.candidate c WHERE c.id = candidate AND c.person_id = viva.actor()) $$;
REVOKE EXECUTE ON FUNCTION viva.own_application(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION viva.own_application(uuid) TO viva_app;
CREATE POLICY see ON viva.work_sample FOR SELECT TO viva_app USING (
  viva.sees_opening(opening_id) OR viva.own_application(candidate_id));
CREATE POLICY write ON viva.work_sample FOR INSERT TO viva_app WITH CHECK (
  viva.own_application(candidate_id)
  AND EXISTS (SELECT 1 FROM viva.candidate c JOIN viva.opening o ON o.id = c.opening_id
    WHERE c.id = candidate_id AND o.id = work_sample.opening_id AND c.withdrawn_at IS NULL AND o.status = 'open'));
GRANT SELECT, INSERT ON viva.work_sample TO viva_app;
RESET ROLE;
`,
};
