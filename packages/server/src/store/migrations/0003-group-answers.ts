/**
 * Voluntary group data, held apart. An answer is the candidate's own, seen by nobody else; when the opening closes, the
 * answers are counted once against the outcomes and erased. Only counts of groups of five or more are kept, so that a
 * change of one decision cannot be traced to one person.
 */
export const groupAnswers = {
  version: 3,
  name: 'group-answers',
  sql: /* sql */ `
SET LOCAL ROLE viva_owner;
ALTER TABLE viva.opening ADD COLUMN ask_groups jsonb NOT NULL DEFAULT '[]';
CREATE TABLE viva.group_answer (
  candidate_id uuid NOT NULL REFERENCES viva.candidate,
  opening_id uuid NOT NULL REFERENCES viva.opening,
  attribute text NOT NULL,
  value text NOT NULL,
  PRIMARY KEY (candidate_id, attribute));
CREATE INDEX group_answer_opening ON viva.group_answer (opening_id);
CREATE TABLE viva.group_outcome (
  opening_id uuid NOT NULL REFERENCES viva.opening,
  attribute text NOT NULL,
  value text NOT NULL,
  selected integer NOT NULL CHECK (selected >= 0),
  total integer NOT NULL CHECK (total >= 5 AND total >= selected),
  PRIMARY KEY (opening_id, attribute, value));
ALTER TABLE viva.group_answer ENABLE ROW LEVEL SECURITY;
ALTER TABLE viva.group_answer FORCE ROW LEVEL SECURITY;
ALTER TABLE viva.group_outcome ENABLE ROW LEVEL SECURITY;
ALTER TABLE viva.group_outcome FORCE ROW LEVEL SECURITY;
CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON viva.group_outcome FOR EACH ROW EXECUTE FUNCTION viva.refuse_change();

CREATE FUNCTION viva.answers_groups(candidate uuid, opening uuid, attribute text) RETURNS boolean
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = viva, pg_temp AS $$
  SELECT EXISTS (SELECT 1 FROM viva.candidate c JOIN viva.opening o ON o.id = c.opening_id
    WHERE c.id = candidate AND o.id = opening AND c.person_id = viva.actor()
      AND o.status <> 'closed' AND o.ask_groups ? answers_groups.attribute) $$;
CREATE POLICY own ON viva.group_answer FOR SELECT TO viva_app USING (viva.own_application(candidate_id));
CREATE POLICY give ON viva.group_answer FOR INSERT TO viva_app WITH CHECK (viva.answers_groups(candidate_id, opening_id, attribute));
CREATE POLICY change ON viva.group_answer FOR UPDATE TO viva_app USING (viva.own_application(candidate_id))
  WITH CHECK (viva.answers_groups(candidate_id, opening_id, attribute));
CREATE POLICY take_back ON viva.group_answer FOR DELETE TO viva_app USING (viva.own_application(candidate_id));
CREATE POLICY owner_counts ON viva.group_answer FOR SELECT TO viva_owner USING (true);
CREATE POLICY owner_erases ON viva.group_answer FOR DELETE TO viva_owner USING (true);
CREATE POLICY owner_keeps ON viva.group_outcome FOR INSERT TO viva_owner WITH CHECK (true);
CREATE POLICY owner_reads ON viva.decision FOR SELECT TO viva_owner USING (true);
CREATE POLICY see ON viva.group_outcome FOR SELECT TO viva_app USING ((SELECT viva.actor_leads()));

CREATE FUNCTION viva.count_groups(opening uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = viva, pg_temp AS $$
BEGIN
  IF NOT viva.actor_leads() THEN RAISE EXCEPTION 'only a lead closes an opening' USING ERRCODE = '42501'; END IF;
  IF NOT EXISTS (SELECT 1 FROM viva.opening o WHERE o.id = opening AND o.status = 'closed') THEN
    RAISE EXCEPTION 'group answers are counted when the opening is closed' USING ERRCODE = '42501'; END IF;
  INSERT INTO viva.group_outcome (opening_id, attribute, value, selected, total)
    WITH outcome AS (
      SELECT a.attribute, a.value, coalesce((SELECT d.outcome FROM viva.decision d WHERE d.candidate_id = a.candidate_id
        ORDER BY d.decided_at DESC, d.id DESC LIMIT 1) = 'advance', false) AS chosen
      FROM viva.group_answer a JOIN viva.candidate c ON c.id = a.candidate_id
      WHERE a.opening_id = opening AND c.withdrawn_at IS NULL),
    counted AS (
      SELECT o.attribute, o.value, count(*) FILTER (WHERE o.chosen) AS selected, count(*) AS total
      FROM outcome o GROUP BY o.attribute, o.value HAVING count(*) >= 5)
    SELECT opening, g.attribute, g.value, g.selected, g.total FROM counted g
    WHERE (SELECT count(*) FROM counted other WHERE other.attribute = g.attribute) > 1;
  DELETE FROM viva.group_answer a WHERE a.opening_id = opening;
END $$;
REVOKE EXECUTE ON FUNCTION viva.answers_groups(uuid, uuid, text), viva.count_groups(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION viva.answers_groups(uuid, uuid, text), viva.count_groups(uuid) TO viva_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON viva.group_answer TO viva_app;
GRANT SELECT ON viva.group_outcome TO viva_app;
RESET ROLE;
`,
};
