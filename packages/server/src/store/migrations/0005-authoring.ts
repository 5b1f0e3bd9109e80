/**
 * Questions written in the product: proposals, their review, published versions and their retirement.
 *
 * Only owners and leads see proposals. Who may do what to one stands in a trigger, so that no path leads around it: the
 * author alone changes the content, and never decides on it; a version can only be made by somebody else, from a
 * proposal that stands proposed with that very hash. Versions are never changed or removed.
 */
export const authoring = {
  version: 5,
  name: 'authoring',
  sql: /* sql */ `
SET LOCAL ROLE viva_owner;
CREATE FUNCTION viva.actor_team() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = viva, pg_temp
  AS $$ SELECT EXISTS (SELECT 1 FROM viva.person WHERE id = viva.actor() AND role <> 'candidate' AND disabled_at IS NULL) $$;

CREATE TABLE viva.proposal (
  id uuid PRIMARY KEY,
  question_id text NOT NULL CHECK (question_id <> ''),
  author_id uuid NOT NULL REFERENCES viva.person,
  state text NOT NULL CHECK (state IN ('draft', 'proposed', 'changes-requested', 'published', 'withdrawn')),
  -- What it changes: nothing for a new question, version 0 for the bank folder's.
  base_version integer,
  base_hash text,
  base jsonb,
  content jsonb NOT NULL,
  revision integer NOT NULL,
  saved_at timestamptz NOT NULL,
  summary text NOT NULL DEFAULT '',
  proposed_hash text,
  created_at timestamptz NOT NULL,
  changed_at timestamptz NOT NULL,
  CHECK ((base_version IS NULL) = (base_hash IS NULL) AND (base_version IS NULL) = (base IS NULL)),
  CHECK (state NOT IN ('proposed', 'published') OR proposed_hash IS NOT NULL));
-- Two at work on one question would overwrite each other.
CREATE UNIQUE INDEX proposal_live ON viva.proposal (question_id) WHERE state IN ('draft', 'proposed', 'changes-requested');
CREATE INDEX proposal_changed ON viva.proposal (changed_at DESC, id);

CREATE TABLE viva.proposal_event (
  id uuid PRIMARY KEY,
  proposal_id uuid NOT NULL REFERENCES viva.proposal,
  ordinal integer NOT NULL,
  kind text NOT NULL CHECK (kind IN ('comment', 'proposed', 'recalled', 'changes-requested', 'rebased', 'published', 'withdrawn')),
  author_id uuid NOT NULL REFERENCES viva.person,
  body text NOT NULL,
  -- The part of the question that a comment is about, such as anchors/2.
  place text,
  -- What was proposed, word for word.
  content jsonb,
  at timestamptz NOT NULL,
  UNIQUE (proposal_id, ordinal));

CREATE TABLE viva.question_version (
  question_id text NOT NULL,
  version integer NOT NULL CHECK (version >= 1),
  hash text NOT NULL CHECK (hash ~ '^[0-9a-f]{64}$'),
  content jsonb NOT NULL,
  summary text NOT NULL,
  proposal_id uuid NOT NULL UNIQUE REFERENCES viva.proposal,
  author_id uuid NOT NULL REFERENCES viva.person,
  published_by uuid NOT NULL REFERENCES viva.person,
  published_at timestamptz NOT NULL,
  CHECK (author_id <> published_by),
  PRIMARY KEY (question_id, version));
CREATE TABLE viva.question_retirement (
  question_id text NOT NULL,
  version integer NOT NULL,
  ordinal integer NOT NULL,
  retired boolean NOT NULL,
  reason text NOT NULL CHECK (btrim(reason) <> ''),
  decided_by uuid NOT NULL REFERENCES viva.person,
  at timestamptz NOT NULL,
  PRIMARY KEY (question_id, version, ordinal),
  FOREIGN KEY (question_id, version) REFERENCES viva.question_version);
CREATE INDEX audit_subject ON viva.audit (subject, seq DESC);

DO $$ DECLARE t text; BEGIN
  FOREACH t IN ARRAY ARRAY['proposal', 'proposal_event', 'question_version', 'question_retirement'] LOOP
    EXECUTE format('ALTER TABLE viva.%I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE viva.%I FORCE ROW LEVEL SECURITY', t);
  END LOOP;
  FOREACH t IN ARRAY ARRAY['proposal_event', 'question_version', 'question_retirement'] LOOP
    EXECUTE format('CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON viva.%I FOR EACH ROW EXECUTE FUNCTION viva.refuse_change()', t);
  END LOOP;
END $$;

CREATE POLICY see ON viva.proposal FOR SELECT TO viva_app USING ((SELECT viva.actor_leads()));
CREATE POLICY make ON viva.proposal FOR INSERT TO viva_app WITH CHECK (
  (SELECT viva.actor_leads()) AND author_id = (SELECT viva.actor()) AND state = 'draft');
CREATE POLICY change ON viva.proposal FOR UPDATE TO viva_app USING ((SELECT viva.actor_leads()));
CREATE FUNCTION viva.keep_proposal() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  mine boolean := OLD.author_id = viva.actor();
  writable boolean := OLD.state IN ('draft', 'changes-requested');
BEGIN
  IF OLD.state IN ('published', 'withdrawn') THEN
    RAISE EXCEPTION 'a proposal that is % is never changed', OLD.state USING ERRCODE = '42501';
  END IF;
  IF (NEW.content, NEW.base) IS DISTINCT FROM (OLD.content, OLD.base) AND NOT (mine AND writable) THEN
    RAISE EXCEPTION 'only the author changes a proposal, and not while it stands proposed' USING ERRCODE = '42501';
  END IF;
  IF NEW.state <> OLD.state AND NOT (CASE NEW.state
      WHEN 'proposed' THEN mine AND writable
      WHEN 'draft' THEN mine AND OLD.state = 'proposed'
      WHEN 'changes-requested' THEN NOT mine AND OLD.state = 'proposed'
      WHEN 'published' THEN NOT mine AND OLD.state = 'proposed' AND EXISTS (
        SELECT 1 FROM viva.question_version v WHERE v.proposal_id = OLD.id AND v.hash = OLD.proposed_hash AND v.published_by = viva.actor())
      WHEN 'withdrawn' THEN true
      ELSE false END) THEN
    RAISE EXCEPTION 'a proposal cannot go from % to % by this person', OLD.state, NEW.state USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER keep BEFORE UPDATE ON viva.proposal FOR EACH ROW EXECUTE FUNCTION viva.keep_proposal();

CREATE POLICY see ON viva.proposal_event FOR SELECT TO viva_app USING ((SELECT viva.actor_leads()));
CREATE POLICY write ON viva.proposal_event FOR INSERT TO viva_app WITH CHECK (
  (SELECT viva.actor_leads()) AND author_id = (SELECT viva.actor()));
CREATE POLICY see ON viva.question_version FOR SELECT TO viva_app USING ((SELECT viva.actor_team()));
CREATE POLICY publish ON viva.question_version FOR INSERT TO viva_app WITH CHECK (
  (SELECT viva.actor_leads()) AND published_by = (SELECT viva.actor())
  AND EXISTS (SELECT 1 FROM viva.proposal p WHERE p.id = proposal_id AND p.state = 'proposed' AND p.question_id = question_version.question_id
    AND p.author_id = question_version.author_id AND p.author_id <> (SELECT viva.actor()) AND p.proposed_hash = question_version.hash));
CREATE POLICY see ON viva.question_retirement FOR SELECT TO viva_app USING ((SELECT viva.actor_team()));
CREATE POLICY retire ON viva.question_retirement FOR INSERT TO viva_app WITH CHECK (
  (SELECT viva.actor_leads()) AND decided_by = (SELECT viva.actor()));

REVOKE EXECUTE ON FUNCTION viva.actor_team(), viva.keep_proposal() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION viva.actor_team(), viva.keep_proposal() TO viva_app;
GRANT SELECT, INSERT ON viva.proposal, viva.proposal_event, viva.question_version, viva.question_retirement TO viva_app;
GRANT UPDATE (state, base_version, base_hash, base, content, revision, saved_at, summary, proposed_hash, changed_at) ON viva.proposal TO viva_app;
RESET ROLE;
`,
};
