/**
 * Tables, roles and row-level security of the first release.
 *
 * Four roles, none of which can log in:
 * - `viva_owner` owns every table. Tables that hold sealed things FORCE row security, so it applies to the owner too,
 *   and there is no policy that would let the owner read a rating, a draft or a note.
 * - `viva_app` is what a signed-in person's requests run as; `viva.actor` names the person.
 * - `viva_auth` is what signing in and joining run as; it has no right to anything of an interview.
 * - `viva_auditor` owns one function that recomputes the digests of sealed scorecards and returns only mismatches.
 */
export const foundation = {
  version: 1,
  name: 'foundation',
  sql: /* sql */ `
CREATE SCHEMA viva AUTHORIZATION viva_owner;
CREATE SCHEMA viva_auth AUTHORIZATION viva_owner;
SET LOCAL ROLE viva_owner;

-- Signing in (the tables that better-auth expects) ------------------------------------------------------------

CREATE TABLE viva_auth.account_user (
  id text PRIMARY KEY, name text NOT NULL, email text NOT NULL UNIQUE, email_verified boolean NOT NULL DEFAULT false,
  image text, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL);
CREATE TABLE viva_auth.session (
  id text PRIMARY KEY, expires_at timestamptz NOT NULL, token text NOT NULL UNIQUE, created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL, ip_address text, user_agent text,
  user_id text NOT NULL REFERENCES viva_auth.account_user ON DELETE CASCADE);
CREATE INDEX session_user_id ON viva_auth.session (user_id);
CREATE TABLE viva_auth.account (
  id text PRIMARY KEY, account_id text NOT NULL, provider_id text NOT NULL,
  user_id text NOT NULL REFERENCES viva_auth.account_user ON DELETE CASCADE, access_token text, refresh_token text,
  id_token text, access_token_expires_at timestamptz, refresh_token_expires_at timestamptz, scope text, password text,
  created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL);
CREATE INDEX account_user_id ON viva_auth.account (user_id);
CREATE TABLE viva_auth.verification (
  id text PRIMARY KEY, identifier text NOT NULL, value text NOT NULL, expires_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL);
CREATE INDEX verification_identifier ON viva_auth.verification (identifier);

-- People ------------------------------------------------------------------------------------------------------

CREATE TABLE viva.person (
  id uuid PRIMARY KEY,
  user_id text UNIQUE REFERENCES viva_auth.account_user,
  name text NOT NULL CHECK (btrim(name) <> ''),
  email text NOT NULL UNIQUE CHECK (email = lower(email)),
  role text NOT NULL CHECK (role IN ('owner', 'lead', 'interviewer', 'candidate')),
  locale text NOT NULL CHECK (locale IN ('zh-CN', 'en')),
  created_at timestamptz NOT NULL,
  disabled_at timestamptz);
CREATE UNIQUE INDEX one_owner ON viva.person (role) WHERE role = 'owner';
CREATE TABLE viva.invitation (
  person_id uuid PRIMARY KEY REFERENCES viva.person,
  token_hash text NOT NULL UNIQUE,
  expires_at timestamptz NOT NULL);
CREATE TABLE viva.setting (key text PRIMARY KEY, value text NOT NULL);

CREATE FUNCTION viva.actor() RETURNS uuid LANGUAGE sql STABLE
  AS $$ SELECT nullif(current_setting('viva.actor', true), '')::uuid $$;
CREATE FUNCTION viva.actor_leads() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = viva, pg_temp
  AS $$ SELECT EXISTS (SELECT 1 FROM viva.person WHERE id = viva.actor() AND role IN ('owner', 'lead') AND disabled_at IS NULL) $$;
CREATE FUNCTION viva.refuse_change() RETURNS trigger LANGUAGE plpgsql
  AS $$ BEGIN RAISE EXCEPTION 'rows of %.% are never changed or removed', TG_TABLE_SCHEMA, TG_TABLE_NAME USING ERRCODE = '42501'; END $$;

-- Openings and panels -----------------------------------------------------------------------------------------

CREATE TABLE viva.opening (
  id uuid PRIMARY KEY,
  title text NOT NULL,
  description text NOT NULL,
  status text NOT NULL CHECK (status IN ('draft', 'open', 'closed')),
  demo boolean NOT NULL DEFAULT false,
  kit_id text NOT NULL,
  kit_hash text NOT NULL,
  kit jsonb NOT NULL,
  scale_family text NOT NULL,
  competencies jsonb NOT NULL,
  created_by uuid NOT NULL REFERENCES viva.person,
  created_at timestamptz NOT NULL,
  opened_at timestamptz,
  closed_at timestamptz);
CREATE INDEX opening_created ON viva.opening (created_at DESC, id);
CREATE TABLE viva.opening_item (
  opening_id uuid NOT NULL REFERENCES viva.opening,
  question_id text NOT NULL,
  ordinal integer NOT NULL,
  competency text NOT NULL,
  weight double precision NOT NULL CHECK (weight > 0),
  question_hash text NOT NULL,
  question jsonb NOT NULL,
  PRIMARY KEY (opening_id, question_id));
CREATE FUNCTION viva.keep_pinned() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT status FROM viva.opening WHERE id = coalesce(OLD.opening_id, NEW.opening_id)) <> 'draft' THEN
    RAISE EXCEPTION 'the items and weights of an opening are fixed once it is open' USING ERRCODE = '42501';
  END IF;
  RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER keep_pinned BEFORE INSERT OR UPDATE OR DELETE ON viva.opening_item FOR EACH ROW EXECUTE FUNCTION viva.keep_pinned();

CREATE TABLE viva.seat (
  id uuid PRIMARY KEY,
  opening_id uuid NOT NULL REFERENCES viva.opening,
  ordinal integer NOT NULL,
  UNIQUE (opening_id, ordinal));
CREATE TABLE viva.seat_holder (
  seat_id uuid NOT NULL REFERENCES viva.seat ON DELETE CASCADE,
  ordinal integer NOT NULL,
  opening_id uuid NOT NULL REFERENCES viva.opening,
  person_id uuid NOT NULL REFERENCES viva.person,
  since timestamptz NOT NULL,
  appointed_by uuid NOT NULL REFERENCES viva.person,
  reason text,
  calibration text NOT NULL CHECK (calibration IN ('passed', 'waived')),
  waiver_reason text,
  CHECK ((calibration = 'waived') = (waiver_reason IS NOT NULL)),
  CHECK (ordinal = 1 OR reason IS NOT NULL),
  PRIMARY KEY (seat_id, ordinal));
CREATE INDEX seat_holder_person ON viva.seat_holder (person_id, opening_id);
CREATE INDEX seat_holder_opening ON viva.seat_holder (opening_id);
CREATE TRIGGER keep BEFORE UPDATE ON viva.seat_holder FOR EACH ROW EXECUTE FUNCTION viva.refuse_change();
CREATE TRIGGER keep_panel BEFORE DELETE ON viva.seat_holder FOR EACH ROW EXECUTE FUNCTION viva.keep_pinned();
CREATE VIEW viva.current_seat AS
  SELECT DISTINCT ON (seat_id) seat_id, opening_id, person_id FROM viva.seat_holder ORDER BY seat_id, ordinal DESC;
CREATE FUNCTION viva.actor_openings() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = viva, pg_temp
  AS $$ SELECT opening_id FROM viva.seat_holder WHERE person_id = viva.actor() $$;

-- Candidates and sessions -------------------------------------------------------------------------------------

CREATE TABLE viva.candidate (
  id uuid PRIMARY KEY,
  opening_id uuid NOT NULL REFERENCES viva.opening,
  person_id uuid REFERENCES viva.person,
  name text NOT NULL CHECK (btrim(name) <> ''),
  email text,
  created_at timestamptz NOT NULL,
  withdrawn_at timestamptz,
  withdrawn_reason text,
  CHECK ((withdrawn_at IS NULL) = (withdrawn_reason IS NULL)));
CREATE INDEX candidate_opening ON viva.candidate (opening_id, created_at, id);
CREATE INDEX candidate_person ON viva.candidate (person_id);
CREATE TABLE viva.interview_session (
  id uuid PRIMARY KEY,
  opening_id uuid NOT NULL REFERENCES viva.opening,
  candidate_id uuid NOT NULL REFERENCES viva.candidate,
  scheduled_at timestamptz NOT NULL,
  minutes integer NOT NULL CHECK (minutes BETWEEN 5 AND 480),
  place text NOT NULL,
  status text NOT NULL CHECK (status IN ('scheduled', 'running', 'ended', 'cancelled')),
  started_at timestamptz,
  ended_at timestamptz);
CREATE INDEX session_candidate ON viva.interview_session (candidate_id);
CREATE INDEX session_opening ON viva.interview_session (opening_id, scheduled_at);
CREATE INDEX session_scheduled ON viva.interview_session (scheduled_at, id);

ALTER TABLE viva.opening ENABLE ROW LEVEL SECURITY;
ALTER TABLE viva.candidate ENABLE ROW LEVEL SECURITY;
ALTER TABLE viva.interview_session ENABLE ROW LEVEL SECURITY;
CREATE FUNCTION viva.actor_applied() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = viva, pg_temp
  AS $$ SELECT opening_id FROM viva.candidate WHERE person_id = viva.actor() $$;
CREATE POLICY see ON viva.opening FOR SELECT TO viva_app USING (
  (SELECT viva.actor_leads()) OR id IN (SELECT viva.actor_openings()) OR id IN (SELECT viva.actor_applied()));
CREATE POLICY make ON viva.opening FOR INSERT TO viva_app WITH CHECK (viva.actor_leads());
CREATE POLICY change ON viva.opening FOR UPDATE TO viva_app USING (viva.actor_leads());
CREATE POLICY see ON viva.candidate FOR SELECT TO viva_app USING (
  (SELECT viva.actor_leads()) OR opening_id IN (SELECT viva.actor_openings()) OR person_id = (SELECT viva.actor()));
CREATE POLICY make ON viva.candidate FOR INSERT TO viva_app WITH CHECK (viva.actor_leads());
CREATE POLICY change ON viva.candidate FOR UPDATE TO viva_app USING (viva.actor_leads());
CREATE POLICY see ON viva.interview_session FOR SELECT TO viva_app USING (
  (SELECT viva.actor_leads()) OR opening_id IN (SELECT viva.actor_openings())
  OR candidate_id IN (SELECT id FROM viva.candidate WHERE person_id = (SELECT viva.actor())));
CREATE POLICY make ON viva.interview_session FOR INSERT TO viva_app WITH CHECK (viva.actor_leads());
CREATE POLICY change ON viva.interview_session FOR UPDATE TO viva_app USING (
  (SELECT viva.actor_leads()) OR opening_id IN (SELECT viva.actor_openings()));

-- Sealed things -----------------------------------------------------------------------------------------------

CREATE TABLE viva.submission (
  candidate_id uuid NOT NULL REFERENCES viva.candidate,
  seat_id uuid NOT NULL REFERENCES viva.seat,
  rater_id uuid NOT NULL REFERENCES viva.person,
  opening_id uuid NOT NULL REFERENCES viva.opening,
  submitted_at timestamptz NOT NULL,
  digest text NOT NULL,
  PRIMARY KEY (candidate_id, seat_id),
  UNIQUE (candidate_id, rater_id));
CREATE TABLE viva.reveal (
  candidate_id uuid PRIMARY KEY REFERENCES viva.candidate,
  opening_id uuid NOT NULL REFERENCES viva.opening,
  cause text NOT NULL CHECK (cause IN ('complete', 'closed')),
  reason text,
  revealed_by uuid NOT NULL REFERENCES viva.person,
  revealed_at timestamptz NOT NULL,
  CHECK ((cause = 'closed') = (reason IS NOT NULL)));
CREATE INDEX reveal_opening ON viva.reveal (opening_id);
CREATE TABLE viva.draft (
  candidate_id uuid NOT NULL REFERENCES viva.candidate,
  rater_id uuid NOT NULL REFERENCES viva.person,
  question_id text NOT NULL,
  opening_id uuid NOT NULL,
  score smallint CHECK (score BETWEEN 1 AND 5),
  evidence text NOT NULL,
  not_asked text,
  revision integer NOT NULL,
  saved_at timestamptz NOT NULL,
  CHECK (score IS NULL OR not_asked IS NULL),
  PRIMARY KEY (candidate_id, rater_id, question_id),
  FOREIGN KEY (opening_id, question_id) REFERENCES viva.opening_item);
CREATE TABLE viva.note (
  candidate_id uuid NOT NULL REFERENCES viva.candidate,
  rater_id uuid NOT NULL REFERENCES viva.person,
  opening_id uuid NOT NULL REFERENCES viva.opening,
  body text NOT NULL,
  revision integer NOT NULL,
  saved_at timestamptz NOT NULL,
  PRIMARY KEY (candidate_id, rater_id));
CREATE TABLE viva.rating (
  id uuid PRIMARY KEY,
  opening_id uuid NOT NULL,
  candidate_id uuid NOT NULL REFERENCES viva.candidate,
  rater_id uuid NOT NULL REFERENCES viva.person,
  question_id text NOT NULL,
  score smallint CHECK (score BETWEEN 1 AND 5),
  not_asked text,
  evidence text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('first', 'amendment')),
  amends uuid REFERENCES viva.rating,
  reason text,
  created_at timestamptz NOT NULL,
  CHECK ((score IS NULL) <> (not_asked IS NULL)),
  CHECK (score IS NULL OR char_length(btrim(evidence)) >= 40),
  CHECK (not_asked IS NULL OR btrim(not_asked) <> ''),
  CHECK ((kind = 'amendment') = (amends IS NOT NULL)),
  CHECK ((kind = 'amendment') = (reason IS NOT NULL)),
  FOREIGN KEY (opening_id, question_id) REFERENCES viva.opening_item);
CREATE UNIQUE INDEX rating_first ON viva.rating (candidate_id, rater_id, question_id) WHERE kind = 'first';
CREATE INDEX rating_opening ON viva.rating (opening_id, candidate_id);
CREATE TABLE viva.comment (
  id uuid PRIMARY KEY,
  opening_id uuid NOT NULL REFERENCES viva.opening,
  candidate_id uuid NOT NULL REFERENCES viva.candidate,
  author_id uuid NOT NULL REFERENCES viva.person,
  question_id text,
  body text NOT NULL,
  created_at timestamptz NOT NULL);
CREATE INDEX comment_candidate ON viva.comment (candidate_id, created_at);
CREATE TABLE viva.decision (
  id uuid PRIMARY KEY,
  opening_id uuid NOT NULL REFERENCES viva.opening,
  candidate_id uuid NOT NULL REFERENCES viva.candidate,
  outcome text NOT NULL CHECK (outcome IN ('advance', 'hold', 'decline')),
  reason text NOT NULL,
  decided_by uuid NOT NULL REFERENCES viva.person,
  decided_at timestamptz NOT NULL);
CREATE INDEX decision_candidate ON viva.decision (candidate_id, decided_at DESC);
CREATE TABLE viva.calibration_attempt (
  id uuid PRIMARY KEY,
  person_id uuid NOT NULL REFERENCES viva.person,
  family text NOT NULL,
  set_hash text NOT NULL,
  answers jsonb NOT NULL,
  exact double precision NOT NULL,
  within_one double precision NOT NULL,
  bias double precision NOT NULL,
  passed boolean NOT NULL,
  finished_at timestamptz NOT NULL,
  expires_at timestamptz);
CREATE INDEX attempt_person ON viva.calibration_attempt (person_id, family, finished_at DESC);

DO $$ DECLARE t text; BEGIN
  FOREACH t IN ARRAY ARRAY['submission', 'reveal', 'draft', 'note', 'rating', 'comment', 'decision', 'calibration_attempt'] LOOP
    EXECUTE format('ALTER TABLE viva.%I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE viva.%I FORCE ROW LEVEL SECURITY', t);
  END LOOP;
  FOREACH t IN ARRAY ARRAY['submission', 'reveal', 'rating', 'comment', 'decision', 'calibration_attempt'] LOOP
    EXECUTE format('CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON viva.%I FOR EACH ROW EXECUTE FUNCTION viva.refuse_change()', t);
  END LOOP;
END $$;

-- Functions of the owner see who has submitted and what is revealed; never a rating.
CREATE POLICY owner_reads ON viva.submission FOR SELECT TO viva_owner USING (true);
CREATE POLICY owner_reads ON viva.reveal FOR SELECT TO viva_owner USING (true);
CREATE POLICY owner_reveals ON viva.reveal FOR INSERT TO viva_owner WITH CHECK (true);

CREATE FUNCTION viva.revealed(candidate uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = viva, pg_temp
  AS $$ SELECT EXISTS (SELECT 1 FROM viva.reveal r WHERE r.candidate_id = candidate) $$;
CREATE FUNCTION viva.sees_opening(opening uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = viva, pg_temp
  AS $$ SELECT viva.actor_leads() OR opening IN (SELECT viva.actor_openings()) $$;

-- Whether the actor may write ratings of this candidate now: holds a seat that nobody has submitted for.
CREATE FUNCTION viva.scoring_seat(candidate uuid) RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = viva, pg_temp AS $$
  SELECT s.seat_id FROM viva.candidate c
  JOIN viva.opening o ON o.id = c.opening_id AND o.status = 'open'
  JOIN viva.current_seat s ON s.opening_id = o.id AND s.person_id = viva.actor()
  WHERE c.id = candidate AND c.withdrawn_at IS NULL AND NOT viva.revealed(c.id)
    AND NOT EXISTS (SELECT 1 FROM viva.submission x WHERE x.candidate_id = c.id AND (x.seat_id = s.seat_id OR x.rater_id = viva.actor()))
  LIMIT 1 $$;

-- Who has locked: the fact alone. A seat whose former holder submitted stays with that person for this candidate.
CREATE FUNCTION viva.locks(candidate uuid) RETURNS TABLE (seat_id uuid, ordinal integer, person_id uuid, locked boolean)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = viva, pg_temp AS $$
  SELECT s.seat_id, seat.ordinal, coalesce(x.rater_id, s.person_id), x.rater_id IS NOT NULL
  FROM viva.candidate c JOIN viva.current_seat s ON s.opening_id = c.opening_id
  JOIN viva.seat seat ON seat.id = s.seat_id
  LEFT JOIN viva.submission x ON x.candidate_id = c.id AND x.seat_id = s.seat_id
  WHERE c.id = candidate AND viva.sees_opening(c.opening_id) ORDER BY seat.ordinal $$;

CREATE POLICY own ON viva.submission FOR SELECT TO viva_app USING (
  rater_id = (SELECT viva.actor())
  OR (EXISTS (SELECT 1 FROM viva.reveal r WHERE r.candidate_id = submission.candidate_id)
      AND ((SELECT viva.actor_leads()) OR opening_id IN (SELECT viva.actor_openings()))));
CREATE POLICY lock ON viva.submission FOR INSERT TO viva_app WITH CHECK (
  rater_id = (SELECT viva.actor()) AND seat_id = viva.scoring_seat(candidate_id));
CREATE POLICY see ON viva.reveal FOR SELECT TO viva_app USING (
  (SELECT viva.actor_leads()) OR opening_id IN (SELECT viva.actor_openings()));

CREATE POLICY own ON viva.draft FOR SELECT TO viva_app USING (rater_id = (SELECT viva.actor()));
CREATE POLICY write ON viva.draft FOR INSERT TO viva_app WITH CHECK (
  rater_id = (SELECT viva.actor()) AND viva.scoring_seat(candidate_id) IS NOT NULL);
CREATE POLICY rewrite ON viva.draft FOR UPDATE TO viva_app USING (rater_id = (SELECT viva.actor())) WITH CHECK (
  rater_id = (SELECT viva.actor()) AND viva.scoring_seat(candidate_id) IS NOT NULL);
CREATE POLICY clear ON viva.draft FOR DELETE TO viva_app USING (rater_id = (SELECT viva.actor()));

CREATE POLICY own ON viva.note FOR SELECT TO viva_app USING (
  rater_id = (SELECT viva.actor())
  OR (EXISTS (SELECT 1 FROM viva.reveal r WHERE r.candidate_id = note.candidate_id)
      AND EXISTS (SELECT 1 FROM viva.submission x WHERE x.candidate_id = note.candidate_id AND x.rater_id = note.rater_id)
      AND ((SELECT viva.actor_leads()) OR opening_id IN (SELECT viva.actor_openings()))));
CREATE POLICY write ON viva.note FOR INSERT TO viva_app WITH CHECK (
  rater_id = (SELECT viva.actor()) AND viva.scoring_seat(candidate_id) IS NOT NULL);
CREATE POLICY rewrite ON viva.note FOR UPDATE TO viva_app USING (rater_id = (SELECT viva.actor())) WITH CHECK (
  rater_id = (SELECT viva.actor()) AND viva.scoring_seat(candidate_id) IS NOT NULL);

CREATE POLICY own ON viva.rating FOR SELECT TO viva_app USING (
  rater_id = (SELECT viva.actor())
  OR (EXISTS (SELECT 1 FROM viva.reveal r WHERE r.candidate_id = rating.candidate_id)
      AND ((SELECT viva.actor_leads()) OR opening_id IN (SELECT viva.actor_openings()))));
CREATE FUNCTION viva.submitted(candidate uuid, rater uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = viva, pg_temp
  AS $$ SELECT EXISTS (SELECT 1 FROM viva.submission x WHERE x.candidate_id = candidate AND x.rater_id = rater AND rater = viva.actor()) $$;
CREATE POLICY write ON viva.rating FOR INSERT TO viva_app WITH CHECK (
  rater_id = (SELECT viva.actor())
  AND CASE kind WHEN 'first' THEN viva.scoring_seat(candidate_id) IS NOT NULL ELSE viva.submitted(candidate_id, rater_id) END);

CREATE POLICY see ON viva.comment FOR SELECT TO viva_app USING (viva.revealed(candidate_id) AND viva.sees_opening(opening_id));
CREATE POLICY write ON viva.comment FOR INSERT TO viva_app WITH CHECK (
  author_id = (SELECT viva.actor()) AND viva.revealed(candidate_id) AND viva.sees_opening(opening_id));
CREATE POLICY see ON viva.decision FOR SELECT TO viva_app USING (viva.sees_opening(opening_id));
CREATE POLICY write ON viva.decision FOR INSERT TO viva_app WITH CHECK (
  decided_by = (SELECT viva.actor()) AND viva.actor_leads() AND viva.revealed(candidate_id));
CREATE POLICY own ON viva.calibration_attempt FOR SELECT TO viva_app USING (
  person_id = (SELECT viva.actor()) OR (SELECT viva.actor_leads()));
CREATE POLICY write ON viva.calibration_attempt FOR INSERT TO viva_app WITH CHECK (person_id = (SELECT viva.actor()));

-- A scorecard is submitted whole.
CREATE FUNCTION viva.whole_scorecard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT count(*) FROM viva.opening_item i WHERE i.opening_id = NEW.opening_id) <>
     (SELECT count(*) FROM viva.rating r WHERE r.candidate_id = NEW.candidate_id AND r.rater_id = NEW.rater_id AND r.kind = 'first') THEN
    RAISE EXCEPTION 'a scorecard is submitted whole: some questions have no rating' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER whole BEFORE INSERT ON viva.submission FOR EACH ROW EXECUTE FUNCTION viva.whole_scorecard();

-- What a sealed scorecard commits to. The random ids of its ratings keep the digest from being guessed.
CREATE FUNCTION viva.scorecard_digest(candidate uuid, rater uuid) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT encode(sha256(convert_to(coalesce(string_agg(
    concat_ws(E'\\x1f', r.id, r.question_id, r.score, r.not_asked, r.evidence), E'\\x1e' ORDER BY r.question_id), ''), 'UTF8')), 'hex')
  FROM viva.rating r WHERE r.candidate_id = candidate AND r.rater_id = rater AND r.kind = 'first' $$;
CREATE FUNCTION viva.rating_digest(r viva.rating) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT encode(sha256(convert_to(concat_ws(E'\\x1f', r.id, r.question_id, r.score, r.not_asked, r.evidence, r.amends, r.reason), 'UTF8')), 'hex') $$;

CREATE FUNCTION viva.try_reveal(candidate uuid, at timestamptz) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = viva, pg_temp AS $$
DECLARE opening uuid;
BEGIN
  SELECT c.opening_id INTO opening FROM viva.candidate c WHERE c.id = candidate;
  IF viva.revealed(candidate) THEN RETURN false; END IF;
  IF NOT EXISTS (SELECT 1 FROM viva.seat s WHERE s.opening_id = opening) THEN RETURN false; END IF;
  IF EXISTS (SELECT 1 FROM viva.seat s WHERE s.opening_id = opening
             AND NOT EXISTS (SELECT 1 FROM viva.submission x WHERE x.candidate_id = candidate AND x.seat_id = s.id)) THEN
    RETURN false;
  END IF;
  INSERT INTO viva.reveal (candidate_id, opening_id, cause, revealed_by, revealed_at) VALUES (candidate, opening, 'complete', viva.actor(), at);
  RETURN true;
END $$;
CREATE FUNCTION viva.close_panel(candidate uuid, reason text, at timestamptz) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = viva, pg_temp AS $$
BEGIN
  IF NOT viva.actor_leads() THEN RAISE EXCEPTION 'only a lead closes a panel' USING ERRCODE = '42501'; END IF;
  INSERT INTO viva.reveal (candidate_id, opening_id, cause, reason, revealed_by, revealed_at)
    SELECT c.id, c.opening_id, 'closed', close_panel.reason, viva.actor(), at FROM viva.candidate c WHERE c.id = candidate;
END $$;

-- Audit: append-only and hash-chained -------------------------------------------------------------------------

CREATE TABLE viva.audit (
  seq bigint PRIMARY KEY,
  at timestamptz NOT NULL,
  actor_id uuid,
  action text NOT NULL,
  subject text NOT NULL,
  opening_id uuid,
  candidate_id uuid,
  sealed boolean NOT NULL,
  detail text NOT NULL,
  prev_hash text NOT NULL,
  hash text NOT NULL);
CREATE INDEX audit_opening ON viva.audit (opening_id, seq DESC);
CREATE TABLE viva.audit_head (one boolean PRIMARY KEY DEFAULT true CHECK (one), seq bigint NOT NULL, hash text NOT NULL);
INSERT INTO viva.audit_head (seq, hash) VALUES (0, repeat('0', 64));
ALTER TABLE viva.audit ENABLE ROW LEVEL SECURITY;
ALTER TABLE viva.audit FORCE ROW LEVEL SECURITY;
CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON viva.audit FOR EACH ROW EXECUTE FUNCTION viva.refuse_change();
CREATE POLICY owner_reads ON viva.audit FOR SELECT TO viva_owner USING (true);
CREATE POLICY owner_appends ON viva.audit FOR INSERT TO viva_owner WITH CHECK (true);
CREATE POLICY see ON viva.audit FOR SELECT TO viva_app USING (
  ((SELECT viva.actor_leads()) OR opening_id IN (SELECT viva.actor_openings()))
  AND (NOT sealed OR actor_id = (SELECT viva.actor())
       OR EXISTS (SELECT 1 FROM viva.reveal r WHERE r.candidate_id = audit.candidate_id)));
CREATE FUNCTION viva.audit_hash(seq bigint, at timestamptz, actor uuid, action text, subject text, opening uuid, candidate uuid, sealed boolean, detail text, prev text)
  RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT encode(sha256(convert_to(concat_ws(E'\\x1f', seq, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    coalesce(actor::text, '-'), action, subject, coalesce(opening::text, '-'), coalesce(candidate::text, '-'), sealed, detail, prev), 'UTF8')), 'hex') $$;
CREATE FUNCTION viva.audit_append(at timestamptz, action text, subject text, opening uuid, candidate uuid, sealed boolean, detail text)
  RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = viva, pg_temp AS $$
DECLARE head viva.audit_head;
BEGIN
  SELECT * INTO head FROM viva.audit_head FOR UPDATE;
  INSERT INTO viva.audit VALUES (head.seq + 1, at, viva.actor(), action, subject, opening, candidate, sealed, detail, head.hash,
    viva.audit_hash(head.seq + 1, at, viva.actor(), action, subject, opening, candidate, sealed, detail, head.hash));
  UPDATE viva.audit_head a SET seq = head.seq + 1,
    hash = viva.audit_hash(head.seq + 1, at, viva.actor(), audit_append.action, audit_append.subject, opening, candidate, audit_append.sealed, audit_append.detail, head.hash);
END $$;

-- Rights ------------------------------------------------------------------------------------------------------

GRANT USAGE ON SCHEMA viva TO viva_app, viva_auth, viva_auditor;
GRANT USAGE ON SCHEMA viva_auth TO viva_auth;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA viva_auth TO viva_auth;
GRANT SELECT, INSERT, UPDATE ON viva.person, viva.setting TO viva_auth;
GRANT SELECT, DELETE ON viva.invitation TO viva_auth;
GRANT SELECT, INSERT ON viva.person TO viva_app;
GRANT UPDATE (name, locale, role, disabled_at) ON viva.person TO viva_app;
GRANT INSERT, UPDATE, DELETE ON viva.invitation TO viva_app;
GRANT SELECT (person_id) ON viva.invitation TO viva_app;
GRANT SELECT ON viva.setting TO viva_app;
GRANT SELECT, INSERT, UPDATE ON viva.opening, viva.candidate, viva.interview_session TO viva_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON viva.opening_item TO viva_app;
GRANT SELECT, INSERT, DELETE ON viva.seat, viva.seat_holder TO viva_app;
GRANT SELECT ON viva.current_seat TO viva_app;
GRANT SELECT, INSERT ON viva.submission, viva.rating, viva.comment, viva.decision, viva.calibration_attempt TO viva_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON viva.draft TO viva_app;
GRANT SELECT, INSERT, UPDATE ON viva.note TO viva_app;
GRANT SELECT ON viva.reveal, viva.audit TO viva_app;
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA viva FROM PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA viva TO viva_app;
GRANT EXECUTE ON FUNCTION viva.actor(), viva.audit_append(timestamptz, text, text, uuid, uuid, boolean, text) TO viva_auth;

-- The auditor recomputes digests; its one function tells mismatches, never contents.
CREATE POLICY auditor_reads ON viva.rating FOR SELECT TO viva_auditor USING (true);
CREATE POLICY auditor_reads ON viva.submission FOR SELECT TO viva_auditor USING (true);
CREATE POLICY auditor_reads ON viva.audit FOR SELECT TO viva_auditor USING (true);
GRANT SELECT ON viva.rating, viva.submission, viva.audit TO viva_auditor;
GRANT EXECUTE ON FUNCTION viva.scorecard_digest(uuid, uuid), viva.rating_digest(viva.rating) TO viva_auditor;
GRANT CREATE ON SCHEMA viva TO viva_auditor;
RESET ROLE;
SET LOCAL ROLE viva_auditor;
CREATE FUNCTION viva.broken_seals() RETURNS TABLE (subject text, what text) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = viva, pg_temp AS $$
  SELECT x.candidate_id || '/' || x.rater_id, 'the ratings differ from what was sealed' FROM viva.submission x
    WHERE x.digest <> viva.scorecard_digest(x.candidate_id, x.rater_id)
  UNION ALL
  SELECT a.subject, 'the audit log names a scorecard that is missing or differs from what was sealed' FROM viva.audit a
    WHERE a.action = 'scorecard.submitted' AND NOT EXISTS (
      SELECT 1 FROM viva.submission x WHERE x.candidate_id = a.candidate_id AND x.rater_id = a.actor_id AND x.digest = a.detail::json ->> 'digest')
  UNION ALL
  SELECT a.subject, 'the audit log names an amendment that is missing or differs' FROM viva.audit a
    WHERE a.action = 'rating.amended' AND NOT EXISTS (
      SELECT 1 FROM viva.rating r WHERE r.id::text = a.detail::json ->> 'rating' AND viva.rating_digest(r) = a.detail::json ->> 'digest')
  UNION ALL
  SELECT r.id::text, 'a rating belongs to no sealed scorecard' FROM viva.rating r
    WHERE NOT EXISTS (SELECT 1 FROM viva.submission x WHERE x.candidate_id = r.candidate_id AND x.rater_id = r.rater_id) $$;
REVOKE EXECUTE ON FUNCTION viva.broken_seals() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION viva.broken_seals() TO viva_owner;
RESET ROLE;
SET LOCAL ROLE viva_owner;
REVOKE CREATE ON SCHEMA viva FROM viva_auditor;
RESET ROLE;
`,
};
