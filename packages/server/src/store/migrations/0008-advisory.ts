/**
 * Transcripts, the advisory rater, and the log of what a model was used for.
 *
 * The advisory rater writes as a role of its own, `viva_advisor`, which no person's request runs as. What it may read is
 * what a rater on the outside needs: transcripts that were handed in, the pinned questions, and how the opening wants it
 * to rate. It has no right to a name, a rating, a note or a draft, and cannot read back what it wrote. What it wrote is
 * under the row security of every other rating: nobody reads a row before `reveal` says so, and none can be added after.
 */
export const advisory = {
  version: 8,
  name: 'advisory',
  sql: /* sql */ `
SET LOCAL ROLE viva_owner;

-- How an opening wants it: fixed from the first session on ------------------------------------------------------

CREATE TABLE viva.advisory_setting (
  opening_id uuid PRIMARY KEY REFERENCES viva.opening,
  used boolean NOT NULL,
  counted boolean NOT NULL,
  strategy text NOT NULL CHECK (strategy IN ('direct', 'chain-of-thought', 'self-consistency')),
  samples integer NOT NULL CHECK (samples BETWEEN 1 AND 25),
  temperature double precision NOT NULL CHECK (temperature BETWEEN 0 AND 2),
  seed integer NOT NULL CHECK (seed >= 0),
  token_budget integer NOT NULL CHECK (token_budget BETWEEN 1000 AND 2000000),
  set_by uuid NOT NULL REFERENCES viva.person,
  set_at timestamptz NOT NULL,
  CHECK (used OR NOT counted),
  CHECK ((strategy = 'self-consistency') = (samples > 1)));

-- That a transcript was handed in is the panel's to know; what it says is not.
CREATE TABLE viva.transcript_mark (
  candidate_id uuid NOT NULL REFERENCES viva.candidate,
  question_id text NOT NULL,
  opening_id uuid NOT NULL,
  PRIMARY KEY (candidate_id, question_id),
  FOREIGN KEY (opening_id, question_id) REFERENCES viva.opening_item);
CREATE INDEX transcript_mark_opening ON viva.transcript_mark (opening_id);

CREATE FUNCTION viva.advisory_begun(opening uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = viva, pg_temp AS $$
  SELECT EXISTS (SELECT 1 FROM viva.interview_session s WHERE s.opening_id = opening AND s.started_at IS NOT NULL)
    OR EXISTS (SELECT 1 FROM viva.submission x WHERE x.opening_id = opening)
    OR EXISTS (SELECT 1 FROM viva.reveal r WHERE r.opening_id = opening)
    OR EXISTS (SELECT 1 FROM viva.transcript_mark m WHERE m.opening_id = opening) $$;
-- Both sides take one lock, so that a choice and a beginning at the same moment come one after the other.
CREATE FUNCTION viva.keep_advisory() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = viva, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('advisory/' || coalesce(NEW.opening_id, OLD.opening_id), 0));
  IF TG_OP = 'DELETE' OR viva.advisory_begun(NEW.opening_id) THEN
    RAISE EXCEPTION 'whether and how an advisory rater is used is fixed once interviews have begun' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER keep BEFORE INSERT OR UPDATE OR DELETE ON viva.advisory_setting FOR EACH ROW EXECUTE FUNCTION viva.keep_advisory();
CREATE FUNCTION viva.begin_advisory() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('advisory/' || NEW.opening_id, 0));
  RETURN NEW;
END $$;
CREATE TRIGGER begin_advisory BEFORE INSERT ON viva.transcript_mark FOR EACH ROW EXECUTE FUNCTION viva.begin_advisory();
CREATE TRIGGER begin_advisory BEFORE INSERT ON viva.submission FOR EACH ROW EXECUTE FUNCTION viva.begin_advisory();
CREATE TRIGGER begin_advisory BEFORE INSERT ON viva.reveal FOR EACH ROW EXECUTE FUNCTION viva.begin_advisory();
CREATE TRIGGER begin_advisory BEFORE INSERT OR UPDATE ON viva.interview_session FOR EACH ROW
  WHEN (NEW.started_at IS NOT NULL) EXECUTE FUNCTION viva.begin_advisory();

-- What the candidate said --------------------------------------------------------------------------------------

CREATE TABLE viva.transcript (
  candidate_id uuid NOT NULL REFERENCES viva.candidate,
  question_id text NOT NULL,
  author_id uuid NOT NULL REFERENCES viva.person,
  opening_id uuid NOT NULL,
  session_id uuid REFERENCES viva.interview_session,
  locale text NOT NULL CHECK (locale IN ('zh-CN', 'en')),
  source text NOT NULL CHECK (source IN ('typed', 'file', 'dictated')),
  body text NOT NULL,
  revision integer NOT NULL,
  saved_at timestamptz NOT NULL,
  handed_in_at timestamptz,
  PRIMARY KEY (candidate_id, question_id, author_id),
  FOREIGN KEY (opening_id, question_id) REFERENCES viva.opening_item);
CREATE FUNCTION viva.keep_transcript() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.handed_in_at IS NOT NULL THEN
    RAISE EXCEPTION 'a transcript that was handed in is never changed' USING ERRCODE = '42501';
  END IF;
  RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON viva.transcript FOR EACH ROW EXECUTE FUNCTION viva.keep_transcript();
CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON viva.transcript_mark FOR EACH ROW EXECUTE FUNCTION viva.refuse_change();

-- Whoever sits on the panel or leads, while the interview's record is open.
CREATE FUNCTION viva.may_transcribe(candidate uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = viva, pg_temp AS $$
  SELECT EXISTS (SELECT 1 FROM viva.candidate c JOIN viva.opening o ON o.id = c.opening_id AND o.status = 'open'
    WHERE c.id = candidate AND c.withdrawn_at IS NULL AND NOT viva.revealed(c.id)
      AND (viva.actor_leads() OR EXISTS (SELECT 1 FROM viva.current_seat s WHERE s.opening_id = o.id AND s.person_id = viva.actor()))) $$;

-- The work: one answer, one task --------------------------------------------------------------------------------

CREATE TABLE viva.advisory_task (
  candidate_id uuid NOT NULL,
  question_id text NOT NULL,
  opening_id uuid NOT NULL REFERENCES viva.advisory_setting,
  state text NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed', 'cancelled')),
  -- A stable code of what went wrong; never a text of the model.
  problem text,
  attempts integer NOT NULL DEFAULT 0,
  queued_at timestamptz NOT NULL,
  runner text,
  leased_until timestamptz,
  PRIMARY KEY (candidate_id, question_id),
  FOREIGN KEY (candidate_id, question_id) REFERENCES viva.transcript_mark);
CREATE INDEX advisory_task_queue ON viva.advisory_task (queued_at) WHERE state IN ('waiting', 'running');
CREATE FUNCTION viva.keep_task() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_user = 'viva_app' AND NOT (
      (NEW.state = 'cancelled' AND OLD.state IN ('waiting', 'running'))
      OR (NEW.state = 'waiting' AND OLD.state IN ('failed', 'cancelled'))) THEN
    RAISE EXCEPTION 'a task that is % cannot be made %', OLD.state, NEW.state USING ERRCODE = '42501';
  END IF;
  IF OLD.state = 'done' THEN
    RAISE EXCEPTION 'a task that is done stays done' USING ERRCODE = '42501';
  END IF;
  IF NEW.state <> 'failed' THEN NEW.problem := NULL; END IF;
  IF NEW.state <> 'running' THEN NEW.runner := NULL; NEW.leased_until := NULL; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER keep BEFORE UPDATE ON viva.advisory_task FOR EACH ROW EXECUTE FUNCTION viva.keep_task();

CREATE TABLE viva.advisory_rating (
  id uuid PRIMARY KEY,
  opening_id uuid NOT NULL,
  candidate_id uuid NOT NULL,
  question_id text NOT NULL,
  -- Null: withheld, for no quote of the model's is in what was said.
  score smallint CHECK (score BETWEEN 1 AND 5),
  spread double precision CHECK (spread >= 0),
  votes jsonb NOT NULL,
  samples integer NOT NULL,
  -- Quotes, what was lacking, what was dropped: JSON.
  body text NOT NULL,
  created_at timestamptz NOT NULL,
  UNIQUE (candidate_id, question_id),
  FOREIGN KEY (candidate_id, question_id) REFERENCES viva.advisory_task);
CREATE INDEX advisory_rating_opening ON viva.advisory_rating (opening_id);

CREATE TABLE viva.ai_use (
  id uuid PRIMARY KEY,
  at timestamptz NOT NULL,
  opening_id uuid NOT NULL REFERENCES viva.opening,
  candidate_id uuid NOT NULL REFERENCES viva.candidate,
  question_id text NOT NULL,
  purpose text NOT NULL CHECK (purpose IN ('advisory-rating')),
  -- Whether the opening said that its scores enter the decision.
  counted boolean NOT NULL,
  model text NOT NULL,
  -- The host that the transcript was sent to; null when it stayed in the server's own process.
  server text,
  prompt text NOT NULL,
  prompt_version integer NOT NULL,
  prompt_hash text NOT NULL,
  question_hash text NOT NULL,
  locale text NOT NULL,
  strategy text NOT NULL,
  temperature double precision NOT NULL,
  samples integer NOT NULL,
  seed integer,
  input_tokens integer NOT NULL,
  output_tokens integer NOT NULL,
  tokens_estimated boolean NOT NULL,
  duration_ms integer NOT NULL,
  outcome text NOT NULL CHECK (outcome IN ('rated', 'withheld', 'failed', 'cancelled', 'too-late')),
  problem text,
  quotes_kept integer NOT NULL,
  quotes_dropped integer NOT NULL,
  CHECK ((outcome = 'failed') = (problem IS NOT NULL)));
CREATE INDEX ai_use_candidate ON viva.ai_use (candidate_id, at);
CREATE INDEX ai_use_opening ON viva.ai_use (opening_id, at DESC, id);
CREATE INDEX ai_use_at ON viva.ai_use (at DESC, id);

DO $$ DECLARE t text; BEGIN
  FOREACH t IN ARRAY ARRAY['transcript', 'advisory_rating', 'ai_use'] LOOP
    EXECUTE format('ALTER TABLE viva.%I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE viva.%I FORCE ROW LEVEL SECURITY', t);
  END LOOP;
  FOREACH t IN ARRAY ARRAY['advisory_setting', 'transcript_mark', 'advisory_task'] LOOP
    EXECUTE format('ALTER TABLE viva.%I ENABLE ROW LEVEL SECURITY', t);
  END LOOP;
  FOREACH t IN ARRAY ARRAY['advisory_rating', 'ai_use'] LOOP
    EXECUTE format('CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON viva.%I FOR EACH ROW EXECUTE FUNCTION viva.refuse_change()', t);
  END LOOP;
END $$;

-- People ---------------------------------------------------------------------------------------------------------

CREATE POLICY see ON viva.advisory_setting FOR SELECT TO viva_app USING (
  viva.sees_opening(opening_id) OR opening_id IN (SELECT viva.actor_applied()));
CREATE POLICY choose ON viva.advisory_setting FOR INSERT TO viva_app WITH CHECK (viva.actor_leads() AND set_by = (SELECT viva.actor()));
CREATE POLICY rechoose ON viva.advisory_setting FOR UPDATE TO viva_app USING (viva.actor_leads()) WITH CHECK (set_by = (SELECT viva.actor()));

CREATE POLICY see ON viva.transcript FOR SELECT TO viva_app USING (
  (author_id = (SELECT viva.actor()) AND viva.sees_opening(opening_id))
  OR (handed_in_at IS NOT NULL AND EXISTS (SELECT 1 FROM viva.reveal r WHERE r.candidate_id = transcript.candidate_id)
      AND ((SELECT viva.actor_leads()) OR opening_id IN (SELECT viva.actor_openings()))));
CREATE POLICY write ON viva.transcript FOR INSERT TO viva_app WITH CHECK (
  author_id = (SELECT viva.actor()) AND handed_in_at IS NULL AND viva.may_transcribe(candidate_id));
CREATE POLICY rewrite ON viva.transcript FOR UPDATE TO viva_app USING (author_id = (SELECT viva.actor()))
  WITH CHECK (author_id = (SELECT viva.actor()) AND viva.may_transcribe(candidate_id));
CREATE POLICY see ON viva.transcript_mark FOR SELECT TO viva_app USING (viva.sees_opening(opening_id));
CREATE POLICY hand_in ON viva.transcript_mark FOR INSERT TO viva_app WITH CHECK (
  viva.may_transcribe(candidate_id) AND EXISTS (SELECT 1 FROM viva.transcript x WHERE x.candidate_id = transcript_mark.candidate_id
    AND x.question_id = transcript_mark.question_id AND x.author_id = (SELECT viva.actor()) AND x.handed_in_at IS NOT NULL));

CREATE POLICY see ON viva.advisory_task FOR SELECT TO viva_app USING (viva.sees_opening(opening_id));
CREATE POLICY queue ON viva.advisory_task FOR INSERT TO viva_app WITH CHECK (
  state = 'waiting' AND viva.may_transcribe(candidate_id)
  AND EXISTS (SELECT 1 FROM viva.advisory_setting s WHERE s.opening_id = advisory_task.opening_id AND s.used));
CREATE POLICY steer ON viva.advisory_task FOR UPDATE TO viva_app USING (viva.actor_leads() AND NOT viva.revealed(candidate_id));

CREATE POLICY see ON viva.advisory_rating FOR SELECT TO viva_app USING (
  EXISTS (SELECT 1 FROM viva.reveal r WHERE r.candidate_id = advisory_rating.candidate_id)
  AND ((SELECT viva.actor_leads()) OR opening_id IN (SELECT viva.actor_openings())));
-- Candidates read what a model was used for on their own words, at any time; the team as it reads ratings.
CREATE POLICY see ON viva.ai_use FOR SELECT TO viva_app USING (
  viva.own_application(candidate_id)
  OR (EXISTS (SELECT 1 FROM viva.reveal r WHERE r.candidate_id = ai_use.candidate_id)
      AND ((SELECT viva.actor_leads()) OR opening_id IN (SELECT viva.actor_openings()))));

GRANT SELECT, INSERT, UPDATE ON viva.advisory_setting TO viva_app;
GRANT SELECT, INSERT ON viva.transcript, viva.transcript_mark TO viva_app;
GRANT UPDATE (session_id, locale, source, body, revision, saved_at, handed_in_at) ON viva.transcript TO viva_app;
-- When a task was taken up, and how often, would tell how long the model took.
GRANT SELECT (candidate_id, question_id, opening_id, state, problem) ON viva.advisory_task TO viva_app;
GRANT INSERT (candidate_id, question_id, opening_id, state, queued_at) ON viva.advisory_task TO viva_app;
GRANT UPDATE (state) ON viva.advisory_task TO viva_app;
GRANT SELECT ON viva.advisory_rating, viva.ai_use TO viva_app;

-- The advisory rater ---------------------------------------------------------------------------------------------

GRANT USAGE ON SCHEMA viva TO viva_advisor;
GRANT SELECT ON viva.advisory_setting, viva.assistant_setting, viva.advisory_task, viva.transcript, viva.opening_item TO viva_advisor;
GRANT UPDATE (state, problem, attempts, runner, leased_until) ON viva.advisory_task TO viva_advisor;
GRANT INSERT ON viva.advisory_rating, viva.ai_use TO viva_advisor;
CREATE POLICY advisor_reads ON viva.advisory_setting FOR SELECT TO viva_advisor USING (true);
CREATE POLICY advisor_reads ON viva.assistant_setting FOR SELECT TO viva_advisor USING (true);
CREATE POLICY advisor_reads ON viva.transcript FOR SELECT TO viva_advisor USING (handed_in_at IS NOT NULL);
CREATE POLICY advisor_reads ON viva.advisory_task FOR SELECT TO viva_advisor USING (true);
CREATE POLICY advisor_works ON viva.advisory_task FOR UPDATE TO viva_advisor USING (true);
CREATE FUNCTION viva.advisory_open(candidate uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = viva, pg_temp AS $$
  SELECT EXISTS (SELECT 1 FROM viva.candidate c JOIN viva.opening o ON o.id = c.opening_id AND o.status = 'open'
    WHERE c.id = candidate AND c.withdrawn_at IS NULL AND NOT viva.revealed(c.id)) $$;
CREATE POLICY advisor_writes ON viva.advisory_rating FOR INSERT TO viva_advisor WITH CHECK (
  viva.advisory_open(candidate_id)
  AND EXISTS (SELECT 1 FROM viva.advisory_task t WHERE t.candidate_id = advisory_rating.candidate_id
    AND t.question_id = advisory_rating.question_id AND t.opening_id = advisory_rating.opening_id AND t.state = 'done'));
CREATE POLICY advisor_writes ON viva.ai_use FOR INSERT TO viva_advisor WITH CHECK (true);

CREATE FUNCTION viva.advisory_digest(r viva.advisory_rating) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT encode(sha256(convert_to(concat_ws(E'\\x1f', r.id, r.candidate_id, r.question_id, coalesce(r.score::text, '-'),
    coalesce(r.spread::text, '-'), r.votes::text, r.body), 'UTF8')), 'hex') $$;
-- Written by a trigger, so that no advisory rating can be without its entry in the audit log; sealed as a scorecard's is.
CREATE FUNCTION viva.seal_advisory() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = viva, pg_temp AS $$
BEGIN
  PERFORM viva.audit_append(NEW.created_at, 'advisory.rated', 'advisory/' || NEW.id, NEW.opening_id, NEW.candidate_id, true,
    json_build_object('question', NEW.question_id, 'digest', viva.advisory_digest(NEW))::text);
  RETURN NEW;
END $$;
CREATE TRIGGER seal BEFORE INSERT ON viva.advisory_rating FOR EACH ROW EXECUTE FUNCTION viva.seal_advisory();

-- Practice reads published versions: never one of a question that the person will be asked for real -----------------

CREATE POLICY owner_serves ON viva.question_version FOR SELECT TO viva_owner USING (true);
CREATE POLICY owner_serves ON viva.question_retirement FOR SELECT TO viva_owner USING (true);
CREATE FUNCTION viva.practisable_versions() RETURNS TABLE (question_id text, version integer, hash text, content jsonb)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = viva, pg_temp AS $$
  SELECT DISTINCT ON (v.question_id) v.question_id, v.version, v.hash, v.content FROM viva.question_version v
  WHERE EXISTS (SELECT 1 FROM viva.person p WHERE p.id = viva.actor() AND p.disabled_at IS NULL)
    AND NOT coalesce((SELECT r.retired FROM viva.question_retirement r
      WHERE r.question_id = v.question_id AND r.version = v.version ORDER BY r.ordinal DESC LIMIT 1), false)
    AND NOT EXISTS (SELECT 1 FROM viva.opening_item i JOIN viva.opening o ON o.id = i.opening_id AND o.status <> 'closed'
      WHERE i.question_id = v.question_id AND o.id IN (SELECT viva.actor_applied()))
  ORDER BY v.question_id, v.version DESC $$;

-- Whether the audit log vouches for a certificate of calibration; it can only be asked with the certificate in hand.
CREATE FUNCTION viva.certificate_recorded(person uuid, certificate text) RETURNS boolean
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = viva, pg_temp AS $$
  SELECT EXISTS (SELECT 1 FROM viva.audit a WHERE a.subject = 'person/' || person AND a.action = 'calibration.finished'
    AND a.actor_id = person AND a.detail::json ->> 'certificate' = certificate) $$;

REVOKE EXECUTE ON FUNCTION viva.certificate_recorded(uuid, text), viva.advisory_begun(uuid), viva.keep_advisory(), viva.begin_advisory(), viva.keep_transcript(),
  viva.may_transcribe(uuid), viva.keep_task(), viva.advisory_open(uuid), viva.advisory_digest(viva.advisory_rating),
  viva.seal_advisory(), viva.practisable_versions() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION viva.certificate_recorded(uuid, text), viva.advisory_begun(uuid), viva.may_transcribe(uuid), viva.practisable_versions() TO viva_app;
GRANT EXECUTE ON FUNCTION viva.advisory_open(uuid) TO viva_advisor;

-- The auditor finds an advisory rating that differs from what was sealed ----------------------------------------------

CREATE POLICY auditor_reads ON viva.advisory_rating FOR SELECT TO viva_auditor USING (true);
GRANT SELECT ON viva.advisory_rating TO viva_auditor;
GRANT EXECUTE ON FUNCTION viva.advisory_digest(viva.advisory_rating) TO viva_auditor;
-- Candidates are shown what they said and what a model was used for.
GRANT SELECT ON viva.transcript, viva.ai_use TO viva_keeper;
CREATE POLICY keeper ON viva.transcript FOR SELECT TO viva_keeper USING (true);
CREATE POLICY keeper ON viva.ai_use FOR SELECT TO viva_keeper USING (true);
RESET ROLE;
`,
};
