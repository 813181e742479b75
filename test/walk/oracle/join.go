package oracle

import "slices"

// Joins tells that somebody is about to take a reason up with an account: from
// now on it may be theirs.
func (o *Oracle) Joins(connID, saleID, seat, account string) {
	r := o.reasons[key{connID, saleID, seat}]
	if r == nil {
		return
	}
	o.trying = key{connID, saleID, seat}
	r.maybe = append(slices.Clone(r.maybe), account)
}

// Joined tells how that went: in, or for sure not, or nobody knows.
func (o *Oracle) Joined(connID, saleID, seat, account string, in, unknown bool) {
	r, c := o.reasons[key{connID, saleID, seat}], o.conns[connID]
	if r == nil {
		return
	}
	o.trying = key{}
	switch {
	case in:
		if r.who != "" && r.who != account && !slices.Contains(r.olds, r.who) {
			r.olds = append(r.olds, r.who)
		}
		for _, other := range r.maybe {
			if other != account { // it is not known that they had it
				o.goes(c, other, asked(r.end), EndNothing)
			}
		}
		r.olds = slices.DeleteFunc(r.olds, func(old string) bool { return old == account })
		r.who, r.maybe = account, nil
		o.arrive(c, r)
	case r.who == account && r.joined: // they were seen to come in
		r.maybe = nil
	case unknown:
		if r.who != "" && r.who != account {
			r.maybe = append(r.maybe, r.who)
		}
		r.who, r.joined = "", false
	default:
		if i := slices.Index(r.maybe, account); i >= 0 {
			r.maybe = slices.Delete(slices.Clone(r.maybe), i, i+1)
		}
	}
}

// Left tells that somebody gave a reason up by themselves; they may take it up
// again.
func (o *Oracle) Left(connID, saleID, seat string) {
	r, c := o.reasons[key{connID, saleID, seat}], o.conns[connID]
	if r == nil {
		return
	}
	o.letGo(c, r, asked(r.end))
	r.who, r.maybe, r.olds, r.joined = "", nil, nil, false
}

// Bound returns the account of a reason; empty if there is none, or it is not
// known which.
func (o *Oracle) Bound(connID, saleID, seat string) string {
	if r := o.reasons[key{connID, saleID, seat}]; r != nil {
		return r.who
	}
	return ""
}

// Unsure reports whether nobody knows whose a reason is.
func (o *Oracle) Unsure(connID, saleID, seat string) bool {
	r := o.reasons[key{connID, saleID, seat}]
	return r != nil && r.live && len(r.maybe) > 0
}

// InvitedAgain tells that the seller lets in again whom they had taken out.
func (o *Oracle) InvitedAgain(connID, saleID, seat string) {
	if r := o.reasons[key{connID, saleID, seat}]; r != nil {
		r.outside = false
	}
}
