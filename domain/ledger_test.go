package domain

import "testing"

// A month of thirty days, in seconds.
const month = 30 * 86400

func TestLedger_due(t *testing.T) {
	for _, tt := range []struct {
		name string
		l    Ledger
		of   int64
		want int64
	}{
		{"nothing was added", Ledger{}, month, 0},
		{"a whole period's difference", Ledger{Owed: exactly(1000, month)}, month, 1000},
		{"half of it", Ledger{Owed: exactly(1000, month/2)}, month, 500},
		{"a half minor unit goes up", Ledger{Owed: exactly(1, month/2)}, month, 1},
		{"a second less than a half goes down", Ledger{Owed: exactly(1, month/2-1)}, month, 0},
		{"what was collected is taken off the rounded sum", Ledger{Owed: exactly(1000, month/2), Settled: 200}, month, 300},
		{"a second before the end a seat costs nothing", Ledger{Owed: exactly(1000, 1)}, month, 0},
		{"no period at all", Ledger{}, 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got, err := tt.l.due(tt.of); err != nil || got != tt.want {
				t.Errorf("got %d (%v), want %d", got, err, tt.want)
			}
		})
	}
}

func TestLedger_manyStepsCostWhatOneCosts(t *testing.T) {
	var l Ledger
	var collected int64
	for range 40 {
		var err error
		if l, err = l.with(3, month*4/30); err != nil {
			t.Fatal(err)
		}
		due, err := l.due(month)
		if err != nil || due < 0 {
			t.Fatalf("due %d (%v)", due, err)
		}
		collected, l.Settled = collected+due, l.Settled+due
	}
	same(t, "forty seats of 3 cents for four days of thirty", collected, 16)
}

func TestLedger_overflows(t *testing.T) {
	full := Ledger{Owed: Exact{1<<64 - 1, 1<<64 - 1}}
	if _, err := full.with(1, 1); CodeOf(err) != "overflow" {
		t.Errorf("with: %v", err)
	}
	if _, err := full.due(month); CodeOf(err) != "overflow" {
		t.Errorf("due: %v", err)
	}
	for name, l := range map[string]Ledger{"the sum": {Owed: Exact{1<<64 - 1, 0}}, "what is due": {Owed: Exact{1 << 62, 0}}} {
		if _, _, err := l.anew(1<<62, 0, 0, month); CodeOf(err) != "overflow" {
			t.Errorf("anew, %s: %v", name, err)
		}
	}
}

func TestLedger_anew(t *testing.T) {
	for _, tt := range []struct {
		name        string
		l           Ledger
		price, paid int64
		left        int64
		due, credit int64
		code        string
	}{
		{"nothing is left of the old period", Ledger{}, 10000, 1000, 0, 10000, 0, ""},
		{"half of it is left", Ledger{}, 10000, 1000, month / 2, 9500, 500, ""},
		{"all of it is left", Ledger{}, 10000, 1000, month, 9000, 1000, ""},
		{"it was refunded", Ledger{}, 10000, 0, month, 10000, 0, ""},
		{"what was too little to collect comes along", Ledger{Owed: exactly(30, month)}, 10000, 1000, month / 2, 9530, 500, ""},
		{"what was added and paid costs nothing again", Ledger{Owed: exactly(1000, month/2), Settled: 500}, 10000, 2000, month / 2, 9000, 1000, ""},
		{"the credit is the whole price", Ledger{}, 1000, 1000, month, 0, 1000, ""},
		{"half a minor unit more is still nothing", Ledger{}, 0, 1, month / 2, 0, 0, ""},
		{"a second more than that is too much", Ledger{}, 0, 1, month/2 + 1, 0, 0, "credit_exceeds_charge"},
		{"less than half a minor unit more is nothing", Ledger{}, 0, 1, 1, 0, 0, ""},
		{"the credit is more than the price", Ledger{}, 1000, 5000, month / 2, 0, 0, "credit_exceeds_charge"},
		{"what was collected makes it more", Ledger{Settled: 1}, 0, 1, 1, 0, 0, "credit_exceeds_charge"},
		{"what was collected is more than what is due", Ledger{Settled: 2}, 1, 0, 0, 0, 0, "credit_exceeds_charge"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			due, credit, err := tt.l.anew(tt.price, tt.paid, tt.left, month)
			wantError(t, err, tt.code, "")
			if due != tt.due || credit != tt.credit {
				t.Errorf("got %d with a credit of %d, want %d and %d", due, credit, tt.due, tt.credit)
			}
		})
	}
}
