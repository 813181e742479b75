package cases

import "testing"

// TestSeats_ownCases plays the cases of testdata: words that no other case of
// the project says, and rules that none shows.
func TestSeats_ownCases(t *testing.T) {
	playSeats(t, readFile(t, "testdata/seats.jsonl", parseSeats))
}
