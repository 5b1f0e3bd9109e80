/**
 * Vectors of the bank's passages, by embedding model. The column of vectors is added when one is first wanted, for a server
 * of PostgreSQL need not have pgvector. No text is kept here: a hash says of which text a vector is.
 */
export const passageVectors = {
  version: 9,
  name: 'passage-vectors',
  sql: /* sql */ `
CREATE SCHEMA viva_search AUTHORIZATION viva_owner;
SET LOCAL ROLE viva_owner;
CREATE TABLE viva_search.passage_vector (
  model text NOT NULL,
  passage text NOT NULL,
  hash text NOT NULL,
  dimension integer NOT NULL CHECK (dimension BETWEEN 1 AND 16000),
  PRIMARY KEY (model, passage));
GRANT USAGE ON SCHEMA viva_search TO viva_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON viva_search.passage_vector TO viva_app;
RESET ROLE;
`,
};
