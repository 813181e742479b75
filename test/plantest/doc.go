// Package plantest asks whether what a store sends to its database still is
// quick when the tables have grown.
//
// A store's own contract tests run with a [Sent], which notes every statement.
// [SQLite] or [Postgres] then fills a database and looks at the plan of
// each statement there. Nothing is listed by hand but the exceptions, each with
// its reason: a new repository has contract tests, and so its statements are
// seen; a statement in the source that no test sends is named by [Sent.Unmet];
// a new table is filled by what the database says of its columns.
//
// # Decisions
//
// No time is measured, so a busy machine fails nothing.
//
// PostgreSQL runs with sequential scans switched off, as the store sets it, and
// then some index is always used: that it is proves nothing, since an index can
// be read from end to end. What proves it is statistics. The tables are filled
// and analyzed, every statement is planned, the tables are made ten times as
// large, and it is planned again: what finds rows by an index costs the same but
// for a level of the tree, and what reads or sorts them all costs ten times as
// much. The plans are generic, that is for any argument: the values that the
// contract tests sent are not those of the rows that are there.
//
// A page costs the same although a condition is checked for each row that it
// passes, which may be all of them. So a statement with a LIMIT is to find its
// rows by the index alone, and one that checks more is an exception with a
// reason.
//
// SQLite knows no statistics here, since usher keeps none, and its plan is the
// same at every size. So each step of a plan is judged by the columns that it
// finds rows by: how many rows can share their values is counted in tables that
// were filled. Columns are filled with one value for all rows unless they are
// known to tell rows apart: who adds a look-up by a column of a new table says
// so (apart), and thinks of the index.
package plantest
