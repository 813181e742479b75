package circletest

import (
	"slices"
	"time"
)

// Operation is what a call asks for, in either dialect.
type Operation string

// The operations.
const (
	ReadCommunities      Operation = "read_communities" // v1 /communities, v2 /community
	ReadSpaceGroups      Operation = "read_space_groups"
	ReadAccessGroups     Operation = "read_access_groups" // v2
	ReadMe               Operation = "read_me"            // v1
	FindMember           Operation = "find_member"
	ListMembers          Operation = "list_members"
	AddMember            Operation = "add_member"
	RemoveMember         Operation = "remove_member"
	AddToSpaceGroup      Operation = "add_to_space_group"
	RemoveFromSpaceGroup Operation = "remove_from_space_group"
	AddToAccessGroup     Operation = "add_to_access_group"      // v2
	RemoveFromAccess     Operation = "remove_from_access_group" // v2
	Forbidden            Operation = "forbidden"                // destroys content, bans, or replaces lists
	Unknown              Operation = "unknown"                  // there is no such call
)

// Call is a request that came.
type Call struct {
	At        time.Time // of the Circle's clock
	Dialect   Dialect   // empty: neither
	Operation Operation
	Subject   string // lower-cased e-mail of the person it is about; the member id, if nobody is known by it
	Method    string
	Path      string // with its query, as it was sent
	Body      string // as it was sent
	Scheme    string // word of the Authorization header
	Token     string // what follows it: a secret
	Status    int    // what was answered; 0 = nothing, or nothing yet
}

// Journal returns the calls that came, in order.
func (c *Circle) Journal() []Call {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := make([]Call, len(c.calls))
	for i, call := range c.calls {
		all[i] = *call
	}
	return all
}

// ForgetJournal empties the journal. Calls that are being served stay in no
// journal.
func (c *Circle) ForgetJournal() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls = nil
}

// TakeComplaints returns what callers did wrong, one sentence each, and forgets
// it. No sentence has a secret or an address in it.
func (c *Circle) TakeComplaints() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := slices.Clone(c.complaints)
	c.complaints = nil
	return all
}
