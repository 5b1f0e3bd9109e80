/**
 * Which language model the owner named, chats with the bank, and practice interviews. Chats and practice belong to one
 * person: there is no policy under which anybody else, the owner of the installation included, reads a row.
 */
export const assistant = {
  version: 4,
  name: 'assistant',
  sql: /* sql */ `
SET LOCAL ROLE viva_owner;
CREATE FUNCTION viva.actor_owns() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = viva, pg_temp
  AS $$ SELECT EXISTS (SELECT 1 FROM viva.person WHERE id = viva.actor() AND role = 'owner' AND disabled_at IS NULL) $$;
REVOKE EXECUTE ON FUNCTION viva.actor_owns() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION viva.actor_owns() TO viva_app;

CREATE TABLE viva.assistant_setting (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  configuration jsonb NOT NULL,
  set_by uuid NOT NULL REFERENCES viva.person,
  set_at timestamptz NOT NULL);
ALTER TABLE viva.assistant_setting ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON viva.assistant_setting FOR SELECT TO viva_app USING (true);
CREATE POLICY name ON viva.assistant_setting FOR INSERT TO viva_app WITH CHECK (viva.actor_owns());
CREATE POLICY rename ON viva.assistant_setting FOR UPDATE TO viva_app USING (viva.actor_owns());
CREATE POLICY remove ON viva.assistant_setting FOR DELETE TO viva_app USING (viva.actor_owns());
GRANT SELECT, INSERT, UPDATE, DELETE ON viva.assistant_setting TO viva_app;

CREATE TABLE viva.chat (
  id uuid PRIMARY KEY,
  person_id uuid NOT NULL REFERENCES viva.person,
  title text NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL);
CREATE INDEX chat_person ON viva.chat (person_id, updated_at DESC, id);
CREATE TABLE viva.chat_turn (
  chat_id uuid NOT NULL REFERENCES viva.chat ON DELETE CASCADE,
  ordinal integer NOT NULL,
  person_id uuid NOT NULL REFERENCES viva.person,
  question text NOT NULL,
  answer jsonb NOT NULL,
  asked_at timestamptz NOT NULL,
  PRIMARY KEY (chat_id, ordinal));
CREATE TABLE viva.practice (
  id uuid PRIMARY KEY,
  person_id uuid NOT NULL REFERENCES viva.person,
  kit_id text NOT NULL,
  kit_title jsonb NOT NULL,
  locale text NOT NULL CHECK (locale IN ('zh-CN', 'en')),
  rounds jsonb NOT NULL,
  revision integer NOT NULL,
  created_at timestamptz NOT NULL,
  finished_at timestamptz);
CREATE INDEX practice_person ON viva.practice (person_id, created_at DESC, id);

DO $$ DECLARE t text; BEGIN
  FOREACH t IN ARRAY ARRAY['chat', 'chat_turn', 'practice'] LOOP
    EXECUTE format('ALTER TABLE viva.%I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE viva.%I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY own ON viva.%I FOR ALL TO viva_app USING (person_id = (SELECT viva.actor())) WITH CHECK (person_id = (SELECT viva.actor()))', t);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON viva.%I TO viva_app', t);
  END LOOP;
END $$;
RESET ROLE;
`,
};
