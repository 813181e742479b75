package main

// ratio is one figure to another one, of the rounds in which both were taken in
// turn. It has no value if one of the two was not measured.
type ratio struct {
	Name   string   `json:"name"`
	Target string   `json:"target"` // what usher is built to reach: at least or at most so much
	Value  *float64 `json:"value"`  // the middle one
	Least  *float64 `json:"least"`
	Most   *float64 `json:"most"`
	Rounds int      `json:"rounds"`
}

// targetsOf returns what usher aims at, and what it has reached here.
func targetsOf(database string, all []figure) []ratio {
	rate := func(request, keys, server string, clients int) []float64 {
		return find(all, request, keys, server, clients).perSecond()
	}
	cpu := func(request, keys, server string, clients int) []float64 {
		return find(all, request, keys, server, clients).perRequest()
	}
	of := func(name, target string, of, to []float64) ratio {
		sorted := ratios(of, to)
		r := ratio{Name: name, Target: target, Value: middle(sorted), Rounds: len(sorted)}
		if len(sorted) > 0 {
			r.Least, r.Most = &sorted[0], &sorted[len(sorted)-1]
		}
		return r
	}
	answered := func(n int) []float64 { return rate(counting, spread, canned, n) }
	own := []ratio{
		of("count_1_to_one_commit_each", ">= 0.9", rate(counting, spread, asItIs, 1), rate(counting, spread, eachOwn, 1)),
		of("count_64_to_one_commit_each", ">= 6", rate(counting, spread, asItIs, 64), rate(counting, spread, eachOwn, 64)),
		of("count_256_to_one_commit_each", ">= 8", rate(counting, spread, asItIs, 256), rate(counting, spread, eachOwn, 256)),
	}
	if database == "postgres" {
		own = []ratio{
			of("count_64_to_autocommit_pool_16", ">= 1.8", rate(counting, spread, asItIs, 64), rate(counting, spread, eachOwn, 64)),
			of("count_256_to_autocommit_pool_16", ">= 3", rate(counting, spread, asItIs, 256), rate(counting, spread, eachOwn, 256)),
			of("hot_key_64_to_autocommit_pool_16", ">= 7", rate(counting, oneKey, asItIs, 64), rate(counting, oneKey, eachOwn, 64)),
		}
	}
	return append(own,
		of("count_64_to_canned", ">= 0.4", rate(counting, spread, asItIs, 64), answered(64)),
		of("hot_key_256_to_canned", ">= 0.6", rate(counting, oneKey, asItIs, 256), answered(256)),
		of("cpu_count_64_to_canned", "<= 2.6", cpu(counting, spread, asItIs, 64), cpu(counting, spread, canned, 64)),
		of("read_hit_64_to_canned", ">= 0.8", rate(reading, spread, asItIs, 64), answered(64)),
		of("read_hot_64_to_canned", ">= 0.8", rate(reading, oneKey, asItIs, 64), answered(64)),
		of("read_miss_64_to_canned", ">= 0.45", rate(reading, unseen, asItIs, 64), rate(reading, unseen, canned, 64)),
	)
}
