/**
 * Sealed texts, erasure, retention and what candidates may ask for.
 *
 * Texts about candidates are sealed by the application with keys that are not in the database (`keys/`). A fifth role,
 * `viva_keeper`, seals what was there before, and erases: it reads and writes sealed columns and personal data, and no
 * score. What a candidate is told of the scores comes from one function, and only once the panel has been revealed and
 * a decision stands or the opening is closed.
 */
export const privacy = {
  version: 6,
  name: 'privacy',
  sql: /* sql */ `
SET LOCAL ROLE viva_owner;

-- Which key store sealed this database.
CREATE TABLE viva.key_store (one boolean PRIMARY KEY DEFAULT true CHECK (one), id uuid NOT NULL);

ALTER TABLE viva.candidate ADD COLUMN erased_at timestamptz;
ALTER TABLE viva.person ADD COLUMN erased_at timestamptz;

-- Texts that never change may be sealed, and their erasure noted, by the keeper alone; column rights say which.
CREATE FUNCTION viva.refuse_change_but_keeper() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_user = 'viva_keeper' THEN
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'rows of %.% are never changed or removed', TG_TABLE_SCHEMA, TG_TABLE_NAME USING ERRCODE = '42501';
END $$;
DO $$ DECLARE t text; BEGIN
  FOREACH t IN ARRAY ARRAY['rating', 'comment', 'decision', 'reveal', 'work_sample', 'audit'] LOOP
    EXECUTE format('DROP TRIGGER keep ON viva.%I', t);
    EXECUTE format('CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON viva.%I FOR EACH ROW EXECUTE FUNCTION viva.refuse_change_but_keeper()', t);
  END LOOP;
END $$;

-- Seals made over plain texts hold for the sealed ones by an entry here, made in the transaction that sealed them.
CREATE TABLE viva.reseal (
  candidate_id uuid NOT NULL REFERENCES viva.candidate,
  rater_id uuid NOT NULL REFERENCES viva.person,
  -- An amendment; null for a scorecard.
  rating_id uuid REFERENCES viva.rating,
  was text NOT NULL,
  now text NOT NULL,
  at timestamptz NOT NULL);
CREATE UNIQUE INDEX reseal_scorecard ON viva.reseal (candidate_id, rater_id) WHERE rating_id IS NULL;
CREATE UNIQUE INDEX reseal_amendment ON viva.reseal (rating_id) WHERE rating_id IS NOT NULL;
ALTER TABLE viva.reseal ENABLE ROW LEVEL SECURITY;
ALTER TABLE viva.reseal FORCE ROW LEVEL SECURITY;
CREATE POLICY auditor_reads ON viva.reseal FOR SELECT TO viva_auditor USING (true);
CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON viva.reseal FOR EACH ROW EXECUTE FUNCTION viva.refuse_change();

-- What was erased, when, and why it was: never who it was.
CREATE TABLE viva.erasure (
  subject text PRIMARY KEY,
  cause text NOT NULL CHECK (cause IN ('asked', 'retention', 'ledger')),
  erased_at timestamptz NOT NULL);
CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON viva.erasure FOR EACH ROW EXECUTE FUNCTION viva.refuse_change();

-- What candidates ask for. Texts are sealed.
CREATE TABLE viva.privacy_request (
  id uuid PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('erasure', 'correction')),
  candidate_id uuid NOT NULL REFERENCES viva.candidate,
  opening_id uuid NOT NULL REFERENCES viva.opening,
  status text NOT NULL CHECK (status IN ('open', 'done', 'refused')),
  body text NOT NULL,
  answer text,
  asked_at timestamptz NOT NULL,
  decided_at timestamptz,
  decided_by uuid REFERENCES viva.person,
  CHECK ((status = 'open') = (decided_at IS NULL)));
CREATE INDEX privacy_request_candidate ON viva.privacy_request (candidate_id, asked_at);
CREATE INDEX privacy_request_open ON viva.privacy_request (asked_at, id) WHERE status = 'open';
CREATE UNIQUE INDEX privacy_request_one_erasure ON viva.privacy_request (candidate_id) WHERE kind = 'erasure' AND status = 'open';

-- A link by which a candidate without an account sees what is held; opening it uses it up and gives a short access.
CREATE TABLE viva.data_link (
  token_hash text PRIMARY KEY,
  candidate_id uuid NOT NULL REFERENCES viva.candidate,
  issued_by uuid NOT NULL REFERENCES viva.person,
  issued_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  access_hash text UNIQUE,
  access_until timestamptz);
CREATE INDEX data_link_candidate ON viva.data_link (candidate_id);

-- A legal hold keeps an application from retention and erasure until it is lifted.
CREATE TABLE viva.legal_hold (
  candidate_id uuid PRIMARY KEY REFERENCES viva.candidate,
  reason text NOT NULL,
  set_by uuid NOT NULL REFERENCES viva.person,
  set_at timestamptz NOT NULL);

CREATE TABLE viva.retention_run (
  id uuid PRIMARY KEY,
  at timestamptz NOT NULL,
  counts jsonb NOT NULL,
  failed integer NOT NULL);
CREATE INDEX retention_run_at ON viva.retention_run (at DESC, id);

ALTER TABLE viva.privacy_request ENABLE ROW LEVEL SECURITY;
ALTER TABLE viva.privacy_request FORCE ROW LEVEL SECURITY;
CREATE POLICY see ON viva.privacy_request FOR SELECT TO viva_app USING ((SELECT viva.actor_leads()) OR viva.own_application(candidate_id));
CREATE POLICY ask ON viva.privacy_request FOR INSERT TO viva_app WITH CHECK (
  status = 'open' AND ((SELECT viva.actor_leads()) OR viva.own_application(candidate_id)));
CREATE POLICY decide ON viva.privacy_request FOR UPDATE TO viva_app USING ((SELECT viva.actor_leads()));
ALTER TABLE viva.data_link ENABLE ROW LEVEL SECURITY;
ALTER TABLE viva.data_link FORCE ROW LEVEL SECURITY;
CREATE POLICY issue ON viva.data_link FOR INSERT TO viva_app WITH CHECK (viva.actor_leads() AND issued_by = (SELECT viva.actor()));
ALTER TABLE viva.legal_hold ENABLE ROW LEVEL SECURITY;
ALTER TABLE viva.legal_hold FORCE ROW LEVEL SECURITY;
CREATE POLICY leads ON viva.legal_hold FOR ALL TO viva_app USING ((SELECT viva.actor_leads())) WITH CHECK (viva.actor_leads());

GRANT SELECT, INSERT, UPDATE (status, answer, decided_at, decided_by) ON viva.privacy_request TO viva_app;
GRANT INSERT ON viva.data_link TO viva_app;
GRANT SELECT, INSERT, DELETE ON viva.legal_hold TO viva_app;
GRANT SELECT ON viva.retention_run TO viva_app;

-- The keeper -------------------------------------------------------------------------------------------------

GRANT USAGE ON SCHEMA viva, viva_auth TO viva_keeper;
GRANT SELECT, INSERT ON viva.key_store, viva.reseal, viva.erasure, viva.retention_run TO viva_keeper;
GRANT SELECT ON viva.person, viva.candidate, viva.opening, viva.interview_session, viva.submission, viva.setting, viva.opening_item TO viva_keeper;
GRANT UPDATE (name, email, user_id, disabled_at, erased_at) ON viva.person TO viva_keeper;
GRANT UPDATE (name, email, person_id, withdrawn_at, withdrawn_reason, erased_at) ON viva.candidate TO viva_keeper;
GRANT UPDATE (place) ON viva.interview_session TO viva_keeper;
GRANT SELECT, DELETE ON viva_auth.account_user, viva_auth.verification TO viva_keeper;
GRANT SELECT, DELETE ON viva.invitation TO viva_keeper;
GRANT SELECT (id, candidate_id, opening_id, rater_id, question_id, not_asked, evidence, kind, amends, reason, created_at),
  UPDATE (not_asked, evidence, reason) ON viva.rating TO viva_keeper;
GRANT SELECT (candidate_id, rater_id, question_id, evidence, not_asked, saved_at), UPDATE (evidence, not_asked), DELETE ON viva.draft TO viva_keeper;
GRANT SELECT, UPDATE (body), DELETE ON viva.note TO viva_keeper;
GRANT SELECT, UPDATE (body) ON viva.comment TO viva_keeper;
GRANT SELECT, UPDATE (reason) ON viva.decision, viva.reveal TO viva_keeper;
GRANT SELECT, UPDATE (conclusion), DELETE ON viva.work_sample TO viva_keeper;
GRANT SELECT, UPDATE (title), DELETE ON viva.chat TO viva_keeper;
GRANT SELECT, UPDATE (question, answer), DELETE ON viva.chat_turn TO viva_keeper;
GRANT SELECT, UPDATE (rounds), DELETE ON viva.practice TO viva_keeper;
GRANT SELECT (candidate_id), DELETE ON viva.group_answer TO viva_keeper;
GRANT SELECT, UPDATE (detail) ON viva.audit TO viva_keeper;
GRANT SELECT, INSERT, UPDATE (status, body, answer, decided_at, decided_by), DELETE ON viva.privacy_request TO viva_keeper;
GRANT UPDATE (reason) ON viva.legal_hold TO viva_keeper;
GRANT SELECT, UPDATE (access_hash, access_until), DELETE ON viva.data_link TO viva_keeper;
GRANT SELECT ON viva.legal_hold TO viva_keeper;
DO $$ DECLARE t text; BEGIN
  FOREACH t IN ARRAY ARRAY['candidate', 'opening', 'interview_session', 'submission', 'rating', 'draft', 'note', 'comment', 'decision',
    'reveal', 'work_sample', 'chat', 'chat_turn', 'practice', 'group_answer', 'audit', 'privacy_request', 'data_link', 'legal_hold', 'reseal'] LOOP
    EXECUTE format('CREATE POLICY keeper ON viva.%I FOR ALL TO viva_keeper USING (true) WITH CHECK (true)', t);
  END LOOP;
END $$;
REVOKE EXECUTE ON FUNCTION viva.refuse_change_but_keeper() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION viva.refuse_change_but_keeper() TO viva_app, viva_keeper;
GRANT EXECUTE ON FUNCTION viva.actor(), viva.refuse_change(), viva.audit_append(timestamptz, text, text, uuid, uuid, boolean, text),
  viva.scorecard_digest(uuid, uuid), viva.rating_digest(viva.rating) TO viva_keeper;

-- The auditor computes digests for the keeper, who may not read scores, and discloses scores to their candidate.
CREATE POLICY discloses ON viva.reveal FOR SELECT TO viva_auditor USING (true);
CREATE POLICY discloses ON viva.decision FOR SELECT TO viva_auditor USING (true);
CREATE POLICY discloses ON viva.opening FOR SELECT TO viva_auditor USING (true);
GRANT SELECT ON viva.reveal, viva.decision, viva.opening, viva.reseal, viva.erasure TO viva_auditor;
GRANT CREATE ON SCHEMA viva TO viva_auditor;
RESET ROLE;
SET LOCAL ROLE viva_auditor;
CREATE FUNCTION viva.sealed_digest(candidate uuid, rater uuid, rating uuid) RETURNS text
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = viva, pg_temp AS $$
  SELECT CASE WHEN rating IS NULL THEN viva.scorecard_digest(candidate, rater)
    ELSE (SELECT viva.rating_digest(r) FROM viva.rating r WHERE r.id = rating) END $$;
CREATE FUNCTION viva.disclosed(candidate uuid) RETURNS boolean
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = viva, pg_temp AS $$
  SELECT EXISTS (SELECT 1 FROM viva.reveal x JOIN viva.opening o ON o.id = x.opening_id WHERE x.candidate_id = candidate
    AND (o.status = 'closed' OR EXISTS (SELECT 1 FROM viva.decision d WHERE d.candidate_id = candidate))) $$;
CREATE FUNCTION viva.disclosed_ratings(candidate uuid) RETURNS TABLE (
    id uuid, rater_id uuid, question_id text, score smallint, not_asked text, evidence text, kind text, amends uuid, reason text, created_at timestamptz)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = viva, pg_temp AS $$
  SELECT r.id, r.rater_id, r.question_id, r.score, r.not_asked, r.evidence, r.kind, r.amends, r.reason, r.created_at
  FROM viva.rating r WHERE r.candidate_id = candidate AND viva.disclosed(candidate)
  ORDER BY r.created_at, r.rater_id, r.question_id, r.id $$;
REVOKE EXECUTE ON FUNCTION viva.sealed_digest(uuid, uuid, uuid), viva.disclosed(uuid), viva.disclosed_ratings(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION viva.sealed_digest(uuid, uuid, uuid), viva.disclosed(uuid), viva.disclosed_ratings(uuid) TO viva_keeper;
RESET ROLE;
SET LOCAL ROLE viva_owner;
REVOKE CREATE ON SCHEMA viva FROM viva_auditor;
RESET ROLE;
`,
};
