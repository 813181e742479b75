package sqlitestore

import (
	"slices"
	"strings"
)

// apart are the tables that no count and nothing that it is guarded by depends
// on: what is written there leaves the writer knowing what it knew. They are
// those that the work beside requests writes all the time.
var apart = []string{"usher_jobs", "usher_events", "usher_leases"}

// unsettling reports whether a statement may change what the writer knows about
// uses. One that is not understood may.
func unsettling(q string) bool {
	words := strings.Fields(q)
	first, table := "", ""
	if len(words) > 0 {
		first = words[0]
	}
	switch first {
	case "BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "SELECT":
		return false
	case "WITH": // reads, unless it writes
		return slices.ContainsFunc(words, func(w string) bool { return w == "INSERT" || w == "UPDATE" || w == "DELETE" })
	case "UPDATE":
		table = words[min(1, len(words)-1)]
	case "INSERT", "DELETE": // INTO, FROM
		table = words[min(2, len(words)-1)]
	}
	return !slices.Contains(apart, table)
}
