package main

import (
	"fmt"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

type communitiesStatusCmd struct{}

// standing is how a connection does, and how many people are where on their way
// through it.
type standing struct {
	connectionView
	state     string                    // for a person
	CallsUsed int64                     `json:"calls_used"` // this month, counted where the limit is known
	People    map[domain.ClaimState]int `json:"people"`     // by state; a state without anybody is left out
}

// Run shows how each connection does, without asking its service.
func (communitiesStatusCmd) Run(c *call) error {
	p, seller, done, err := c.work()
	if err != nil {
		return err
	}
	defer done()
	waits := 0
	all := func(yield func(standing, error) bool) {
		for conn, err := range allConnections(c, p, seller) {
			if err == nil && !conn.ClosedAt.IsZero() {
				continue
			}
			var s standing
			if err == nil {
				s, err = c.standing(p, conn)
			}
			waits += s.People[domain.ClaimNeedsSeller] + s.People[domain.ClaimFailed]
			if !yield(s, err) || err != nil {
				return
			}
		}
	}
	columns := []column{left("COMMUNITY"), left("SERVICE"), left("STATE"), right("IN"), right("ON THE WAY"), right("WAIT FOR CUSTOMER"), right("WAIT FOR YOU"), right("GIVEN UP")}
	err = list(c, all, func(s standing) any { return s }, columns, func(s standing) []string {
		n := func(states ...domain.ClaimState) string {
			sum := 0
			for _, state := range states {
				sum += s.People[state]
			}
			return fmt.Sprint(sum)
		}
		return []string{s.Name, string(s.Service), s.state,
			n(domain.ClaimActive), n(domain.ClaimPending, domain.ClaimRemoving),
			n(domain.ClaimWaiting, domain.ClaimNeedsCustomer), n(domain.ClaimNeedsSeller), n(domain.ClaimFailed)}
	}, "No community is connected.")
	if err == nil && waits > 0 {
		c.hint("Who waits for you: usher communities people --state needs_seller, or failed")
	}
	return err
}

func (c *call) standing(p *app.Usher, conn domain.Connection) (standing, error) {
	s := standing{connectionView: connectionViewOf(conn), state: stateOfConnection(conn), People: map[domain.ClaimState]int{}}
	for claim, err := range allPeople(c, p, conn.SellerID, ports.ClaimQuery{ConnectionID: conn.ID}) {
		if err != nil {
			return s, err
		}
		s.People[claim.State]++
	}
	var err error
	s.CallsUsed, err = p.Communities.CallsUsed(c.ctx, conn.SellerID, conn.ID)
	return s, err
}
