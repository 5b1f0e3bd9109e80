/**
 * What an opening's revealed ratings are worth, fitted once and kept, so that a decision page need not wait for it. It
 * holds identifiers and figures, no name and no text; whoever reads it could compute it from what they read.
 *
 * And the functions that policies ask for every row, in PL/pgSQL: it keeps their plans for the connection, where SQL plans
 * them anew in every statement, which was most of what saving a draft cost the database.
 */
export const fitsAndPlans = {
  version: 11,
  name: 'fits-and-plans',
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

CREATE OR REPLACE FUNCTION viva.actor_leads() RETURNS boolean
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = viva, pg_temp AS $$
BEGIN
  RETURN EXISTS (SELECT 1 FROM viva.person p
    WHERE p.id = viva.actor() AND p.role IN ('owner', 'lead') AND p.disabled_at IS NULL);
END $$;
CREATE OR REPLACE FUNCTION viva.actor_openings() RETURNS SETOF uuid
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = viva, pg_temp AS $$
BEGIN
  RETURN QUERY SELECT h.opening_id FROM viva.seat_holder h WHERE h.person_id = viva.actor();
END $$;
CREATE OR REPLACE FUNCTION viva.actor_applied() RETURNS SETOF uuid
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = viva, pg_temp AS $$
BEGIN
  RETURN QUERY SELECT c.opening_id FROM viva.candidate c WHERE c.person_id = viva.actor();
END $$;
CREATE OR REPLACE FUNCTION viva.sees_opening(opening uuid) RETURNS boolean
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = viva, pg_temp AS $$
BEGIN
  RETURN viva.actor_leads()
    OR EXISTS (SELECT 1 FROM viva.seat_holder h WHERE h.person_id = viva.actor() AND h.opening_id = opening);
END $$;
CREATE OR REPLACE FUNCTION viva.revealed(candidate uuid) RETURNS boolean
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = viva, pg_temp AS $$
BEGIN
  RETURN EXISTS (SELECT 1 FROM viva.reveal r WHERE r.candidate_id = candidate);
END $$;
CREATE OR REPLACE FUNCTION viva.submitted(candidate uuid, rater uuid) RETURNS boolean
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = viva, pg_temp AS $$
BEGIN
  RETURN rater = viva.actor()
    AND EXISTS (SELECT 1 FROM viva.submission x WHERE x.candidate_id = candidate AND x.rater_id = rater);
END $$;
CREATE OR REPLACE FUNCTION viva.scoring_seat(candidate uuid) RETURNS uuid
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = viva, pg_temp AS $$
BEGIN
  RETURN (SELECT s.seat_id FROM viva.candidate c
    JOIN viva.opening o ON o.id = c.opening_id AND o.status = 'open'
    JOIN viva.current_seat s ON s.opening_id = o.id AND s.person_id = viva.actor()
    WHERE c.id = candidate AND c.withdrawn_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM viva.reveal r WHERE r.candidate_id = c.id)
      AND NOT EXISTS (SELECT 1 FROM viva.submission x
        WHERE x.candidate_id = c.id AND (x.seat_id = s.seat_id OR x.rater_id = viva.actor()))
    LIMIT 1);
END $$;
CREATE OR REPLACE FUNCTION viva.locks_of(candidates uuid[])
  RETURNS TABLE (candidate_id uuid, seat_id uuid, ordinal integer, person_id uuid, locked boolean)
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = viva, pg_temp AS $$
DECLARE leads boolean := viva.actor_leads();
BEGIN
  RETURN QUERY SELECT c.id, s.seat_id, seat.ordinal, coalesce(x.rater_id, s.person_id), x.rater_id IS NOT NULL
  FROM viva.candidate c JOIN viva.current_seat s ON s.opening_id = c.opening_id
  JOIN viva.seat seat ON seat.id = s.seat_id
  LEFT JOIN viva.submission x ON x.candidate_id = c.id AND x.seat_id = s.seat_id
  WHERE c.id = ANY (candidates) AND (leads OR c.opening_id IN (SELECT viva.actor_openings()));
END $$;
RESET ROLE;
`,
};
