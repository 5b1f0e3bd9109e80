/**
 * The same plays again, with other random ones, on a database of its own: the two files run at the same time, on a core each,
 * and make 200 plays together on PGlite, 400 on PostgreSQL.
 */
import './noninterference.db.test.ts';
