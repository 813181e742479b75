// Package growth measures what usher takes among many rows: licences,
// memberships, sales, payments and jobs, so many of each as USHER_TEST_SIZE says
// (10,000 if it says nothing), of one seller and one product.
//
//	USHER_TEST_SIZE=1000000 go test -run '^$' -bench BenchmarkGrowth -benchtime 1x -timeout 2h ./test/growth
//
// It reports and asserts nothing: machines differ more than sizes do. What counts
// is one figure at two sizes on one machine. The database lies in a temporary
// folder, a million of each in some gigabytes (TMPDIR names another place). The
// PostgreSQL is one of its own that forces commits to disk, with the settings
// that it comes with but for 256 MB of shared buffers.
//
// Whether a statement's plan grows is not measured but tested, in plantest.
package growth
