package domain

import "testing"

func TestTerms_Price(t *testing.T) {
	const most = 1<<63 - 1
	for _, tt := range []struct {
		name         string
		terms        Terms
		seats, cycle int
		want         int64
	}{
		{"five seats at 10.00", Terms{Unit: 1000}, 5, 1, 5000},
		{"nothing is free", Terms{}, 5, 1, 0},
		{"three seats are in the price", Terms{Unit: 1000, Included: 3}, 5, 1, 2000},
		{"as many as are in the price cost nothing", Terms{Unit: 1000, Included: 3}, 3, 1, 0},
		{"fewer cost nothing too", Terms{Unit: 1000, Included: 3}, 1, 1, 0},

		{"a percentage comes off each seat", Terms{Unit: 1000, Discount: Discount{Kind: Percent, Value: 25}}, 3, 1, 2250},
		{"and its half is rounded up, for each seat", Terms{Unit: 5, Discount: Discount{Kind: Percent, Value: 50}}, 3, 1, 6},
		{"less than half is rounded down", Terms{Unit: 333, Discount: Discount{Kind: Percent, Value: 10}}, 2, 1, 600},
		{"0 percent is nothing", Terms{Unit: 999, Discount: Discount{Kind: Percent}}, 2, 1, 1998},
		{"100 percent is all", Terms{Unit: 999, Discount: Discount{Kind: Percent, Value: 100}}, 2, 1, 0},
		{"a percentage of the largest price", Terms{Unit: most, Discount: Discount{Kind: Percent, Value: 50}}, 1, 1, most / 2},

		{"an amount comes off each seat", Terms{Unit: 1000, Discount: Discount{Kind: PerSeat, Value: 150}}, 3, 1, 2550},
		{"and never makes a seat cost less than nothing", Terms{Unit: 1000, Discount: Discount{Kind: PerSeat, Value: 1500}}, 3, 1, 0},
		{"an amount off the whole counts once", Terms{Unit: 5000, Discount: Discount{Kind: PerMembership, Value: 1000}}, 2, 1, 9000},
		{"and never makes the whole less than nothing", Terms{Unit: 100, Discount: Discount{Kind: PerMembership, Value: 1000}}, 2, 1, 0},
		{"it comes after the seats in the price", Terms{Unit: 1000, Included: 3, Discount: Discount{Kind: PerMembership, Value: 500}}, 5, 1, 1500},

		{"a discount of three cycles counts in the third", Terms{Unit: 1000, Discount: Discount{PerSeat, 100, 3}}, 1, 3, 900},
		{"and not in the fourth", Terms{Unit: 1000, Discount: Discount{PerSeat, 100, 3}}, 1, 4, 1000},
		{"a percentage runs out as well", Terms{Unit: 1000, Discount: Discount{Percent, 50, 1}}, 2, 2, 2000},
		{"so does one off the whole", Terms{Unit: 1000, Discount: Discount{PerMembership, 300, 1}}, 2, 2, 2000},
		{"one without a number of cycles counts for ever", Terms{Unit: 1000, Discount: Discount{PerSeat, 100, 0}}, 1, 4000, 900},
		{"a trial is priced as its first paid cycle", Terms{Unit: 1000, Discount: Discount{PerSeat, 100, 1}}, 1, 0, 900},

		{"a thousand seats of ten million", Terms{Unit: 1_000_000_000}, 1000, 1, 1_000_000_000_000},
		{"the largest price there is", Terms{Unit: most}, 1, 1, most},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.terms.Price(tt.seats, tt.cycle)
			if err != nil || got != tt.want {
				t.Errorf("got %d (%v), want %d", got, err, tt.want)
			}
		})
	}
	for name, tt := range map[string]struct {
		terms Terms
		seats int
	}{
		"twice the largest price":                {Terms{Unit: most}, 2},
		"more than 64 bits":                      {Terms{Unit: most}, most},
		"too much, though a discount comes off":  {Terms{Unit: most, Discount: Discount{Kind: PerMembership, Value: most}}, 2},
		"a price below nothing is none":          {Terms{Unit: -1}, 1},
		"just above what sixty-three bits holds": {Terms{Unit: 1 << 32}, 1 << 31},
	} {
		if got, err := tt.terms.Price(tt.seats, 1); CodeOf(err) != "overflow" {
			t.Errorf("%s: got %d (%v)", name, got, err)
		}
	}
}

func TestMembershipState_Price(t *testing.T) {
	s := live(t, freeSeats(3)).m.State()
	same(t, "free seats cost nothing", s.Price(), Money{5000, "usd"})
	s.Terms.Unit = 1<<63 - 1
	same(t, "a price that cannot be told", s.Price(), Money{0, "usd"})
}
