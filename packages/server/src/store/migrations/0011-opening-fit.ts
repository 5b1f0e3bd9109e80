/**
 * What an opening's revealed ratings are worth, fitted once and kept, so that a decision page need not wait for it. It
 * holds identifiers and figures, no name and no text; whoever reads it could compute it from what they read.
 */
export const openingFit = {
  version: 11,
  name: 'opening-fit',
  sql: /* sql */ `
SET LOCAL ROLE viva_owner;
CREATE TABLE viva.opening_fit (
  opening_id uuid PRIMARY KEY REFERENCES viva.opening,
  -- Of everything that went into it.
  input_hash text NOT NULL,
  fit text NOT NULL,
  made_at timestamptz NOT NULL);
ALTER TABLE viva.opening_fit ENABLE ROW LEVEL SECURITY;
ALTER TABLE viva.opening_fit FORCE ROW LEVEL SECURITY;
CREATE POLICY see ON viva.opening_fit FOR SELECT TO viva_app USING (
  (SELECT viva.actor_leads()) OR opening_id IN (SELECT viva.actor_openings()));
CREATE POLICY make ON viva.opening_fit FOR INSERT TO viva_app WITH CHECK (viva.sees_opening(opening_id));
CREATE POLICY renew ON viva.opening_fit FOR UPDATE TO viva_app USING (viva.sees_opening(opening_id));
GRANT SELECT, INSERT, UPDATE ON viva.opening_fit TO viva_app;

-- What is asked about one opening, question or candidate, and had to be looked for in whole tables.
CREATE INDEX submission_opening ON viva.submission (opening_id);
CREATE INDEX opening_item_question ON viva.opening_item (question_id, opening_id);
CREATE INDEX audit_candidate ON viva.audit (candidate_id, seq);
RESET ROLE;
`,
};
