package main

import (
	chance "math/rand/v2"
)

// The servers that are compared: usher as it is, one in which each use of a
// key is a statement and a commit of its own, and one that reads the form and
// answers what it was told to, with nothing of usher's around it.
const (
	asItIs   = "usher"
	eachOwn  = "one_commit_each"
	canned   = "canned"
	counting = "count"
	reading  = "read"
	spread   = "spread"
	oneKey   = "one"
	unseen   = "first" // each key is asked for once
)

const (
	rounds    = 5      // how often each figure is taken
	mostWarm  = 50_000 // keys that are asked for beforehand; more than these nobody remembers
	openAt    = 64     // clients: at half of what they get the requests come that wait for nobody
	coldWith  = 64     // clients that ask for keys that nobody has asked for yet
	benchMost = 256
)

// plan returns what is measured, in groups: what stands in one is taken in turn,
// so that whatever else the machine does is shared fairly by what is compared.
func (b benchCmd) plan() (groups [][]figure) {
	clients := []int{1, 16, 64}
	if b.Full {
		clients = append(clients, benchMost)
	}
	for _, n := range clients {
		group := []figure{
			{Request: counting, Keys: spread, Server: canned, Clients: n},
			{Request: counting, Keys: spread, Server: asItIs, Clients: n},
			{Request: counting, Keys: spread, Server: eachOwn, Clients: n},
		}
		if n >= openAt {
			group = append(group,
				figure{Request: counting, Keys: oneKey, Server: asItIs, Clients: n},
				figure{Request: counting, Keys: oneKey, Server: eachOwn, Clients: n},
				figure{Request: reading, Keys: spread, Server: asItIs, Clients: n},
				figure{Request: reading, Keys: oneKey, Server: asItIs, Clients: n},
			)
		}
		groups = append(groups, group)
	}
	return groups
}

// measure takes all figures.
func (b benchCmd) measure(c *call, s *benched, forms forms) (all []figure, err error) {
	if err := s.can(c.ctx, forms); err != nil {
		return nil, err
	}
	groups := b.plan()
	cold := []figure{
		{Request: reading, Keys: unseen, Server: canned, Clients: coldWith},
		{Request: reading, Keys: unseen, Server: asItIs, Clients: coldWith},
		{Request: reading, Keys: unseen, Server: eachOwn, Clients: coldWith}, // which remembers keys too, and is not shown
	}
	rate := 1.0
	open := []figure{{Request: counting, Keys: spread, Server: asItIs, Rate: &rate}}
	total := len(cold) + len(open)
	for _, g := range groups {
		total += len(g)
	}
	bar := c.progress("measured")
	defer bar.end()
	taken := int64(0)
	lasts := b.For / rounds
	take := func(some []figure, first func(round int) []int) error {
		for round := range rounds {
			for i := range some {
				if err := s.take(c.ctx, &some[i], forms, lasts, first(round)); err != nil {
					return err
				}
				taken++
				bar.at(taken, int64(rounds*total))
			}
		}
		for i := range some {
			some[i].sum()
		}
		return nil
	}
	none := func(int) []int { return nil }
	order := chance.New(chance.NewPCG(1, 2)).Perm(len(forms.keys))
	order = order[:min(len(order), mostWarm)]
	if err := take(cold, func(round int) []int {
		return order[round*len(order)/rounds : (round+1)*len(order)/rounds]
	}); err != nil {
		return nil, err
	}
	all = cold[:2]
	for _, g := range groups {
		if err := take(g, none); err != nil {
			return nil, err
		}
		all = append(all, g...)
	}
	rate = max(1, find(all, counting, spread, asItIs, openAt).PerSecond/2)
	if err := take(open, none); err != nil {
		return nil, err
	}
	all = append(all, open...)
	compare(all)
	return all, nil
}
